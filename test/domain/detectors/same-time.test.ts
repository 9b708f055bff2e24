import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nothing, type Observation, type Sample } from '../../../src/domain/detectors/detector.ts'
import { difference, sameTime } from '../../../src/domain/detectors/same-time.ts'

const value = (numerator: number): Sample => ({ numerator, denominator: 1 })
const ratio = (numerator: number, denominator: number): Sample => ({ numerator, denominator })

function observed(
  now: Sample,
  day: readonly Sample[],
  week: readonly Sample[],
  sourceAlive = true,
): Observation {
  return { sourceAlive, now, baselines: [day, week] }
}

/** Baselines in which all three buckets have the same value. */
function flat(now: number, day: number, week: number): Observation {
  return observed(value(now), Array(3).fill(value(day)), Array(3).fill(value(week)))
}

const detector = sameTime({ threshold: 0.5 })

describe('the same-time rule', () => {
  it.each([
    {
      name: 'fires on a fall below half of both',
      given: flat(3, 120, 131),
      state: 'firing',
      reason: 'deviates',
    },
    {
      name: 'fires on a rise above the double of both',
      given: flat(300, 120, 131),
      state: 'firing',
      reason: 'deviates',
    },
    {
      name: 'fires at exactly the threshold',
      given: flat(50, 100, 100),
      state: 'firing',
      reason: 'deviates',
    },
    {
      name: 'does not fire just inside the threshold',
      given: flat(51, 100, 100),
      state: 'ok',
      reason: 'near-baseline',
    },
    {
      name: 'does not fire when only one baseline is far',
      given: flat(60, 100, 500),
      state: 'ok',
      reason: 'near-baseline',
    },
    {
      name: 'does not fire far from both but between them',
      given: flat(50, 10, 500),
      state: 'ok',
      reason: 'between-baselines',
    },
    {
      name: 'fires on a count that fell to zero',
      given: flat(0, 120, 131),
      state: 'firing',
      reason: 'deviates',
    },
    {
      name: 'takes zero against zero for the same',
      given: flat(0, 0, 0),
      state: 'ok',
      reason: 'near-baseline',
    },
    { name: 'fires on a first value after zeros', given: flat(7, 0, 0), state: 'firing', reason: 'deviates' },
    {
      name: 'does not fire where one baseline is zero and the other explains it',
      given: flat(7, 0, 8),
      state: 'ok',
      reason: 'near-baseline',
    },
    {
      name: 'compares negative gauges by magnitude',
      given: flat(-2, -20, -21),
      state: 'firing',
      reason: 'deviates',
    },
    { name: 'fires on a changed sign', given: flat(-5, 20, 21), state: 'firing', reason: 'deviates' },
    {
      name: 'says nothing of a silent source',
      given: observed(nothing, [value(1)], [value(1)], false),
      state: 'unknown',
      reason: 'source-silent',
    },
    {
      name: 'says nothing of a ratio of nothing',
      given: observed(ratio(0, 0), [ratio(1, 2)], [ratio(1, 2)]),
      state: 'unknown',
      reason: 'no-samples',
    },
    {
      name: 'says nothing without the day before',
      given: observed(value(1), [nothing, nothing, nothing], [value(9)]),
      state: 'unknown',
      reason: 'no-baseline',
    },
    {
      name: 'says nothing without the week before',
      given: observed(value(1), [value(9)], [nothing]),
      state: 'unknown',
      reason: 'no-baseline',
    },
    {
      name: 'N47: says of a value that is no number that it is none',
      given: observed(value(Number.NaN), [value(9)], [value(9)]),
      state: 'unknown',
      reason: 'not-a-number',
    },
    {
      name: 'N47: leaves a bucket that came to no number out of what it compares with',
      given: observed(value(9), [value(9), value(Number.NaN), value(9)], [value(9)]),
      state: 'ok',
      reason: 'near-baseline',
    },
  ])('$name', ({ given, state, reason }) => {
    expect(detector.judge(given)).toMatchObject({ state, reason })
  })

  it('takes the mean of three buckets for values', () => {
    const { baselines } = detector.judge(observed(value(10), [value(10), value(20), value(60)], [value(10)]))
    expect(baselines).toEqual([
      { kind: 'before', daysAgo: 1, value: 30, diff: expect.closeTo(2 / 3) as number },
      { kind: 'before', daysAgo: 7, value: 10, diff: 0 },
    ])
  })

  it('pools ratios over their buckets instead of averaging them', () => {
    const { value: now, baselines } = detector.judge(
      observed(ratio(1, 4), [ratio(1, 100), ratio(0, 0), ratio(99, 100)], [ratio(1, 2)]),
    )
    expect(now).toBe(0.25)
    expect(baselines.map((baseline) => baseline.value)).toEqual([0.5, 0.5])
  })

  it('leaves buckets of a silent source out of the mean', () => {
    const { baselines } = detector.judge(
      observed(value(10), [nothing, value(20), value(40)], [nothing, nothing, value(7)]),
    )
    expect(baselines.map((baseline) => baseline.value)).toEqual([30, 7])
  })

  const amounts = fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e9, noNaN: true }))

  it('never fires between the baselines', () => {
    fc.assert(
      fc.property(amounts, amounts, fc.double({ min: 0, max: 1, noNaN: true }), (day, week, part) => {
        const [low, high] = [Math.min(day, week), Math.max(day, week)]
        const between = Math.min(high, low + part * (high - low))
        expect(detector.judge(flat(between, low, high)).state).toBe('ok')
      }),
    )
  })

  it('does not care about the unit', () => {
    fc.assert(
      fc.property(
        amounts,
        amounts,
        amounts,
        fc.integer({ min: -20, max: 20 }),
        (now, day, week, exponent) => {
          // A power of two changes no digit, so that only the rule could make a difference.
          const scale = 2 ** exponent
          const scaled = detector.judge(flat(now * scale, day * scale, week * scale))
          expect(scaled.reason).toBe(detector.judge(flat(now, day, week)).reason)
        },
      ),
    )
  })

  it('does not care which baseline is which', () => {
    fc.assert(
      fc.property(amounts, amounts, amounts, (now, day, week) => {
        expect(detector.judge(flat(now, day, week)).reason).toBe(detector.judge(flat(now, week, day)).reason)
      }),
    )
  })

  it('measures a difference that is symmetric and lies between 0 and 1', () => {
    const anything = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(anything, anything, (a, b) => {
        const diff = difference(a, b)
        expect(diff).toBe(difference(b, a))
        expect(diff).toBeGreaterThanOrEqual(0)
        expect(diff).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('fires no more often with a higher threshold', () => {
    fc.assert(
      fc.property(
        amounts,
        amounts,
        amounts,
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (now, day, week, threshold) => {
          const strict = sameTime({ threshold }).judge(flat(now, day, week)).state
          const loose = sameTime({ threshold: threshold / 2 }).judge(flat(now, day, week)).state
          expect(strict === 'firing' && loose !== 'firing').toBe(false)
        },
      ),
    )
  })
})
