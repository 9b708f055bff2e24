import type { Configuration } from '../configuration/configuration.ts'
import type { Measurement } from './remediation.ts'
import type { RemediationRung } from '../investigate/runbook.ts'
import type { FirstOf, JudgedExplanation, SeriesChange, SeriesState } from './explanation.ts'
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
  readonly outcome: JudgedExplanation['outcome']
  /** The samples, with the values before and after. */
  readonly explanation: JudgedExplanation
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
  const changes = changesOf(before, after, metrics)
  const outcome = outcomeOf()
  return { outcome, explanation: { kind: 'judged', outcome, good, bad, of: verify.of, changes }, after }

  function outcomeOf(): Judgement['outcome'] {
    if (good >= verify.good) return 'helped'
    if (bad <= verify.of - verify.good) return 'waiting'
    const moved = deviationChange(without(observation.justBegun ?? [], before), after)
    return moved >= harmMargin ? 'harmed' : 'no-effect'
  }
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

/** The first series as they stand. */
export function statesOf({ verdicts }: Measurement, metrics: Metrics): FirstOf<SeriesState> {
  return firstOf(verdicts.map((verdict) => stateIn(verdict, metrics)))
}

/** The first series that were measured before and after the act. */
function changesOf(before: Measurement, after: Measurement, metrics: Metrics): FirstOf<SeriesChange> {
  const now = newest(after.verdicts)
  return firstOf(
    [...newest(before.verdicts)].flatMap(([key, was]) => {
      const is = now.get(key)
      return is === undefined ? [] : [{ ...stateIn(is, metrics), before: was.value }]
    }),
  )
}

function stateIn({ metric, slice, group, value, baselines }: Verdict, metrics: Metrics): SeriesState {
  const against = baselines.find((baseline) => baseline.value !== null) ?? null
  return { metric, title: metrics[metric]?.title ?? metric, slice, group, value, against }
}

function firstOf<Series>(all: readonly Series[]): FirstOf<Series> {
  return { series: all.slice(0, seriesNamed), more: Math.max(0, all.length - seriesNamed) }
}

function newest(verdicts: readonly Verdict[]): Map<string, Verdict> {
  const byAge = verdicts.toSorted((a, b) => Date.parse(a.bucketAt) - Date.parse(b.bucketAt))
  return new Map(byAge.map((verdict) => [seriesKey(verdict), verdict]))
}

function seriesKey({ check, metric, slice, group }: Series): string {
  return JSON.stringify([check, metric, slice, group])
}
