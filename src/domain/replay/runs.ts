import { lastCompleteBucket } from '../check/buckets.ts'
import { metricQuestions, watchedSeries, type Measured, type MetricQuestion } from '../check/check.ts'
import type { Check, Configuration } from '../configuration/configuration.ts'

/** One run of a check at its due time. Instants are epoch milliseconds. */
export interface ReplayRun {
  /** When the schedule would have run it: the rows of its bucket are all there. */
  readonly at: number
  /** What it asks, one question per source. */
  readonly questions: readonly MetricQuestion[]
}

/** Recorded time, half-open, epoch milliseconds. */
export interface ReplayRange {
  readonly from: number
  readonly to: number
}

/**
 * When the schedule of a check would have run over the buckets that lie in a range: once per bucket, in order. A check that runs less
 * often than its buckets end passes buckets over, as it does live.
 */
export function dueTimes(check: Check, { from, to }: ReplayRange): number[] {
  const { everyMs, lateMs, bucketMs } = check
  const offset = lateMs % everyMs
  const times: number[] = []
  let judged = Number.NEGATIVE_INFINITY
  let at = Math.ceil((from + bucketMs + lateMs - offset) / everyMs) * everyMs + offset
  for (; ; at += everyMs) {
    const bucketAt = lastCompleteBucket(check, at)
    if (bucketAt + bucketMs > to) return times
    if (bucketAt < from || bucketAt === judged) continue
    judged = bucketAt
    times.push(at)
  }
}

/** A run judges no more series than this; more of them make fewer runs in a part. */
const mostSamples = 500_000
const mostRuns = 2_000

/** How many runs are read with one query per source, so that neither an answer nor the memory grows with the range. */
export function runsTogether(check: Check, configuration: Configuration): number {
  const series = watchedSeries(check, configuration).length
  return Math.max(1, Math.min(mostRuns, Math.floor(mostSamples / Math.max(1, series))))
}

/** What a check asked at these times. */
export function replayRuns(
  check: Check,
  configuration: Configuration,
  times: readonly number[],
): ReplayRun[] {
  return times.map((at) => ({
    at,
    questions: metricQuestions([check], configuration, at).map(({ question }) => question),
  }))
}

/**
 * Everything that runs ask, put together: one question per source. Where a clock was changed by less than a bucket, buckets of
 * comparison begin between the others; those are a question of their own, since no two of one question may overlap.
 * @param silentAfterMs how far back a source is looked at before it is called silent
 */
export function questionsTogether(runs: readonly ReplayRun[], silentAfterMs: number): MetricQuestion[] {
  const bySource = Map.groupBy(
    runs.flatMap(({ questions }) => questions),
    ({ source }) => source.name,
  )
  return [...bySource.values()].flatMap((questions) => {
    const [first] = questions
    if (first === undefined) return []
    const buckets = new Set(questions.flatMap((question) => question.buckets))
    for (const bucket of lookedBack(first, silentAfterMs)) buckets.add(bucket)
    const aligned = Map.groupBy(buckets, (bucket) => bucket % first.bucketMs)
    return [...aligned.values()].map((together) => ({ ...first, buckets: together }))
  })
}

/** Buckets of `silentAfterMs` up to the end of the judged one. */
export function lookedBack(
  { bucketAt, bucketMs }: Pick<MetricQuestion, 'bucketAt' | 'bucketMs'>,
  silentAfterMs: number,
): number[] {
  const count = Math.max(1, Math.ceil(silentAfterMs / bucketMs))
  return Array.from({ length: count }, (_, index) => bucketAt - index * bucketMs)
}

/** Answers to questions about different buckets of one source, as one. */
export function measuredTogether(
  answers: readonly { readonly question: MetricQuestion; readonly measured: Measured }[],
): Measured {
  const byBucket = new Map(
    answers.flatMap(({ question, measured }) =>
      question.buckets.map((bucket) => [bucket, measured] as const),
    ),
  )
  return {
    rowsIn: (bucketAt) => byBucket.get(bucketAt)?.rowsIn(bucketAt) ?? 0,
    sample: (metric, slice, group, bucketAt) =>
      byBucket.get(bucketAt)?.sample(metric, slice, group, bucketAt),
  }
}
