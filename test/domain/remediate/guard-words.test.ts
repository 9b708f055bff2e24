import { describe, expect, it } from 'vitest'
import type { GuardDecision, GuardFinding } from '../../../src/domain/remediate/guard-decision.ts'
import { decisionSentence, findingSentence } from '../../../src/domain/remediate/guard-words.ts'
import { thrown } from '../../support/kill-switch.ts'

const rung = { action: 'restart', target: 'feed-1' }
const stop = thrown('service/feed')
const breaker = { guard: 'breaker', ...rung, failures: 3, of: 5, opensAt: 3 } as const
const holders = [
  { attempt: 'INC-7/a1', target: 'feed-2' },
  { attempt: 'INC-8/a2', target: 'feed-3' },
]
const budget = { guard: 'blast-budget', group: 'feeds', size: 20, budget: 2, busy: 2, holders } as const

describe('what a guard found', () => {
  it.each<[GuardFinding, string]>([
    [{ guard: 'target', allowed: true, ...rung, missing: null }, 'feed-1 offers restart'],
    [
      { guard: 'target', allowed: false, ...rung, target: '', missing: 'name' },
      'restart names no target; an empty target never means all',
    ],
    [
      { guard: 'target', allowed: false, ...rung, missing: 'target' },
      'there is no target "feed-1" in the configuration',
    ],
    [
      { guard: 'target', allowed: false, ...rung, missing: 'action' },
      'target feed-1 has no action "restart" in the configuration',
    ],
    [{ guard: 'kill-switch', allowed: true, thrown: [] }, 'no kill switch is thrown'],
    [
      { guard: 'kill-switch', allowed: false, thrown: [stop, thrown('everything')] },
      'ann stopped automation for service feed: we migrate (since Sun 1 Mar 03:00 UTC); ' +
        'ann stopped automation for everything: we migrate (since Sun 1 Mar 03:00 UTC)',
    ],
    [{ guard: 'attempt-limit', allowed: true, tried: 1, most: 3 }, 'attempt 2 of at most 3'],
    [{ guard: 'attempt-limit', allowed: false, tried: 3, most: 3 }, 'the incident has had its 3 attempts'],
    [
      { ...breaker, allowed: true, failures: 1 },
      'the breaker is closed: 1 of the last 5 attempts of restart on feed-1 failed',
    ],
    [
      { ...breaker, allowed: false },
      'the breaker is open: 3 of the last 5 attempts of restart on feed-1 failed within a day; people act themselves until that is over',
    ],
    [{ ...budget, allowed: true, busy: 1 }, '1 of 20 in group feeds under repair, 2 allowed'],
    [
      { ...budget, allowed: false },
      'only 2 of group feeds may be under repair at once, and it is: feed-2 by INC-7/a1, feed-3 by INC-8/a2',
    ],
    [
      { guard: 'metrics', allowed: true, measured: 'fresh', ageMs: 360_000 },
      "the newest measurement's bucket began 6 min ago",
    ],
    [
      { guard: 'metrics', allowed: false, measured: 'stale', ageMs: 1_020_000 },
      'the newest measurement is stale: its bucket began 17 min ago',
    ],
    [
      { guard: 'metrics', allowed: false, measured: 'unknown', reasons: ['source-silent', 'no-samples'] },
      'the newest measurements are unknown (source-silent, no-samples)',
    ],
    [
      { guard: 'metrics', allowed: false, measured: 'nothing' },
      'no check measures what fires here, so nobody could tell whether an action helped',
    ],
  ])('%o reads %s', (finding, words) => {
    expect(findingSentence(finding)).toBe(words)
  })

  it('is told of, not choked on, when a newer version stored it', () => {
    const finding = { guard: 'moon', allowed: true } as unknown as GuardFinding
    expect(findingSentence(finding)).toBe('a guard that this version does not know: moon')
  })
})

describe('what the guards decided', () => {
  const first: GuardFinding = { guard: 'attempt-limit', allowed: true, tried: 0, most: 3 }
  const refusal: GuardFinding = { ...breaker, allowed: false }

  it('is everything that they looked at where they allow it', () => {
    const decision: GuardDecision = { allowed: true, findings: [first, { ...breaker, allowed: true }] }
    expect(decisionSentence(decision)).toBe(
      'Allowed: attempt 1 of at most 3; the breaker is closed: 3 of the last 5 attempts of restart on feed-1 failed.',
    )
  })

  it('is the refusal alone where one refuses', () => {
    const findings = [first, refusal, { guard: 'kill-switch', allowed: false, thrown: [stop] } as const]
    const decision: GuardDecision = { allowed: false, findings, guard: 'breaker', next: 'next-rung' }
    expect(decisionSentence(decision)).toBe(`Refused (breaker): ${findingSentence(refusal)}.`)
  })

  it('from before there were findings is told as it was written', () => {
    expect(decisionSentence({ recorded: 'Allowed: all is well.' })).toBe('Allowed: all is well.')
  })
})
