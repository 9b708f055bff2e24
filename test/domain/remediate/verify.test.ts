import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Metric } from '../../../src/domain/configuration/configuration.ts'
import { explanationSentence, statesWords } from '../../../src/domain/remediate/explanation-words.ts'
import { judge, samplesOf, statesOf, symptomCleared } from '../../../src/domain/remediate/verify.ts'
import type { Verdict, VerdictState } from '../../../src/domain/check/verdict.ts'

const start = Date.parse('2026-03-01T03:00:00.000Z')
const minute = 60_000
const metrics = { likes: { title: 'Likes per user' } as Metric }

function at(minutes: number): string {
  return new Date(start + minutes * minute).toISOString()
}

interface Measured {
  readonly group?: string
  readonly value?: number | null
  readonly diff?: number
}

function verdict(
  minutes: number,
  state: VerdictState,
  { group = 'total', value = 3, diff = 0.6 }: Measured = {},
): Verdict {
  const slice = group === 'total' ? 'total' : 'os'
  const baselines = [{ kind: 'before' as const, daysAgo: 1, value: 8.9, diff }]
  return {
    check: 'feed',
    metric: 'likes',
    slice,
    group,
    bucketAt: at(minutes),
    state,
    reason: 'deviates',
    value,
    baselines,
  }
}

const before = { at: at(0), verdicts: [verdict(-5, 'firing', { value: 3.1 })] }
const verify = { good: 2, of: 3 }

function judged(after: readonly Verdict[], actedAt = at(0)) {
  return judge({ verify, before, actedAt, after: { at: at(60), verdicts: after } }, metrics)
}

describe('verification', () => {
  it.each<[string, VerdictState[], string]>([
    ['waits without samples', [], 'waiting'],
    ['waits while it could still go either way', ['ok', 'firing'], 'waiting'],
    ['waits through unknown samples', ['ok', 'unknown', 'unknown', 'unknown', 'unknown'], 'waiting'],
    ['is good as soon as enough are good', ['ok', 'ok'], 'helped'],
    ['takes one bad sample in three', ['firing', 'ok', 'ok'], 'helped'],
    ['counts unknown samples neither way', ['unknown', 'ok', 'unknown', 'ok'], 'helped'],
    ['is over as soon as too many are bad', ['firing', 'firing'], 'no-effect'],
    [
      'judges by the first samples, not by later ones',
      ['firing', 'ok', 'firing', 'ok', 'ok', 'ok'],
      'no-effect',
    ],
  ])('%s', (_, states, outcome) => {
    expect(judged(states.map((state, index) => verdict(index * 5, state))).outcome).toBe(outcome)
  })

  it('counts only buckets that begin at or after the end of the act', () => {
    const buckets = [verdict(0, 'ok'), verdict(5, 'ok')]
    expect(judged(buckets, at(0)).outcome).toBe('helped')
    expect(judged(buckets, new Date(start + 1).toISOString()).outcome).toBe('waiting')
  })

  it('tells the values before and after, against what they are held', () => {
    const after = [verdict(0, 'ok', { value: 8.2 }), verdict(5, 'ok', { value: 8.7 })]
    const { explanation } = judged(after)
    const against = { kind: 'before', daysAgo: 1, value: 8.9, diff: 0.6 }
    const change = { metric: 'likes', title: 'Likes per user', slice: 'total', group: 'total', against }
    expect(explanation).toEqual({
      kind: 'judged',
      outcome: 'helped',
      good: 2,
      bad: 0,
      of: 3,
      changes: { series: [{ ...change, before: 3.1, value: 8.7 }], more: 0 },
    })
    expect(explanationSentence(explanation)).toBe(
      'It helped: 2 of 2 samples after it are good. Likes per user 3.1 → 8.7, a day before 8.9.',
    )
    expect(statesWords(statesOf(before, metrics))).toBe('Likes per user 3.1, a day before 8.9')
  })

  it('names three series and counts the rest', () => {
    const groups = ['a', 'b', 'c', 'd', 'e']
    const many = { at: at(0), verdicts: groups.map((group) => verdict(-5, 'firing', { group })) }
    const after = [0, 5].flatMap((minutes) =>
      groups.map((group) => verdict(minutes, 'firing', { group, value: 2 })),
    )
    const { explanation } = judge(
      { verify, before: many, actedAt: at(0), after: { at: at(9), verdicts: after } },
      metrics,
    )
    expect(explanation.changes.more).toBe(2)
    expect(explanationSentence(explanation)).toBe(
      'It had no effect: 2 of 2 samples after it still fire. Likes per user on a 3 → 2, a day before 8.9; ' +
        'Likes per user on b 3 → 2, a day before 8.9; Likes per user on c 3 → 2, a day before 8.9; and 2 more series.',
    )
  })

  it.each([
    [0.69, 'no-effect'],
    [0.71, 'harmed'],
    [1, 'harmed'],
    [0.2, 'no-effect'],
  ])('calls a distance of %d from the nearest baseline, 0.6 before, %s', (diff, outcome) => {
    expect(judged([verdict(0, 'firing', { diff }), verdict(5, 'firing', { diff })]).outcome).toBe(outcome)
  })

  it('calls nothing harm that it measured before only in the bucket in which the series began to fire', () => {
    const after = [verdict(0, 'firing', { diff: 1 }), verdict(5, 'firing', { diff: 1 })]
    const observation = { verify, before, actedAt: at(0), after: { at: at(9), verdicts: after } }
    expect(judge(observation, metrics).outcome).toBe('harmed')
    expect(judge({ ...observation, justBegun: before.verdicts }, metrics).outcome).toBe('no-effect')
  })

  it('ignores series that were not watched, and keeps only the samples that counted', () => {
    const other = verdict(0, 'firing', { group: 'ios' })
    const { outcome, after } = judged([
      other,
      verdict(0, 'ok'),
      verdict(5, 'unknown'),
      verdict(10, 'ok'),
      verdict(15, 'ok'),
      verdict(20, 'ok'),
    ])
    expect(outcome).toBe('helped')
    expect(after.verdicts.map(({ bucketAt }) => bucketAt)).toEqual([at(0), at(10), at(15)])
  })

  it('reads instants, not texts', () => {
    const plain = { ...verdict(0, 'ok'), bucketAt: '2026-03-01T03:00:00Z' }
    expect(samplesOf([plain], [plain], at(0))).toEqual([{ bucketAt: at(0), state: 'good' }])
  })

  it.each<[string, VerdictState[], 'good' | 'bad' | 'unknown']>([
    ['all ok', ['ok', 'ok'], 'good'],
    ['one still firing', ['ok', 'firing'], 'bad'],
    ['one firing beside an unknown one', ['unknown', 'firing'], 'bad'],
    ['one unknown', ['ok', 'unknown'], 'unknown'],
    ['one without a verdict', ['ok'], 'unknown'],
  ])('takes several series of a bucket together: %s', (_, states, expected) => {
    const groups = ['a', 'b']
    const watched = groups.map((group) => verdict(-5, 'firing', { group }))
    const bucket = states.map((state, index) => verdict(0, state, { group: groups[index] ?? '' }))
    expect(samplesOf(watched, bucket, at(0))).toEqual([{ bucketAt: at(0), state: expected }])
  })

  it('never decides on fewer samples than it takes, and never takes a decision back', () => {
    const states = fc.array(fc.constantFrom<VerdictState>('ok', 'firing', 'unknown'), { maxLength: 12 })
    const wanted = fc
      .integer({ min: 1, max: 5 })
      .chain((of) => fc.record({ of: fc.constant(of), good: fc.integer({ min: 1, max: of }) }))
    fc.assert(
      fc.property(states, wanted, (script, counts) => {
        let decided: string | undefined
        for (let length = 0; length <= script.length; length++) {
          const seen = script.slice(0, length)
          const after = { at: at(99), verdicts: seen.map((state, index) => verdict(index, state)) }
          const { outcome } = judge({ verify: counts, before, actedAt: at(0), after }, metrics)
          const good = seen.filter((state) => state === 'ok').length
          const bad = seen.filter((state) => state === 'firing').length
          if (outcome === 'helped') expect(good).toBeGreaterThanOrEqual(counts.good)
          if (outcome === 'no-effect') expect(bad).toBeGreaterThan(counts.of - counts.good)
          if (good + bad >= counts.of) expect(outcome).not.toBe('waiting')
          if (decided !== undefined) expect(outcome).toBe(decided)
          if (outcome !== 'waiting') decided = outcome
        }
      }),
    )
  })
})

describe('a symptom has cleared', () => {
  it.each<[boolean, VerdictState[]]>([
    [true, ['ok', 'ok']],
    [false, ['ok', 'firing']],
    [false, ['ok', 'unknown']],
    [false, []],
  ])('%s for the newest verdicts %j', (cleared, states) => {
    expect(symptomCleared({ at: at(0), verdicts: states.map((state) => verdict(0, state)) })).toBe(cleared)
  })
})
