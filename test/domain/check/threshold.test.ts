import { describe, expect, it } from 'vitest'
import { evaluate, metricQuestions, type Measured } from '../../../src/domain/check/check.ts'
import { seriesAlert, summaryOf } from '../../../src/domain/check/alerts.ts'
import { concludeRun, type SeriesStanding } from '../../../src/domain/check/run.ts'
import type { Check, DetectorConfiguration, Metric } from '../../../src/domain/configuration/configuration.ts'
import type { Verdict } from '../../../src/domain/check/verdict.ts'
import { describeVerdict } from '../../../src/domain/check/verdict-words.ts'
import { reviewImpact } from '../../../src/domain/post-mortem/impact.ts'
import { sourcesOf } from '../../../src/domain/post-mortem/records.ts'
import { check, configurationWith, likes, minute } from './world.ts'
import { evidence, records } from '../post-mortem/world.ts'

const cpu: Metric = {
  name: 'cpu',
  title: 'CPU usage',
  unit: '%',
  kind: 'gauge',
  sql: 'avg(cpu)',
  source: 'feed',
  responsible: [],
}
const detector = { kind: 'threshold', op: '>', value: 90, clear: 85 } as const satisfies DetectorConfiguration
const bucketMs = minute
const dayAgo = (value: number | null) => ({ kind: 'before' as const, daysAgo: 1, value, diff: 0.5 })
const at = (bucket: number) => Date.UTC(2026, 2, 3) + bucket * bucketMs

function cpuCheck(change: Partial<Check> = {}): Check {
  return check({
    name: 'cpu',
    metrics: ['cpu'],
    slices: ['total'],
    detector,
    bucketMs,
    clearAfter: 1,
    ...change,
  })
}

const setupOf = (...checks: Check[]) => configurationWith(checks, { metrics: { cpu, likes } })

/** Judges one bucket after another, null for one without samples, and tells verdicts, alerts and what was said. */
function run(one: Check, values: readonly (number | null)[]) {
  const configuration = setupOf(one)
  let known: readonly SeriesStanding[] = []
  const verdicts: Verdict[] = []
  const alerts: string[] = []
  for (const [bucket, value] of values.entries()) {
    const [asked] = metricQuestions([one], configuration, at(bucket + 1))
    if (asked === undefined) throw new Error('nothing is asked')
    const measured: Measured = {
      rowsIn: () => 1,
      sample: () => (value === null ? undefined : { numerator: value, denominator: 1 }),
    }
    const judged = evaluate(one, asked.question, measured, configuration)
    const ran = {
      at: new Date(at(bucket + 1)).toISOString(),
      checks: [one],
      verdicts: judged,
      measured: [],
      sources: [],
    }
    const conclusion = concludeRun(ran, { known, judged: [] }, configuration)
    const { changed, forgotten } = conclusion
    if (changed.length > 0 || forgotten.length > 0) known = changed
    expect(concludeRun(ran, { known, judged: [] }, configuration).verdicts).toEqual(conclusion.verdicts)
    verdicts.push(...conclusion.verdicts)
    alerts.push(
      ...conclusion.alerts.map(({ status, annotations }) => `${bucket} ${status}: ${annotations['summary']}`),
    )
  }
  return {
    states: verdicts.map(({ state }) => ({ ok: '.', firing: '!', unknown: '?' })[state]).join(''),
    alerts,
    verdicts,
  }
}

describe('a check by a threshold', () => {
  it('reads one bucket and no baselines', () => {
    const one = cpuCheck()
    const [asked] = metricQuestions([one], setupOf(one), at(5))
    expect(asked?.question.buckets).toEqual([at(4)])
  })

  it('shares its question with a check that needs baselines', () => {
    const checks = [cpuCheck(), check({ name: 'likes', metrics: ['likes'], slices: ['total'], bucketMs })]
    const questions = metricQuestions(checks, setupOf(...checks), at(5))
    expect(questions.map(({ question, checks: asking }) => [question.buckets.length, asking.length])).toEqual(
      [[7, 2]],
    )
  })

  it('fires, goes on firing between the thresholds, and clears', () => {
    const { states, alerts, verdicts } = run(cpuCheck(), [80, 97, 87, 86, 85, 88])
    expect(states).toBe('.!!!..')
    expect(alerts).toEqual([
      '1 firing: CPU usage: 97 %, above 90 %',
      '4 resolved: CPU usage: 85 %, below 90 %',
    ])
    expect(verdicts.map(({ reason }) => reason)).toEqual([
      'within-threshold',
      'above-threshold',
      'not-yet-clear',
      'not-yet-clear',
      'within-threshold',
      'within-threshold',
    ])
  })

  it('counts a bucket between the thresholds for its "for", but does not begin by it', () => {
    expect(run(cpuCheck({ forMs: 2 * minute }), [87, 97, 87, 87]).alerts).toEqual([
      '3 firing: CPU usage: 87 %, below 90 %, but not back at 85 %',
    ])
    expect(run(cpuCheck({ forMs: 2 * minute }), [97, 85, 87, 87, 97]).alerts).toEqual([])
  })

  it('remembers over unknown buckets what a series was', () => {
    expect(run(cpuCheck(), [97, null, 87, 80, null, 87]).states).toBe('!?!.?.')
  })

  it('begins to count anew for clearAfter when it fires in between', () => {
    const { states, alerts } = run(cpuCheck({ clearAfter: 2 }), [97, 80, 87, 97, 80, 80])
    expect(states).toBe('!..!..')
    expect(alerts.map((line) => line.slice(0, 10))).toEqual([
      '0 firing: ',
      '2 resolved',
      '3 firing: ',
      '5 resolved',
    ])
  })
})

describe('what is said of a threshold', () => {
  const verdict = (value: number | null, change: Partial<Verdict> = {}): Verdict => ({
    check: 'cpu',
    metric: 'cpu',
    slice: 'os',
    group: 'iOS',
    bucketAt: new Date(at(0)).toISOString(),
    state: 'firing',
    reason: 'above-threshold',
    value,
    baselines: [{ kind: 'threshold', value: 90, diff: 0 }],
    ...change,
  })

  it.each([
    [97, 'CPU usage on iOS: 97 %, above 90 %'],
    [90, 'CPU usage on iOS: 90 %, equal to 90 %'],
    [12.345, 'CPU usage on iOS: 12.35 %, below 90 %'],
  ])('of %s', (value, expected) => {
    expect(summaryOf(verdict(value), setupOf())).toBe(expected)
  })

  it.each([
    ['against a threshold', verdict(97), 'CPU usage on iOS at 97 %, above 90 %'],
    [
      'against what was',
      verdict(30, { baselines: [dayAgo(40)], reason: 'deviates' }),
      'CPU usage on iOS down 25 %',
    ],
    [
      'against less',
      verdict(80, { baselines: [dayAgo(40)], reason: 'deviates' }),
      'CPU usage on iOS up 100 %',
    ],
    [
      'against nothing',
      verdict(80, { baselines: [dayAgo(0)], reason: 'deviates' }),
      'CPU usage on iOS at 80 %',
    ],
    [
      'against what is not known',
      verdict(80, { baselines: [dayAgo(null)], reason: 'deviates' }),
      'CPU usage on iOS at 80 %',
    ],
    ['without a value', verdict(null), 'CPU usage on iOS unknown'],
  ])('in a title says what is wrong %s', (_, about, title) => {
    const instant = new Date(at(4)).toISOString()
    const transition = { status: 'firing', at: instant, startsAt: instant } as const
    expect(seriesAlert(about, check(), setupOf(), transition).annotations['title']).toBe(title)
  })

  it('in a review names the threshold', () => {
    expect(describeVerdict('CPU usage', verdict(97))).toBe(
      'CPU usage on iOS at 97, 8 % above the threshold (90)',
    )
  })

  it('in the impact of a review does not pretend that the threshold is what would have been', () => {
    const verdicts = [{ ...verdict(97), metric: 'errors' }]
    const result = { metricTitle: 'Errors', metricKind: 'count', bucketMs, more: 0, verdicts }
    const { quantified } = reviewImpact(
      sourcesOf(records({ evidence: [evidence(1, 'opened/verdicts', result)] })),
    )
    expect(quantified.map(({ text }) => text)).toEqual([
      'Errors on iOS: 97 per 1 min at 2026-03-03 00:00:00 UTC, above the threshold of 90',
    ])
  })

  it('has the unit also where a value is held against others', () => {
    const baselines = [{ kind: 'before' as const, daysAgo: 1, value: 40, diff: 0.5 }]
    expect(summaryOf(verdict(80, { baselines, reason: 'deviates' }), setupOf())).toBe(
      'CPU usage on iOS: 80 %, against 40 % a day ago (+100 %)',
    )
  })
})
