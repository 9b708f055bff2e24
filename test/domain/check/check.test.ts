import { describe, expect, it } from 'vitest'
import { bucketsOf, isQuiet, lastCompleteBucket } from '../../../src/domain/check/buckets.ts'
import {
  evaluate,
  metricQuestions,
  watchedSeries,
  unknownVerdicts,
  watchOf,
  type Measured,
} from '../../../src/domain/check/check.ts'
import type { Configuration } from '../../../src/domain/configuration/configuration.ts'
import { check, configurationWith, minute } from './world.ts'

const at = (text: string) => Date.parse(`2026-03-${text}Z`)
const iso = (ms: number) => new Date(ms).toISOString()
const bucketMs = 15 * minute

describe('the last complete bucket', () => {
  it.each([
    { now: '10T12:15:00', lateMs: 0, bucket: '10T12:00:00' },
    { now: '10T12:14:59', lateMs: 0, bucket: '10T11:45:00' },
    { now: '10T12:15:29', lateMs: 30_000, bucket: '10T11:45:00' },
    { now: '10T12:15:30', lateMs: 30_000, bucket: '10T12:00:00' },
    { now: '10T12:29:00', lateMs: 0, bucket: '10T12:00:00' },
  ])('at $now, $lateMs ms late, began at $bucket', ({ now, lateMs, bucket }) => {
    expect(iso(lastCompleteBucket({ bucketMs, lateMs }, at(now)))).toBe(iso(at(bucket)))
  })
})

describe('the buckets of a baseline', () => {
  it('are the one at the same local time and its neighbours', () => {
    const buckets = bucketsOf({ daysAgo: 1, bucketsAround: 1 }, at('10T12:00:00'), bucketMs, 'Europe/Berlin')
    expect(buckets.map(iso)).toEqual(
      ['09T11:45:00', '09T12:00:00', '09T12:15:00'].map((text) => iso(at(text))),
    )
  })

  it('move with the clocks', () => {
    const [, middle] = bucketsOf(
      { daysAgo: 7, bucketsAround: 1 },
      at('31T12:00:00'),
      bucketMs,
      'Europe/Berlin',
    )
    expect(iso(middle ?? 0)).toBe(iso(at('24T13:00:00')))
  })
})

describe('quiet hours', () => {
  const quietHours = [
    { from: '00:00', to: '01:00' },
    { from: '23:30', to: '24:00' },
  ]
  it.each([
    { bucket: '10T00:00:00', quiet: true },
    { bucket: '10T00:45:00', quiet: true },
    { bucket: '10T01:00:00', quiet: false },
    { bucket: '10T23:15:00', quiet: false },
    { bucket: '10T23:45:00', quiet: true },
  ])('hold for $bucket: $quiet', ({ bucket, quiet }) => {
    expect(isQuiet({ quietHours }, at(bucket), 'UTC')).toBe(quiet)
  })

  it('are local', () => {
    expect(isQuiet({ quietHours }, at('10T23:15:00'), 'Europe/Berlin')).toBe(true)
  })
})

describe('what checks ask', () => {
  it('is one question per source, whatever the number of checks', () => {
    const checks = [
      check({ name: 'a', metrics: ['likes'], slices: ['total'] }),
      check({ name: 'b', metrics: ['ctr'], slices: ['os'] }),
      check({ name: 'c', metrics: ['messages', 'likes'], slices: ['total'] }),
    ]
    const questions = metricQuestions(checks, configurationWith(checks), at('10T12:15:00'))
    expect(
      questions.map(({ question, checks: asking }) => ({
        source: question.source.name,
        metrics: question.metrics.map(({ name }) => name),
        slices: question.slices.map(({ name }) => name),
        checks: asking.map(({ name }) => name),
        buckets: question.buckets.length,
      })),
    ).toEqual([
      { source: 'feed', metrics: ['likes', 'ctr'], slices: ['os'], checks: ['a', 'b', 'c'], buckets: 7 },
      { source: 'chat', metrics: ['messages'], slices: [], checks: ['c'], buckets: 7 },
    ])
  })

  it('is asked apart for other bucket lengths', () => {
    const checks = [check({ name: 'a' }), check({ name: 'b', bucketMs: minute })]
    expect(metricQuestions(checks, configurationWith(checks), at('10T12:15:00'))).toHaveLength(2)
  })

  it('covers every metric in every group of every slice', () => {
    const series = watchedSeries(check(), configurationWith([check()]))
    expect(series.map(({ metric, group }) => `${metric} ${group}`)).toEqual([
      'likes total',
      'likes iOS',
      'likes Android',
      'ctr total',
      'ctr iOS',
      'ctr Android',
    ])
  })

  it('names what is missing in the configuration', () => {
    const broken = check({ metrics: ['toString'] })
    expect(() => metricQuestions([broken], configurationWith([broken]), 0)).toThrow('metric "toString"')
  })
})

describe('judging', () => {
  const now = at('10T12:15:00')

  function verdicts(
    cells: (
      metric: string,
      group: string,
      bucketAt: number,
    ) => { numerator: number; denominator: number } | undefined,
    rows: (bucketAt: number) => number = () => 100,
    one = check(),
    change: Partial<Configuration> = {},
  ) {
    const configuration = configurationWith([one], change)
    const [asked] = metricQuestions([one], configuration, now)
    if (asked === undefined) throw new Error('nothing is asked')
    const measured: Measured = {
      rowsIn: rows,
      sample: (metric, _slice, group, bucketAt) => cells(metric, group, bucketAt),
    }
    const found = evaluate(one, asked.question, measured, configuration)
    return new Map(found.map((verdict) => [`${verdict.metric} ${verdict.group}`, verdict]))
  }

  it('gives a verdict per series for the last complete bucket', () => {
    const found = verdicts((_metric, group, bucketAt) => ({
      numerator: group === 'iOS' && bucketAt === at('10T12:00:00') ? 1 : 100,
      denominator: 1,
    }))
    expect(found.size).toBe(6)
    expect(found.get('likes iOS')).toEqual({
      check: 'feed-health',
      metric: 'likes',
      slice: 'os',
      group: 'iOS',
      bucketAt: '2026-03-10T12:00:00.000Z',
      state: 'firing',
      reason: 'deviates',
      value: 1,
      baselines: [
        { kind: 'before', daysAgo: 1, value: 100, diff: 0.99 },
        { kind: 'before', daysAgo: 7, value: 100, diff: 0.99 },
      ],
    })
    expect(found.get('likes Android')).toMatchObject({ state: 'ok', reason: 'near-baseline' })
  })

  it('takes a group without rows for zero in a count and for nothing in a ratio', () => {
    const found = verdicts((_metric, group, bucketAt) =>
      group === 'iOS' && bucketAt === at('10T12:00:00') ? undefined : { numerator: 100, denominator: 1 },
    )
    expect(found.get('likes iOS')).toMatchObject({ state: 'firing', value: 0 })
    expect(found.get('ctr iOS')).toMatchObject({ state: 'unknown', reason: 'no-samples', value: null })
  })

  it('knows nothing of a silent source', () => {
    const found = verdicts(
      () => undefined,
      (bucketAt) => (bucketAt === at('10T12:00:00') ? 0 : 100),
    )
    expect([...found.values()].map(({ state, reason }) => `${state} ${reason}`)).toEqual(
      Array(6).fill('unknown source-silent'),
    )
  })

  it('judges without the baseline buckets in which the source was silent', () => {
    const found = verdicts(
      () => ({ numerator: 90, denominator: 1 }),
      (bucketAt) => (bucketAt === at('09T12:15:00') ? 0 : 100),
    )
    expect(found.get('likes total')?.baselines[0]?.value).toBe(90)
  })

  it('keeps what it measured in quiet hours but does not judge it', () => {
    const quiet = check({ quietHours: [{ from: '12:00', to: '13:00' }] })
    const found = verdicts(
      (_metric, _group, bucketAt) => ({
        numerator: bucketAt === at('10T12:00:00') ? 1 : 100,
        denominator: 1,
      }),
      () => 1,
      quiet,
    )
    expect(found.get('likes total')).toMatchObject({ state: 'unknown', reason: 'quiet-hours', value: 1 })
  })

  it('leaves every series unknown when its source was not asked', () => {
    const configuration = configurationWith([check()])
    const [asked] = metricQuestions([check()], configuration, now)
    const found = asked === undefined ? [] : unknownVerdicts(check(), asked.question, configuration)
    expect(found.map(({ state, reason }) => `${state} ${reason}`)).toEqual(
      Array(6).fill('unknown query-failed'),
    )
  })
})

describe('the watch on a source', () => {
  it('is as impatient as its most impatient check', () => {
    const checks = [check({ name: 'b', service: 'other', silentAfterMs: 5 * minute }), check({ name: 'a' })]
    expect(watchOf('feed', configurationWith(checks))).toEqual({
      service: 'feed',
      silentAfterMs: 5 * minute,
      firstDataWithinMs: 60 * minute,
    })
  })
})
