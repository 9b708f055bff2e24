import type { ChartData } from './chart.ts'
import { total } from '../check/check.ts'
import type { Configuration, Metric, Slice, SourceTable } from '../configuration/configuration.ts'
import type { Series } from '../check/verdict.ts'
import { seriesTitle } from '../check/verdict-words.ts'

/** Buckets shown before the incident, and after the last measurement. */
const bucketsBefore = 24
const bucketsAfter = 4
/** More are not told apart on 800 pixels; a longer incident is shown in coarser buckets. */
const mostBuckets = 240
const dayMs = 86_400_000

/** A series and the stretch of time to read it over, with the same stretch a day and a week before. Instants are epoch milliseconds. */
export interface SeriesRequest {
  readonly source: SourceTable
  readonly metric: Metric
  /** Absent: the slice `total`. */
  readonly slice?: Slice
  readonly group: string
  readonly bucketMs: number
  readonly from: number
  readonly to: number
  readonly timeZone: string
}

/** One bucket of the three stretches; `null` is unknown. */
export interface SeriesPoint {
  /** Start of the bucket, epoch milliseconds. */
  readonly at: number
  readonly today: number | null
  readonly yesterday: number | null
  readonly weekAgo: number | null
}

export interface ChartQuestion {
  readonly series: Series
  readonly configuration: Configuration
  readonly startedAt: string
  /** Up to when there are measurements. */
  readonly until: string
}

/** What to read for an incident's chart; `undefined` where the configuration does not know the series. */
export function chartRequest({
  series,
  configuration,
  startedAt,
  until,
}: ChartQuestion): SeriesRequest | undefined {
  const { checks, metrics, sources, slices, timeZone } = configuration
  const [check, metric, slice] = [checks[series.check], metrics[series.metric], slices[series.slice]]
  const source = metric && sources[metric.source]
  if (check === undefined || metric === undefined || source === undefined) return undefined
  if (series.slice !== total && slice === undefined) return undefined
  const stretch = stretchOf(Date.parse(startedAt), Date.parse(until), check.bucketMs)
  return {
    source,
    metric,
    ...(slice === undefined ? {} : { slice }),
    group: series.group,
    timeZone,
    ...stretch,
  }
}

/** The chart's lines. Today's ends where measurements do: a bucket that is not complete would look like a fall. */
export function chartDataFrom(
  { metric, slice, group, bucketMs, from }: SeriesRequest,
  points: readonly SeriesPoint[],
  until: string,
): ChartData {
  const complete = points.filter(({ at }) => at + bucketMs <= Date.parse(until))
  return {
    title: seriesTitle(metric.title, { slice: slice?.name ?? total, group }),
    from: new Date(points[0]?.at ?? from).toISOString(),
    bucketMs,
    today: complete.map(({ today }) => today),
    yesterday: points.map(({ yesterday }) => yesterday),
    weekAgo: points.map(({ weekAgo }) => weekAgo),
  }
}

/** Whole buckets around the incident. Wider ones divide a day as the check's own do, so that the three stretches stay comparable. */
function stretchOf(
  started: number,
  until: number,
  bucketMs: number,
): Pick<SeriesRequest, 'from' | 'to' | 'bucketMs'> {
  const ends = Math.max(until, started + bucketMs)
  const needed = (ends - started) / bucketMs + bucketsBefore + bucketsAfter
  let factor = Math.max(1, Math.ceil(needed / mostBuckets))
  while (bucketMs * factor < dayMs && dayMs % (bucketMs * factor) !== 0) factor++
  const width = bucketMs * factor
  const from = (Math.floor(started / width) - bucketsBefore) * width
  return { from, to: (Math.ceil(ends / width) + bucketsAfter) * width, bucketMs: width }
}
