import { describe, expect, it } from 'vitest'
import { draftReview } from '../../../src/domain/post-mortem/post-mortem.ts'
import type { ReviewRecords } from '../../../src/domain/post-mortem/records.ts'
import type { ActionTemplate } from '../../../src/domain/investigate/runbook.ts'
import { at, attempt, incident, records, runbook } from './world.ts'

function failing(change: Partial<ReviewRecords>): Record<number, string> {
  const { rubric } = draftReview(records(change))
  return Object.fromEntries(
    rubric.filter(({ passed }) => !passed).map(({ number, detail }) => [number, detail]),
  )
}

function withAction(change: Partial<ActionTemplate>) {
  const [first, ...rest] = runbook().actions
  if (first === undefined) throw new Error('the runbook has no action')
  return { runbook: runbook({ actions: [{ ...first, ...change }, ...rest] }) }
}

describe('the rubric', () => {
  it('holds for a review that lacks nothing, which is then ready', () => {
    const review = draftReview(records())
    expect(review.rubric).toHaveLength(16)
    expect(review.rubric.filter(({ passed }) => !passed)).toEqual([])
    expect(review.ready).toBe(true)
  })

  it.each([
    [1, 'who was hit is not recorded', { alerts: [] }],
    [1, 'how long it lasted is not known', { incident: incident({ mitigatedAt: null }) }],
    [3, 'Invalid timeline', { incident: incident({ detectedAt: at('05:00') }) }],
    [11, 'INC-42/R1 was not measured before and after', { attempts: [attempt({ after: null })] }],
    [
      13,
      'nothing that went well',
      { incident: incident({ acknowledgedAt: null, acknowledgedBy: null }), attempts: [] },
    ],
    [14, 'no action is proposed', { runbook: null }],
    [14, 'INC-42/A1 does not begin with a verb', withAction({ title: 'Look into the cache warming' })],
    [14, 'INC-42/A1 does not begin with a verb', withAction({ title: 'The cache needs limits' })],
    [14, 'INC-42/A1 names no scope', withAction({ title: 'Fix it' })],
    [14, 'INC-42/A1 does not say when it is done', withAction({ doneWhen: ' ' })],
    [14, 'INC-42/A1 has more than one owner', withAction({ owner: 'carol and ben' })],
    [15, 'cause no-limit has neither', { runbook: runbook({ actions: runbook().actions.slice(1) }) }],
    [
      15,
      'no action to detect',
      { runbook: runbook({ actions: runbook().actions.filter(({ type }) => type !== 'detect') }) },
    ],
    [16, '"should have" blames', withAction({ title: 'Add what the cache should have had' })],
  ] as const)('says no to %i when %s', (number, detail, change) => {
    expect(failing(change)[number]).toContain(detail)
  })

  it('says no when an action of nobody is proposed', () => {
    const { serviceOwner: _, ...ownerless } = records()
    expect(draftReview(ownerless).rubric[13]).toMatchObject({
      passed: false,
      detail: 'INC-42/A2 has no owner; INC-42/A3 has no owner',
    })
  })

  it('says no to a branch that ends at a person', () => {
    const causes = [
      { id: 'who', problem: 'occurred', edge: 'caused', claim: 'An engineer typed the wrong host' },
    ] as const
    expect(failing({ runbook: runbook({ causes }) })[9]).toBe('cause who ends there')
  })
})
