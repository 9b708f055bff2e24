import { describe, expect, it } from 'vitest'
import { dueDate } from '../../../src/domain/post-mortem/actions.ts'
import { draftReview } from '../../../src/domain/post-mortem/post-mortem.ts'
import { attempt, incident, records, runbook } from './world.ts'

describe('when an action is due', () => {
  it.each([
    ['P0', 'guard', '2026-12-01'],
    ['P1', 'guard', '2026-12-01'],
    ['P1', 'rest', '2026-12-22'],
    ['P2', 'guard', '2026-12-08'],
    ['P2', 'rest', '2027-01-19'],
    ['P3', 'guard', '2027-02-22'],
    ['P3', 'rest', '2027-02-22'],
  ] as const)('%s %s: %s', (severity, priority, day) => {
    expect(dueDate('2026-11-24T04:15:00Z', severity, priority, 'UTC')).toBe(day)
  })

  it('counts days of the local calendar', () => {
    expect(dueDate('2026-11-24T23:30:00Z', 'P1', 'guard', 'Europe/Berlin')).toBe('2026-12-02')
  })
})

describe('the actions of a review', () => {
  it('answer causes that stand, with owner, due date and cause', () => {
    const { proposed, rejected } = draftReview(records()).actions
    expect(proposed.map(({ id, cause, owner, due }) => [id, cause, owner, due])).toEqual([
      ['INC-42/A1', 'no-limit', 'carol', '2026-12-01'],
      ['INC-42/A2', 'seen-late', 'feed-team', '2026-12-22'],
      ['INC-42/A3', 'cache', 'feed-team', '2026-12-22'],
    ])
    expect(rejected).toEqual([
      { title: 'Split the two systems apart', cause: 'outage', why: 'its cause is refuted' },
    ])
  })

  it('are not proposed against a cause that could not be tested', () => {
    const { rejected } = draftReview(records({ attempts: [] })).actions
    expect(rejected).toContainEqual({
      title: 'Put the flush on the first rung',
      cause: 'cache',
      why: 'its cause could not be tested',
    })
  })

  it.each([
    ['refuted', attempt({ outcome: 'no-effect' }), 'its cause is said to lead to cache, which is refuted'],
    [
      'untested',
      attempt({ outcome: 'unknown' }),
      'its cause is said to lead to cache, which could not be tested',
    ],
  ])(
    'are not proposed against an inferred cause of one that is %s, nor is it an open risk',
    (_, tried, why) => {
      const { rejected, openRisks } = draftReview(records({ attempts: [tried] })).actions
      expect(rejected).toContainEqual({
        title: 'Refuse short pages when the cache is warmed',
        cause: 'no-limit',
        why,
      })
      expect(openRisks.map(({ cause }) => cause)).not.toContain('no-limit')
    },
  )

  it('leave an end cause without one as an open risk', () => {
    const { openRisks } = draftReview(records({ runbook: runbook({ actions: [] }) })).actions
    expect(openRisks.map(({ cause }) => cause)).toEqual(['no-limit', 'seen-late'])
  })

  it('count from detection while an incident has no end', () => {
    const open = incident({ resolvedAt: null, mitigatedAt: null })
    expect(draftReview(records({ incident: open })).actions.proposed[0]?.due).toBe('2026-12-01')
  })
})
