import { describe, expect, it } from 'vitest'
import { type MachineState, newIncident } from '../../src/domain/incident/state.ts'
import { enteredStep, escalationStanding, ownedSince } from '../../src/web/escalation.ts'

const at = Date.parse('2026-03-02T03:02:00.000Z')
const minute = 60_000
const settings = {
  policy: 'default',
  stableForMs: 900_000,
  headStartMs: 0,
  remediates: false,
  stillFiringAfterMs: 600_000,
}
const fresh = newIncident(42, 'P1', settings)
const position = { step: 2, round: 0 }
const cause = { kind: 'calendar', calendar: 'office', opensAt: '2026-03-02T08:00:00.000Z' } as const
const owner = { person: 'ana', since: at, until: at + 60 * minute, toldFiring: 1, toldAgainAt: null }
const dueAt = at + 5 * minute
const due = '2026-03-02T03:07:00.000Z'

describe('where paging stands', () => {
  const stories: [string, Partial<MachineState>, unknown][] = [
    ['nothing yet', {}, { kind: 'idle' }],
    [
      'remediation’s head start',
      { escalation: { kind: 'head-start', dueAt } },
      { kind: 'head-start', dueAt: due },
    ],
    [
      'a step that waits',
      { escalation: { kind: 'waiting', position, dueAt, people: ['ana'], following: ['ben'], pages: null } },
      { kind: 'waiting', step: 2, dueAt: due, following: ['ben'] },
    ],
    [
      'a step that is held back',
      { escalation: { kind: 'held', position, dueAt, firm: false, cause } },
      { kind: 'held', step: 2, reason: 'outside office until 2026-03-02 08:00 UTC', dueAt: due },
    ],
    [
      'an acknowledgement that runs out',
      { owner },
      { kind: 'acknowledged', by: 'ana', until: '2026-03-02T04:02:00.000Z' },
    ],
    ['an acknowledgement for good', { owner: { ...owner, until: null } }, { kind: 'idle' }],
    [
      'an owner who is asked again',
      { owner, escalation: { kind: 'asking-owner', dueAt, pages: null } },
      { kind: 'asking-owner', by: 'ana', dueAt: due },
    ],
    [
      'a policy at its end',
      { escalation: { kind: 'exhausted', pages: [], retryAt: null } },
      { kind: 'exhausted', retryAt: null },
    ],
    [
      'a policy that reached nobody',
      { escalation: { kind: 'exhausted', pages: [], retryAt: dueAt } },
      { kind: 'exhausted', retryAt: due },
    ],
    ['clear alerts', { phase: 'monitoring', owner }, { kind: 'idle' }],
  ]

  it.each(stories)('%s', (_story, change, standing) => {
    expect(escalationStanding({ ...fresh, ...change })).toEqual(standing)
  })

  it('is nowhere where nothing was decided', () => {
    expect(escalationStanding(null)).toEqual({ kind: 'idle' })
    expect(enteredStep(null)).toBeNull()
  })
})

describe('what else the state tells', () => {
  it('the step that was entered last', () => {
    expect(enteredStep(fresh)).toBeNull()
    expect(enteredStep({ ...fresh, at: position })).toBe('r0/s2')
  })

  it('since when somebody owns it', () => {
    expect(ownedSince({ ...fresh, owner })).toBe('2026-03-02T03:02:00.000Z')
    expect(ownedSince(fresh)).toBeNull()
  })
})
