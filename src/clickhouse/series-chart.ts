import { chartBuckets, pointsOf } from '../domain/chart/points.ts'
import type { SeriesPoint, SeriesRequest } from '../domain/chart/data.ts'
import type { Measured } from '../domain/check/check.ts'
import { createMetricReader, type QueryRunner } from './metric-query.ts'

/**
 * What is drawn of a series: the values that its check judges, and what it held them against. By one query, unless the clocks changed by less
 * than a bucket in between: then buckets of one day would overlap another's, and each offset has a query of its own.
 */
export async function readSeriesChart(runner: QueryRunner, request: SeriesRequest): Promise<SeriesPoint[]> {
  const { bucketMs } = request
  const buckets = chartBuckets(request)
  if (buckets.length === 0) return []
  const byOffset = [...Map.groupBy(buckets, (bucketAt) => offsetOf(bucketAt, bucketMs))]
  const measured = new Map(
    await Promise.all(
      byOffset.map(async ([offset, some]) => [offset, await measure(runner, request, some)] as const),
    ),
  )
  const at = (bucketAt: number) => measured.get(offsetOf(bucketAt, bucketMs))
  return pointsOf(request, {
    rowsIn: (bucketAt) => at(bucketAt)?.rowsIn(bucketAt) ?? 0,
    sample: (metric, slice, group, bucketAt) => at(bucketAt)?.sample(metric, slice, group, bucketAt),
  })
}

function offsetOf(bucketAt: number, bucketMs: number): number {
  return bucketAt % bucketMs
}

function measure(
  runner: QueryRunner,
  { source, metric, slice, bucketMs }: SeriesRequest,
  buckets: readonly number[],
): Promise<Measured> {
  return createMetricReader(runner).measure({
    source,
    bucketMs,
    bucketAt: buckets[0] ?? 0,
    buckets,
    metrics: [metric],
    slices: slice === undefined ? [] : [slice],
  })
}
