import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextAfter, nextRung, wasTried, type PastAttempt } from '../../../src/domain/remediate/remediate.ts'
import type { AttemptOutcome } from '../../../src/domain/remediate/remediation.ts'
import type { RemediationRung } from '../../../src/domain/investigate/runbook.ts'

function rung(action: string): RemediationRung {
  return { action, target: 'feed', timeoutMs: 1_000, verify: { good: 2, of: 3, withinMs: 60_000 } }
}

const ladder = [rung('flush'), rung('restart'), rung('fail-over')]

function past(rungNumber: number, outcome: AttemptOutcome | null): PastAttempt {
  return { id: `INC-1/a${rungNumber}`, rung: rungNumber, outcome }
}

describe('the ladder', () => {
  it.each<[string, PastAttempt[], number[], string | undefined]>([
    ['begins with the first rung', [], [], 'flush'],
    ['goes on after one without effect', [past(1, 'no-effect')], [], 'restart'],
    ['does not repeat one that helped before the incident fired again', [past(1, 'helped')], [], 'restart'],
    ['does not repeat one that still runs', [past(1, null)], [], 'restart'],
    ['comes back to one that guards had refused', [past(1, 'refused'), past(2, 'no-effect')], [], 'flush'],
    ['comes back to one that was not needed at the time', [past(1, 'cleared')], [], 'flush'],
    ['passes over what guards refused in this descent', [past(1, 'refused')], [1], 'restart'],
    [
      'ends below the last rung',
      [past(1, 'harmed'), past(2, 'unknown'), past(3, 'no-effect')],
      [],
      undefined,
    ],
  ])('%s', (_, attempts, passedOver, expected) => {
    expect(nextRung(ladder, attempts, new Set(passedOver))?.step.action).toBe(expected)
  })

  it('says where a rung stands, counted from 1', () => {
    expect(nextRung(ladder, [past(1, 'no-effect')], new Set())).toEqual({ number: 2, of: 3, step: ladder[1] })
  })

  it('ends, whatever the outcomes are, and tries no rung twice', () => {
    const outcomes = fc.constantFrom<AttemptOutcome>(
      'helped',
      'no-effect',
      'harmed',
      'unknown',
      'refused',
      'cleared',
    )
    fc.assert(
      fc.property(fc.array(outcomes, { minLength: 3, maxLength: 3 }), (script) => {
        const attempts: PastAttempt[] = []
        const passedOver = new Set<number>()
        for (let next = nextRung(ladder, attempts, passedOver); next !== undefined; ) {
          const outcome = script[attempts.length] ?? 'no-effect'
          attempts.push(past(next.number, outcome))
          if (!wasTried({ outcome })) passedOver.add(next.number)
          next = nextRung(ladder, attempts, passedOver)
        }
        expect(attempts.map((one) => one.rung)).toEqual([1, 2, 3])
      }),
    )
  })
})

describe('after an attempt', () => {
  it.each([
    ['helped', 'done', 'end'],
    ['cleared', null, 'end'],
    ['no-effect', 'done', 'next-rung'],
    ['unknown', 'not-done', 'next-rung'],
    ['unknown', 'unknown', 'hand-over'],
    ['unknown', 'done', 'hand-over'],
    ['harmed', 'done', 'hand-over'],
  ] as const)('that ended %s with its effect %s: %s', (outcome, effect, expected) => {
    expect(nextAfter(outcome, effect)).toBe(expected)
  })
})
