import { sampleOf, total } from '../domain/check/check.ts'
import type { Metric, Slice, SourceTable } from '../domain/configuration/configuration.ts'
import { pooled } from '../domain/detectors/detector.ts'
import { daysBefore } from '../domain/values/wall-clock.ts'
import { createMetricReader, type QueryRunner } from './metric-query.ts'

/** A series and the stretch of time to draw it over. Instants are epoch milliseconds. */
export interface ChartRequest {
  readonly source: SourceTable
  readonly metric: Metric
  /** Absent: the slice `total`. */
  readonly slice?: Slice
  readonly group: string
  readonly bucketMs: number
  /** Rounded down to a bucket. */
  readonly from: number
  /** Buckets that end after it are left out. */
  readonly to: number
  readonly timeZone: string
}

/** Values bucket by bucket; `null` where nothing is known, so that a line has a gap there. */
export interface ChartPoint {
  /** Start of the bucket, epoch milliseconds. */
  readonly at: number
  readonly today: number | null
  /** At the same local time a day before, and a week before. */
  readonly yesterday: number | null
  readonly weekAgo: number | null
}

/**
 * What is drawn of a series: today, yesterday and a week ago. By one query, unless the clocks changed by less than a bucket in between: then
 * buckets of one line would overlap another's, and each line has a query of its own.
 */
export async function readSeriesChart(runner: QueryRunner, request: ChartRequest): Promise<ChartPoint[]> {
  const { bucketMs, timeZone } = request
  const first = Math.floor(request.from / bucketMs) * bucketMs
  const count = Math.max(0, Math.floor((request.to - first) / bucketMs))
  if (count === 0) return []
  const starts = [first, daysBefore(first, 1, timeZone), daysBefore(first, 7, timeZone)]
  const lines = starts.map((start) => Array.from({ length: count }, (_, index) => start + index * bucketMs))
  const onOneGrid = starts.every((start) => (first - start) % bucketMs === 0)
  const asked = onOneGrid ? [lines.flat()] : lines
  const readers = await Promise.all(asked.map((buckets) => read(runner, request, first, buckets)))
  const valueAt = (line: number, bucketAt: number) => readers[onOneGrid ? 0 : line]?.(bucketAt) ?? null
  return Array.from({ length: count }, (_, index) => {
    const [today = null, yesterday = null, weekAgo = null] = starts.map((start, line) =>
      valueAt(line, start + index * bucketMs),
    )
    return { at: first + index * bucketMs, today, yesterday, weekAgo }
  })
}

/** @returns the value of a bucket among `buckets`, `null` where nothing is known */
async function read(
  runner: QueryRunner,
  { source, metric, slice, group, bucketMs }: ChartRequest,
  bucketAt: number,
  buckets: readonly number[],
): Promise<(bucketAt: number) => number | null> {
  const question = {
    source,
    bucketMs,
    bucketAt,
    buckets: [...new Set(buckets)],
    metrics: [metric],
    slices: slice === undefined ? [] : [slice],
  }
  const measured = await createMetricReader(runner).measure(question)
  const series = {
    metric: metric.name,
    slice: slice?.name ?? total,
    group: slice === undefined ? total : group,
  }
  return (at) => pooled([sampleOf(metric.kind, series, at, measured)])
}
