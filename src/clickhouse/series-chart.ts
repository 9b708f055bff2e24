import { sampleOf, total } from '../domain/check.ts'
import type { Metric, Slice, SourceTable } from '../domain/configuration.ts'
import { pooled } from '../domain/detectors/detector.ts'
import { daysBefore } from '../domain/wall-clock.ts'
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

/** What is drawn of a series: today, yesterday and a week ago, by one query. */
export async function readSeriesChart(runner: QueryRunner, request: ChartRequest): Promise<ChartPoint[]> {
  const { source, metric, slice, bucketMs, timeZone } = request
  const first = Math.floor(request.from / bucketMs) * bucketMs
  const count = Math.max(0, Math.floor((request.to - first) / bucketMs))
  if (count === 0) return []
  const starts = [first, daysBefore(first, 1, timeZone), daysBefore(first, 7, timeZone)]
  const buckets = starts.flatMap((start) =>
    Array.from({ length: count }, (_, index) => start + index * bucketMs),
  )
  const question = {
    source,
    bucketMs,
    bucketAt: first,
    buckets: [...new Set(buckets)],
    metrics: [metric],
    slices: slice === undefined ? [] : [slice],
  }
  const measured = await createMetricReader(runner).measure(question)
  const series = {
    metric: metric.name,
    slice: slice?.name ?? total,
    group: slice === undefined ? total : request.group,
  }
  const valueAt = (bucketAt: number) => pooled([sampleOf(metric.kind, series, bucketAt, measured)])
  return Array.from({ length: count }, (_, index) => {
    const [today, yesterday, weekAgo] = starts.map((start) => valueAt(start + index * bucketMs))
    return {
      at: first + index * bucketMs,
      today: today ?? null,
      yesterday: yesterday ?? null,
      weekAgo: weekAgo ?? null,
    }
  })
}
