import { total, watchOf } from '../check/check.ts'
import type { Series } from '../check/verdict.ts'
import { seriesWords } from '../check/verdict-words.ts'
import type { Check, Configuration, Metric, Slice, SourceTable } from '../configuration/configuration.ts'
import { own } from '../values/own.ts'
import type { ChartData, ChartStretch } from './chart.ts'
import type { ChartRule } from './rule.ts'

/** Buckets shown before the incident, and after the last measurement. */
const bucketsBefore = 24
const bucketsAfter = 4
/** More points are not told apart on 800 pixels. */
const mostPoints = 300
/** No more buckets than these are read; of an incident that lasts longer the last ones. Two weeks of minutes. */
const mostBuckets = 20_160

/** A series, the rule that it is judged by, and the stretch of time to read it over. Instants are epoch milliseconds. */
export interface SeriesRequest {
  readonly source: SourceTable
  readonly metric: Metric
  /** Absent: the slice `total`. */
  readonly slice?: Slice
  readonly group: string
  readonly rule: ChartRule
  readonly quietHours: Check['quietHours']
  /** Length of the buckets that the rule judges. */
  readonly bucketMs: number
  /** Buckets to a point; where it is more than one, of each two points' buckets the lowest and the highest are shown. */
  readonly bucketsPerPoint: number
  readonly from: number
  readonly to: number
  readonly timeZone: string
}

/** One point, as the rule saw its bucket; `null` is unknown. */
export interface SeriesPoint {
  /** Where it stands, epoch milliseconds: the start of its bucket, or nearly so where a point stands for several. */
  readonly at: number
  readonly today: number | null
  /** What a `same-time` detector held it against: the mean of the buckets about the same local time a day before, and a week before. */
  readonly yesterday: number | null
  readonly weekAgo: number | null
  readonly firing: boolean
}

/** What is drawn: a series of a check, or the rows of a source that is watched for silence. */
export type ChartSubject =
  | { readonly kind: 'series'; readonly series: Series }
  | { readonly kind: 'source'; readonly source: string }

export interface ChartQuestion {
  readonly subject: ChartSubject
  readonly configuration: Configuration
  readonly startedAt: string
  /** Up to when there are measurements. */
  readonly until: string
}

/** What to read for an incident's chart; `undefined` where the configuration does not know the series. */
export function chartRequest({
  subject,
  configuration,
  startedAt,
  until,
}: ChartQuestion): SeriesRequest | undefined {
  const asked = askedOf(subject, configuration)
  return asked && { ...asked, ...stretchOf(Date.parse(startedAt), Date.parse(until), asked.bucketMs) }
}

/** What to read for a chart of a series up to `until`, over `rangeMs` or at least a few buckets. */
export function rangeRequest(
  series: Series,
  configuration: Configuration,
  { until, rangeMs }: { readonly until: number; readonly rangeMs: number },
): SeriesRequest | undefined {
  const asked = askedOf({ kind: 'series', series }, configuration)
  if (asked === undefined) return undefined
  const { bucketMs } = asked
  const to = Math.floor(until / bucketMs) * bucketMs
  const needed = Math.max(fewestBuckets, Math.ceil(rangeMs / bucketMs))
  return { ...asked, ...pointsTo(to, needed, bucketMs) }
}

const fewestBuckets = 12

type Asked = Omit<SeriesRequest, 'from' | 'to' | 'bucketsPerPoint'>

function askedOf(subject: ChartSubject, configuration: Configuration): Asked | undefined {
  return subject.kind === 'series'
    ? askedOfSeries(subject.series, configuration)
    : askedOfSource(subject.source, configuration)
}

function askedOfSeries(
  series: Series,
  { checks, metrics, sources, slices, timeZone }: Configuration,
): Asked | undefined {
  const [check, metric, slice] = [
    own(checks, series.check),
    own(metrics, series.metric),
    own(slices, series.slice),
  ]
  const source = metric && own(sources, metric.source)
  if (check === undefined || metric === undefined || source === undefined) return undefined
  if (series.slice !== total && slice === undefined) return undefined
  return {
    source,
    metric,
    ...(slice === undefined ? {} : { slice }),
    group: series.group,
    rule: check.detector,
    quietHours: check.quietHours,
    bucketMs: check.bucketMs,
    timeZone,
  }
}

/** Rows in the shortest buckets that any of its checks judges. */
function askedOfSource(name: string, configuration: Configuration): Asked | undefined {
  const source = own(configuration.sources, name)
  const buckets = Object.values(configuration.checks)
    .filter(({ metrics }) => metrics.some((metric) => own(configuration.metrics, metric)?.source === name))
    .map(({ bucketMs }) => bucketMs)
  if (source === undefined || buckets.length === 0) return undefined
  const rows = {
    name: 'rows',
    title: `Rows of ${name}`,
    source: name,
    kind: 'count',
    sql: 'count()',
    responsible: [],
  } as const
  return {
    source,
    metric: rows,
    group: total,
    rule: { kind: 'silence', silentAfterMs: watchOf(name, configuration).silentAfterMs },
    quietHours: [],
    bucketMs: Math.min(...buckets),
    timeZone: configuration.timeZone,
  }
}

/** The chart's lines. Today's ends where measurements do: a bucket that is not complete would look like a fall. */
export function chartDataFrom(
  request: SeriesRequest,
  points: readonly SeriesPoint[],
  until: string,
): ChartData {
  const { bucketMs, bucketsPerPoint, from, rule } = request
  const complete = points.filter(({ at }) => at + bucketMs <= Date.parse(until))
  const comparesDays = rule.kind === 'same-time'
  const stepMs = bucketMs * bucketsPerPoint
  return {
    ...chartAbout(request),
    from: new Date(points[0]?.at ?? from).toISOString(),
    bucketMs: stepMs,
    ...(bucketsPerPoint === 1 ? {} : { judgedMs: bucketMs }),
    today: complete.map(({ today }) => today),
    yesterday: comparesDays ? points.map(({ yesterday }) => yesterday) : [],
    weekAgo: comparesDays ? points.map(({ weekAgo }) => weekAgo) : [],
    firing: stretchesOf(complete, stepMs),
  }
}

/** What it shows: `Likes on iOS`, `Rows of orders`. */
export function chartAbout({ metric: { title, unit }, slice, group, rule }: SeriesRequest) {
  return {
    title: seriesWords(title, { slice: slice?.name ?? total, group }),
    ...(unit === undefined ? {} : { unit }),
    rule,
  }
}

function stretchesOf(points: readonly SeriesPoint[], stepMs: number): ChartStretch[] {
  const stretches: { from: number; to: number }[] = []
  for (const { at, firing } of points) {
    if (!firing) continue
    const last = stretches.at(-1)
    if (last?.to === at) last.to = at + stepMs
    else stretches.push({ from: at, to: at + stepMs })
  }
  return stretches.map(({ from, to }) => ({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  }))
}

type Stretch = Pick<SeriesRequest, 'from' | 'to' | 'bucketsPerPoint'>

/** Whole buckets around the incident. */
function stretchOf(started: number, until: number, bucketMs: number): Stretch {
  const ends = Math.max(until, started + bucketMs)
  const first = Math.floor(started / bucketMs)
  const lasts = Math.ceil(ends / bucketMs) - first
  // What is shown before and after it grows with its length.
  const scale = perPoint(lasts + bucketsBefore + bucketsAfter)
  const to = (first + lasts + bucketsAfter * scale) * bucketMs
  return pointsTo(to, lasts + (bucketsBefore + bucketsAfter) * scale, bucketMs)
}

/** So many buckets up to `to`, and some before where they do not make whole pairs of points. */
function pointsTo(to: number, wanted: number, bucketMs: number): Stretch {
  const count = Math.min(mostBuckets, wanted)
  const bucketsPerPoint = perPoint(count)
  const pair = bucketsPerPoint === 1 ? 1 : 2 * bucketsPerPoint
  const whole = Math.ceil(count / pair) * pair
  return { from: to - whole * bucketMs, to, bucketsPerPoint }
}

function perPoint(buckets: number): number {
  return Math.max(1, Math.ceil(buckets / mostPoints))
}
