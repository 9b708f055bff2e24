import type { Configuration } from '../configuration/configuration.ts'
import { formatNumber } from '../values/numbers.ts'
import type { Measurement } from './remediation.ts'
import type { RemediationRung } from '../investigate/runbook.ts'
import { baselineWords, seriesTitle } from '../check/verdict-words.ts'
import type { Baseline } from '../check/baseline.ts'
import type { Series, Verdict } from '../check/verdict.ts'

/** Farther from the nearest baseline by this much on average (a `diff` goes from 0 to 1) is harm; less is no effect. */
const harmMargin = 0.1
/** Series that an explanation names; the measurement has them all. */
const seriesNamed = 3

type Metrics = Configuration['metrics']

/** All watched series in one bucket: bad when one fires, good when every one is ok, unknown otherwise. */
export interface Sample {
  readonly bucketAt: string
  readonly state: 'good' | 'bad' | 'unknown'
}

/** What an act is judged by. */
export interface Observation {
  readonly verify: Pick<RemediationRung['verify'], 'good' | 'of'>
  /** The measurement before the act; its series are watched. */
  readonly before: Measurement
  /**
   * Series whose measurement before is of the very bucket in which they began to fire. Such a bucket is partly good: that the next ones are
   * worse is the trouble's doing, not the act's.
   */
  readonly justBegun?: readonly Series[]
  /** The act's end: only buckets that begin at or after it count. */
  readonly actedAt: string
  readonly after: Measurement
}

/** What is known of an act so far. `waiting` is not failure: samples are still to come. */
export interface Judgement {
  readonly outcome: 'helped' | 'no-effect' | 'harmed' | 'waiting'
  /** Sentences for people, with the values before and after. */
  readonly explanation: string
  /** The measurement after, reduced to the samples that count. */
  readonly after: Measurement
}

/** Whether an act helped: `good` of the first `of` known samples after it must be good. Unknown samples count neither way. */
export function judge(observation: Observation, metrics: Metrics): Judgement {
  const { verify, before, actedAt } = observation
  const samples = samplesOf(before.verdicts, observation.after.verdicts, actedAt)
  const counted = samples.filter(({ state }) => state !== 'unknown').slice(0, verify.of)
  const good = counted.filter(({ state }) => state === 'good').length
  const bad = counted.length - good
  const after = reduced(observation.after, before, counted)
  const change = describeChange(before, after, metrics)
  const told = (opening: string) => `${opening}.${change === '' ? '' : ` ${change}.`}`
  if (good >= verify.good) {
    const explanation = told(`It helped: ${good} of the ${counted.length} samples after it are good`)
    return { outcome: 'helped', explanation, after }
  }
  if (bad > verify.of - verify.good) {
    const harmed = deviationChange(without(observation.justBegun ?? [], before), after) >= harmMargin
    const opening = harmed ? 'It got worse' : 'It had no effect'
    const explanation = told(`${opening}: ${bad} of the ${counted.length} samples after it still fire`)
    return { outcome: harmed ? 'harmed' : 'no-effect', explanation, after }
  }
  const explanation = told(
    `${counted.length} of ${verify.of} samples after it are known, ${good} of them good`,
  )
  return { outcome: 'waiting', explanation, after }
}

/** Whether what was wrong is right again: something was measured, and every series' newest verdict is ok. */
export function symptomCleared({ verdicts }: Measurement): boolean {
  return verdicts.length > 0 && verdicts.every(({ state }) => state === 'ok')
}

/** One sample per bucket that begins at or after `since`, oldest first. A watched series without a verdict makes its bucket unknown. */
export function samplesOf(
  watched: readonly Series[],
  verdicts: readonly Verdict[],
  since: string,
): readonly Sample[] {
  const keys = new Set(watched.map(seriesKey))
  const buckets = new Map<number, Map<string, Verdict>>()
  for (const verdict of verdicts) {
    const begins = Date.parse(verdict.bucketAt)
    if (begins < Date.parse(since) || !keys.has(seriesKey(verdict))) continue
    const bucket = buckets.get(begins) ?? new Map<string, Verdict>()
    buckets.set(begins, bucket.set(seriesKey(verdict), verdict))
  }
  return [...buckets]
    .toSorted(([a], [b]) => a - b)
    .map(([begins, bucket]) => ({
      bucketAt: new Date(begins).toISOString(),
      state: stateOf([...bucket.values()], keys.size),
    }))
}

function stateOf(bucket: readonly Verdict[], watched: number): Sample['state'] {
  if (bucket.some(({ state }) => state === 'firing')) return 'bad'
  return bucket.length === watched && bucket.every(({ state }) => state === 'ok') ? 'good' : 'unknown'
}

function reduced(measured: Measurement, before: Measurement, samples: readonly Sample[]): Measurement {
  const buckets = new Set(samples.map(({ bucketAt }) => Date.parse(bucketAt)))
  const keys = new Set(before.verdicts.map(seriesKey))
  const counts = (verdict: Verdict) =>
    buckets.has(Date.parse(verdict.bucketAt)) && keys.has(seriesKey(verdict))
  return { at: measured.at, verdicts: measured.verdicts.filter(counts) }
}

function without(series: readonly Series[], { at, verdicts }: Measurement): Measurement {
  const keys = new Set(series.map(seriesKey))
  return { at, verdicts: verdicts.filter((verdict) => !keys.has(seriesKey(verdict))) }
}

/** By how much the series measured both times moved away from their nearest baseline, on average. */
function deviationChange(before: Measurement, after: Measurement): number {
  const then = newest(before.verdicts)
  const changes = [...newest(after.verdicts)].flatMap(([key, verdict]) => {
    const [was, is] = [deviation(then.get(key)), deviation(verdict)]
    return was === null || is === null ? [] : [is - was]
  })
  return changes.length === 0 ? 0 : changes.reduce((sum, one) => sum + one, 0) / changes.length
}

function deviation(verdict: Verdict | undefined): number | null {
  const diffs = (verdict?.baselines ?? []).flatMap(({ diff }) => (diff === null ? [] : [diff]))
  return diffs.length === 0 ? null : Math.min(...diffs)
}

/** `Likes (os iOS) 3.1, a day before 8.9`, for the first series. */
export function describeState({ verdicts }: Measurement, metrics: Metrics): string {
  return firstOf(
    verdicts.map((verdict) => `${titleOf(verdict, metrics)} ${valueText(verdict)}${baselineText(verdict)}`),
  )
}

/** `Likes (os iOS) 3.1 → 8.7, a day before 8.9`, for the first series; empty while nothing was measured after the act. */
function describeChange(before: Measurement, after: Measurement, metrics: Metrics): string {
  const now = newest(after.verdicts)
  return firstOf(
    [...newest(before.verdicts)].flatMap(([key, was]) => {
      const is = now.get(key)
      if (is === undefined) return []
      return [`${titleOf(is, metrics)} ${valueText(was)} → ${valueText(is)}${baselineText(is)}`]
    }),
  )
}

function firstOf(texts: readonly string[]): string {
  const rest = texts.length > seriesNamed ? `; and ${texts.length - seriesNamed} more series` : ''
  return texts.slice(0, seriesNamed).join('; ') + rest
}

function newest(verdicts: readonly Verdict[]): Map<string, Verdict> {
  const byAge = verdicts.toSorted((a, b) => Date.parse(a.bucketAt) - Date.parse(b.bucketAt))
  return new Map(byAge.map((verdict) => [seriesKey(verdict), verdict]))
}

function seriesKey({ check, metric, slice, group }: Series): string {
  return JSON.stringify([check, metric, slice, group])
}

function titleOf(series: Series, metrics: Metrics): string {
  return seriesTitle(metrics[series.metric]?.title ?? series.metric, series)
}

function valueText({ value }: Verdict): string {
  return value === null ? 'unknown' : formatNumber(value)
}

function baselineText({ baselines }: { readonly baselines: readonly Baseline[] }): string {
  const known = baselines.flatMap((baseline) =>
    baseline.value === null ? [] : [`, ${baselineWords(baseline)} ${formatNumber(baseline.value)}`],
  )
  return known[0] ?? ''
}
