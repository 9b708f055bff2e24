import { expect, it } from 'vitest'
import { heartbeatsText } from '../../src/cli/commands/heartbeats.ts'
import type { ListedHeartbeat } from '../../src/domain/alert/heartbeat-view.ts'

const backup: ListedHeartbeat = {
  name: 'backup',
  title: 'Backup',
  service: null,
  state: 'unhealthy',
  since: '2026-03-01T03:00:00.000Z',
  lastBeatAt: '2026-03-01T03:00:00.000Z',
  lastStatus: 'fail',
  message: `disk full\n${'x'.repeat(1_000)}`,
  deadlineAt: null,
  everyMs: 86_400_000,
  graceMs: 600_000,
  muted: false,
}

it('heartbeats list shows each on one line', () => {
  const never = { lastBeatAt: null, lastStatus: null, message: null }
  const text = heartbeatsText(
    [
      backup,
      { ...backup, ...never, name: 'new', state: 'inactive', muted: true },
      {
        ...backup,
        name: 'sync',
        state: 'healthy',
        lastStatus: 'ok',
        message: null,
        deadlineAt: '2026-03-02T03:10:00.000Z',
      },
    ],
    'UTC',
  )
  expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
    expect.stringMatching(/^state +heartbeat +last beat +deadline +last message$/),
    expect.stringMatching(/^unhealthy +backup +2026-03-01 03:00:00 UTC, failed +- +disk full x+…$/),
    expect.stringMatching(/^inactive, muted +new +- +-$/),
    expect.stringMatching(/^healthy +sync +2026-03-01 03:00:00 UTC +2026-03-02 03:10:00 UTC$/),
  ])
})

it('heartbeats list says when there is none', () => {
  expect(heartbeatsText([], 'UTC')).toBe('no heartbeat is configured')
})
