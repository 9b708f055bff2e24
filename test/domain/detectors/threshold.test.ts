import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nothing, type Sample } from '../../../src/domain/detectors/detector.ts'
import { threshold } from '../../../src/domain/detectors/threshold.ts'
import { settled, type UnsettledVerdict, type Verdict } from '../../../src/domain/check/verdict.ts'

type Limits = Parameters<typeof threshold>[0]

const value = (numerator: number): Sample => ({ numerator, denominator: 1 })
const judge = (limits: Limits, now: Sample, sourceAlive = true) =>
  threshold(limits).judge({ sourceAlive, now, baselines: [] })

/** What becomes of a series that has these values one after another, beginning quiet. */
function story(limits: Limits, values: readonly number[]): string[] {
  let before: 'ok' | 'firing' = 'ok'
  return values.map((now) => {
    const verdict = settled(unsettled(judge(limits, value(now))), before)
    before = verdict.state === 'firing' ? 'firing' : 'ok'
    return verdict.state === 'firing' ? '!' : '.'
  })
}

function unsettled(judgement: ReturnType<typeof judge>): UnsettledVerdict {
  return {
    check: 'cpu',
    metric: 'cpu',
    slice: 'total',
    group: 'total',
    bucketAt: '2026-03-02T09:00:00.000Z',
    ...judgement,
  }
}

describe('a threshold', () => {
  it.each([
    { op: '>', now: 91, state: 'firing', reason: 'above-threshold' },
    { op: '>', now: 90, state: 'ok', reason: 'within-threshold' },
    { op: '>=', now: 90, state: 'firing', reason: 'above-threshold' },
    { op: '>=', now: 89.9, state: 'ok', reason: 'within-threshold' },
    { op: '<', now: 89, state: 'firing', reason: 'below-threshold' },
    { op: '<', now: 90, state: 'ok', reason: 'within-threshold' },
    { op: '<=', now: 90, state: 'firing', reason: 'below-threshold' },
    { op: '<=', now: 90.1, state: 'ok', reason: 'within-threshold' },
    { op: '<', now: 0, state: 'firing', reason: 'below-threshold' },
    { op: '<', now: -5, state: 'firing', reason: 'below-threshold' },
  ] as const)('of $op 90 finds $now $state', ({ op, now, ...expected }) => {
    expect(judge({ op, value: 90 }, value(now))).toMatchObject({ ...expected, value: now })
  })

  it('divides a ratio', () => {
    expect(judge({ op: '>', value: 0.1 }, { numerator: 2, denominator: 10 })).toMatchObject({
      state: 'firing',
      value: 0.2,
    })
  })

  it.each([
    { name: 'a silent source', now: value(99), alive: false, reason: 'source-silent' },
    { name: 'a gauge of nothing', now: nothing, alive: true, reason: 'no-samples' },
    { name: 'N47: a value that is no number', now: value(Number.NaN), alive: true, reason: 'not-a-number' },
    { name: 'N47: an infinity', now: value(Number.NEGATIVE_INFINITY), alive: true, reason: 'not-a-number' },
  ])('says nothing of $name', ({ now, alive, reason }) => {
    expect(judge({ op: '>', value: 90 }, now, alive)).toMatchObject({ state: 'unknown', reason, value: null })
  })

  it('asks for no other buckets', () => {
    expect(threshold({ op: '>', value: 90 }).windows).toEqual([])
  })

  it('is what the value is held against; on the good side it is not far from normal', () => {
    expect(judge({ op: '>', value: 90, clear: 80 }, value(100)).baselines).toEqual([
      { kind: 'threshold', value: 90, diff: expect.closeTo(0.1) as number },
      { kind: 'clear', value: 80, diff: expect.closeTo(0.2) as number },
    ])
    expect(judge({ op: '>', value: 90 }, value(1)).baselines).toEqual([
      { kind: 'threshold', value: 90, diff: 0 },
    ])
    expect(judge({ op: '>', value: 90 }, nothing).baselines).toEqual([
      { kind: 'threshold', value: 90, diff: null },
    ])
  })
})

describe('a threshold with another to clear at', () => {
  it.each([
    {
      limits: { op: '>', value: 90, clear: 85 },
      values: [89, 91, 89, 86, 85, 89, 90, 91, 80],
      states: '.!!!...!.',
    },
    { limits: { op: '>=', value: 90, clear: 85 }, values: [89, 90, 86, 85, 84, 85], states: '.!!!..' },
    { limits: { op: '<', value: 0.8, clear: 0.9 }, values: [0.85, 0.79, 0.85, 0.9, 0.85], states: '.!!..' },
    { limits: { op: '<=', value: 0.8, clear: 0.9 }, values: [0.85, 0.8, 0.9, 0.91, 0.85], states: '.!!..' },
    { limits: { op: '>', value: 90 }, values: [91, 90, 91], states: '!.!' },
  ] as const)('of $limits goes through $values as $states', ({ limits, values, states }) => {
    expect(story(limits, values).join('')).toBe(states)
  })

  it('says why a series still fires, or is still ok', () => {
    const between = unsettled(judge({ op: '>', value: 90, clear: 85 }, value(87)))
    expect(settled(between, 'firing')).toMatchObject({
      state: 'firing',
      reason: 'not-yet-clear',
    } satisfies Partial<Verdict>)
    expect(settled(between, 'ok')).toMatchObject({
      state: 'ok',
      reason: 'within-threshold',
    } satisfies Partial<Verdict>)
  })

  const numbers = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  const ops = fc.constantFrom('>', '>=', '<', '<=')

  it('fires whenever one without fires, and changes its mind no more often', () => {
    fc.assert(
      fc.property(
        ops,
        numbers,
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.array(numbers),
        (op, limit, gap, values) => {
          const clear = op.startsWith('>') ? limit - gap : limit + gap
          const plain = story({ op, value: limit }, values)
          const patient = story({ op, value: limit, clear }, values)
          for (const [index, state] of plain.entries()) if (state === '!') expect(patient[index]).toBe('!')
          const changes = (states: readonly string[]) =>
            states.filter((state, index) => index > 0 && state !== states[index - 1]).length
          expect(changes(patient)).toBeLessThanOrEqual(changes(plain))
        },
      ),
    )
  })
})
