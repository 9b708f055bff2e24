import { describe, expect, it } from 'vitest'
import { deployHold } from '../../../src/domain/alert/deploy-window.ts'

const minute = 60_000
const window = { holdMs: 10 * minute, atMostMs: 30 * minute, severities: ['P2', 'P3'] } as const
const start = Date.parse('2026-03-01T03:00:00Z')
const deploy = (minutes: number, summary = `v${minutes}`) => ({
  at: new Date(start + minutes * minute).toISOString(),
  summary,
  labels: {},
})

function heldUntil(changes: readonly number[], at: number, severity: 'P1' | 'P2' = 'P2'): number | null {
  const hold = deployHold(
    window,
    changes.map((one) => deploy(one)),
    severity,
    start + at * minute,
  )
  if (hold === undefined) return null
  return (start + at * minute + (hold.inMs ?? 0) - start) / minute
}

describe('a deploy', () => {
  it.each<[string, readonly number[], number, number | null]>([
    ['holds pages back for a while', [0], 3, 10],
    ['and not for longer', [0], 10, null],
    ['nor before it', [5], 4, null],
    ['another one puts the end off', [0, 8], 9, 18],
    ['in whatever order they are told', [8, 0], 9, 18],
    ['but only so far', [0, 9, 18, 27], 28, 30],
    ['so that endless deploys end', [0, 9, 18, 27, 36], 37, null],
    ['one after a pause begins anew', [0, 9, 18, 40], 41, 50],
    ['none is none', [], 1, null],
  ])('%s', (_title, changes, at, until) => {
    expect(heldUntil(changes, at)).toBe(until)
  })

  it('hides nothing that is worse than it says', () => {
    expect(heldUntil([0], 3, 'P1')).toBeNull()
  })

  const of = (labels: Readonly<Record<string, string>>, minutes = 0) => ({ ...deploy(minutes), labels })
  const isHeld = (...changes: readonly ReturnType<typeof of>[]) =>
    deployHold(window, changes, 'P2', start + 3 * minute) !== undefined

  it.each<[string, boolean, readonly ReturnType<typeof of>[]]>([
    ['a deployment that began', true, [of({ change: 'deployment' })]],
    [
      'one that succeeded',
      true,
      [of({ change: 'deployment' }), of({ change: 'deployment', status: 'success' }, 1)],
    ],
    [
      'one that failed, here',
      false,
      [of({ change: 'deployment' }), of({ change: 'deployment', status: 'failure' }, 1)],
    ],
    ['one that failed, there', false, [of({}), of({ status: 'failed' }, 1)]],
    ['one that was cancelled', false, [of({ change: 'deployment', status: 'canceled' })]],
    ['the next one after a failure', true, [of({ status: 'failed' }), of({ change: 'deployment' }, 1)]],
    ['a push', false, [of({ change: 'push' })]],
    ['a run of a workflow', false, [of({ change: 'workflow_run', status: 'success' })]],
    ['a push beside a deployment', true, [of({ change: 'deployment' }), of({ change: 'push' }, 1)]],
  ])('%s: %s', (_title, held, changes) => {
    expect(isHeld(...changes)).toBe(held)
  })

  it('that is reported again and again holds nothing: when it began is not known', () => {
    const flood = Array.from({ length: 200 }, (_, index) => deploy(2 - index / 100))
    expect(deployHold(window, flood, 'P2', start + 3 * minute)).toBeUndefined()
    expect(deployHold(window, flood.slice(1), 'P2', start + 3 * minute)).toBeDefined()
  })

  it('is named on one line', () => {
    const hold = deployHold(window, [deploy(0, 'Deployed\ncheckout v42')], 'P3', start + minute)
    expect(hold).toMatchObject({
      firm: false,
      cause: { kind: 'deploy', summary: 'Deployed checkout v42', until: '2026-03-01T03:10:00.000Z' },
    })
  })
})
