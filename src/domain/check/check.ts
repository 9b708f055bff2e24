import type { Check, Configuration, Metric, Slice, SourceTable } from '../configuration/configuration.ts'
import { detectorOf } from '../detectors/choose.ts'
import { nothing, type Sample } from '../detectors/detector.ts'
import type { Series, UnsettledVerdict, Verdict } from './verdict.ts'
import { lastCompleteBucket, bucketsOf, isQuiet } from './buckets.ts'
import { own } from '../values/own.ts'

/** The slice that always exists; its only group has the same name. */
export const total = 'total'

/** What is asked of one source at once: every metric in every slice, in each of these buckets. Instants are epoch milliseconds. */
export interface MetricQuestion {
  readonly source: SourceTable
  readonly bucketMs: number
  /** The bucket that is judged. */
  readonly bucketAt: number
  /** Starts of all buckets wanted, the judged one among them; no two overlap. */
  readonly buckets: readonly number[]
  readonly metrics: readonly Metric[]
  readonly slices: readonly Slice[]
  /** Set where slices are asked for by themselves: the total is not judged by this question. */
  readonly totalLeftOut?: true
}

/** The same question in parts of which each can fail alone: the total, and every slice. */
export function apartBySlice(question: MetricQuestion): MetricQuestion[] {
  const bySlice = question.slices.map((slice) => ({
    ...question,
    slices: [slice],
    totalLeftOut: true as const,
  }))
  return [{ ...question, slices: [] }, ...bySlice]
}

/** Whether a question judges a series. */
function covers({ metrics, slices, totalLeftOut }: MetricQuestion): (series: Series) => boolean {
  const metricNames = new Set(metrics.map(({ name }) => name))
  const sliceNames = new Set(slices.map(({ name }) => name))
  if (totalLeftOut !== true) sliceNames.add(total)
  return ({ metric, slice }) => metricNames.has(metric) && sliceNames.has(slice)
}

/** What a source answered. */
export interface Measured {
  /** Rows of the source in a bucket, of any series. */
  rowsIn(bucketAt: number): number
  /** What a series came to in a bucket; `undefined` when no row of the bucket belongs to it. */
  sample(metric: string, slice: string, group: string, bucketAt: number): Sample | undefined
}

/** A question, and the checks that ask it. */
export interface AskedQuestion {
  readonly question: MetricQuestion
  readonly checks: readonly Check[]
}

/** What the checks want to know now: one question per source and bucket length, whatever the number of checks. */
export function metricQuestions(
  checks: readonly Check[],
  configuration: Configuration,
  now: number,
): AskedQuestion[] {
  const asking = new Map<string, { source: SourceTable; checks: Set<Check> }>()
  for (const check of checks) {
    for (const metric of metricsOf(check, configuration)) {
      const source = named(configuration.sources, metric.source, 'source')
      const key = `${source.name} ${check.bucketMs} ${check.lateMs}`
      const entry = asking.get(key) ?? { source, checks: new Set() }
      entry.checks.add(check)
      asking.set(key, entry)
    }
  }
  return [...asking.values()].map(({ source, checks: askers }) => {
    const all = [...askers]
    return { question: questionOf(source, all, configuration, now), checks: all }
  })
}

/** What these checks, all of one bucket length and lateness, ask of one source. */
export function questionOf(
  source: SourceTable,
  checks: readonly Check[],
  configuration: Configuration,
  now: number,
): MetricQuestion {
  const [first] = checks
  if (first === undefined) throw new Error(`nobody asks source "${source.name}" anything`)
  const { bucketMs } = first
  const bucketAt = lastCompleteBucket(first, now)
  const windows = checks.flatMap((check) => detectorOf(check.detector).windows)
  const compared = windows.flatMap((window) => bucketsOf(window, bucketAt, bucketMs, configuration.timeZone))
  const metrics = new Map(
    checks.flatMap((check) => metricsOf(check, configuration)).map((metric) => [metric.name, metric]),
  )
  const slices = new Set(checks.flatMap((check) => check.slices).filter((slice) => slice !== total))
  return {
    source,
    bucketMs,
    bucketAt,
    buckets: [...new Set([bucketAt, ...compared])],
    metrics: [...metrics.values()].filter((metric) => metric.source === source.name),
    slices: [...slices].map((slice) => named(configuration.slices, slice, 'slice')),
  }
}

/** Every series that a check judges. */
export function watchedSeries(check: Check, configuration: Configuration): Series[] {
  return check.metrics.flatMap((metric) =>
    check.slices.flatMap((slice) =>
      groupsOf(slice, configuration).map((group) => ({ check: check.name, metric, slice, group })),
    ),
  )
}

/** The verdicts of one check on the series that the question covers. */
export function evaluate(
  check: Check,
  question: MetricQuestion,
  measured: Measured,
  configuration: Configuration,
): UnsettledVerdict[] {
  const detector = detectorOf(check.detector)
  const { bucketAt, bucketMs } = question
  const windows = detector.windows.map((window) =>
    bucketsOf(window, bucketAt, bucketMs, configuration.timeZone),
  )
  const quiet = isQuiet(check, bucketAt, configuration.timeZone)
  const sourceAlive = measured.rowsIn(bucketAt) > 0
  const kinds = new Map(question.metrics.map(({ name, kind }) => [name, kind]))
  const at = new Date(bucketAt).toISOString()
  return watchedSeries(check, configuration)
    .filter(covers(question))
    .flatMap((series): UnsettledVerdict[] => {
      const kind = kinds.get(series.metric)
      if (kind === undefined) return []
      const sample = (bucket: number) => sampleOf(kind, series, bucket, measured)
      const baselines = windows.map((buckets) => buckets.map(sample))
      const judgement = detector.judge({ sourceAlive, now: sample(bucketAt), baselines })
      const silenced = quiet ? ({ state: 'unknown', reason: 'quiet-hours' } as const) : {}
      return [{ ...series, bucketAt: at, ...judgement, ...silenced }]
    })
}

/** The verdicts of one check whose source could not be asked. */
export function unknownVerdicts(
  check: Check,
  question: MetricQuestion,
  configuration: Configuration,
): Verdict[] {
  const bucketAt = new Date(question.bucketAt).toISOString()
  return watchedSeries(check, configuration)
    .filter(covers(question))
    .map((series) => ({
      ...series,
      bucketAt,
      state: 'unknown',
      reason: 'query-failed',
      value: null,
      baselines: [],
    }))
}

/** Sources that some check looks at. */
export function watchedSources(configuration: Configuration): string[] {
  const metrics = Object.values(configuration.checks).flatMap((check) => metricsOf(check, configuration))
  return [...new Set(metrics.map(({ source }) => source))]
}

/** What a source's silence means: whose alert it is, and after how long. The most impatient of its checks decides. */
export function watchOf(
  source: string,
  configuration: Configuration,
): { readonly service: string; readonly silentAfterMs: number } {
  const checks = Object.values(configuration.checks).filter(({ metrics }) =>
    metrics.some((metric) => configuration.metrics[metric]?.source === source),
  )
  const [first] = checks.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  if (first === undefined) throw new Error(`no check looks at source "${source}"`)
  return {
    service: first.service,
    silentAfterMs: Math.min(...checks.map(({ silentAfterMs }) => silentAfterMs)),
  }
}

/**
 * A bucket of a source with rows counts 0 for a series without any, if the metric counts; a ratio or gauge of nothing is nothing. In a
 * bucket of a silent source every series is nothing.
 */
export function sampleOf(
  kind: Metric['kind'],
  { metric, slice, group }: Omit<Series, 'check'>,
  bucketAt: number,
  measured: Measured,
): Sample {
  if (measured.rowsIn(bucketAt) === 0) return nothing
  const found = measured.sample(metric, slice, group, bucketAt)
  if (found !== undefined) return found
  return kind === 'count' || kind === 'unique' ? { numerator: 0, denominator: 1 } : nothing
}

function metricsOf(check: Check, configuration: Configuration): Metric[] {
  return check.metrics.map((metric) => named(configuration.metrics, metric, 'metric'))
}

function groupsOf(slice: string, configuration: Configuration): readonly string[] {
  return slice === total ? [total] : named(configuration.slices, slice, 'slice').groups
}

function named<Value>(all: Readonly<Record<string, Value>>, name: string, kind: string): Value {
  const found = own(all, name)
  if (found === undefined)
    throw new Error(`a check names ${kind} "${name}", which the configuration does not have`)
  return found
}
