import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clearsWords, firesWords, ruleSentence, sameTimeLimits } from '../../../src/domain/chart/rule.ts'
import { sameTime } from '../../../src/domain/detectors/same-time.ts'
import { threshold } from '../../../src/domain/detectors/threshold.ts'

const sample = (value: number) => ({ numerator: value, denominator: 1 })

describe('N34: the limits that a chart shows are those at which the rule fires', () => {
  const value = fc.oneof(
    fc.integer({ min: -1_000, max: 1_000 }),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  )
  const part = fc.double({ min: 0.05, max: 0.95, noNaN: true })

  it('against the same time before: beyond them it fires, between them it does not', () => {
    fc.assert(
      fc.property(value, value, value, part, (now, day, week, least) => {
        const { below, above } = sameTimeLimits([day, week], least)
        const fires = (at: number) =>
          sameTime({ threshold: least }).judge({
            sourceAlive: true,
            now: sample(at),
            baselines: [[sample(day)], [sample(week)]],
          }).state === 'firing'
        const slack = 1e-9 * Math.max(1, Math.abs(now), Math.abs(day), Math.abs(week))
        if (below !== null && now < below - slack) expect(fires(now)).toBe(true)
        if (above !== null && now > above + slack) expect(fires(now)).toBe(true)
        const inside = (below === null || now > below + slack) && (above === null || now < above - slack)
        if (inside) expect(fires(now)).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    [[100, 200], 0.5, { below: 50, above: 400 }],
    [[0, 0], 0.5, { below: 0, above: 0 }],
    [[100, null], 0.5, { below: null, above: null }],
    [[100, 200], 1, { below: 0, above: null }],
    [[], 0.5, { below: null, above: null }],
    [[-100, -50], 0.5, { below: -200, above: -25 }],
  ])('of %j at %d they are %j', (bases, least, limits) => {
    const found = sameTimeLimits(bases, least)
    expect([found.below, found.above].map((one) => (one === 0 ? 0 : one))).toEqual([
      limits.below,
      limits.above,
    ])
  })

  it.each([
    ['>', 'above 90 %', 'clears at 80 % or below'],
    ['>=', 'at 90 % or above', 'clears below 80 %'],
    ['<', 'below 90 %', 'clears at 80 % or above'],
    ['<=', 'at 90 % or below', 'clears above 80 %'],
  ] as const)('of a threshold with %s the words are what the detector does', (op, fires, clears) => {
    expect([firesWords(op, '90 %'), clearsWords(op, '80 %')]).toEqual([fires, clears])
    const clear = op.startsWith('>') ? 80 : 100
    const judge = (at: number) =>
      threshold({ op, value: 90, clear }).judge({ sourceAlive: true, now: sample(at), baselines: [] }).state
    expect(judge(90)).toBe(op.endsWith('=') ? 'firing' : 'unchanged')
    expect(judge(clear)).toBe(op.endsWith('=') ? 'unchanged' : 'ok')
  })

  it.each([
    [
      { kind: 'same-time', threshold: 0.5 },
      undefined,
      'Fires at 50 % or more from the same time a day ago and a week ago, and outside them',
    ],
    [
      { kind: 'threshold', op: '>', value: 500, clear: 400 },
      'ms',
      'Fires above 500 ms; clears at 400 ms or below',
    ],
    [{ kind: 'silence', silentAfterMs: 900_000 }, undefined, 'Fires after 15 min without rows'],
  ] as const)('%j reads well', (rule, unit, sentence) => {
    expect(ruleSentence(rule, unit)).toBe(sentence)
  })
})
