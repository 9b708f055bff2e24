import { bucketsOf, isQuiet } from '../check/buckets.ts'
import { sampleOf, total, type Measured } from '../check/check.ts'
import { detectorOf } from '../detectors/choose.ts'
import { pooled, type BaselineWindow, type Sample } from '../detectors/detector.ts'
import { baselineValue } from '../check/baseline.ts'
import type { SeriesPoint, SeriesRequest } from './data.ts'

/** Starts of all buckets that a chart needs, epoch milliseconds: those of its stretch, and what the rule holds them against. */
export function chartBuckets(request: SeriesRequest): number[] {
  const shown = shownBuckets(request)
  const compared = windowsOf(request).flatMap((window) => comparedBuckets(window, shown, request))
  return [...new Set([...shown, ...compared])]
}

/** The chart's points: the values that the rule judged, what it held them against, and whether they fired. */
export function pointsOf(request: SeriesRequest, measured: Measured): SeriesPoint[] {
  const { bucketMs, bucketsPerPoint, from, metric, slice, group, timeZone } = request
  const series = {
    metric: metric.name,
    slice: slice?.name ?? total,
    group: slice === undefined ? total : group,
  }
  const sample = (bucketAt: number) => sampleOf(metric.kind, series, bucketAt, measured)
  const judge = judgeOf(request, sample)
  const shown = chosen(shownBuckets(request), bucketsPerPoint, (bucketAt) => pooled([sample(bucketAt)]))
  return shown.map((bucketAt, index) => {
    const judged = judge(bucketAt, measured.rowsIn(bucketAt) > 0)
    const firing = judged.firing && !isQuiet(request, bucketAt, timeZone)
    return { ...judged, at: from + index * bucketsPerPoint * bucketMs, firing }
  })
}

type Judged = Omit<SeriesPoint, 'at'>

/** Judges buckets in their order. */
function judgeOf(
  request: SeriesRequest,
  sample: (bucketAt: number) => Sample,
): (bucketAt: number, sourceAlive: boolean) => Judged {
  const { rule, bucketMs, timeZone } = request
  if (rule.kind === 'silence') return silenceJudge(rule.silentAfterMs, bucketMs, sample)
  const detector = detectorOf(rule)
  let firing = false
  return (bucketAt, sourceAlive) => {
    const baselines = detector.windows.map((window) =>
      bucketsOf(window, bucketAt, bucketMs, timeZone).map(sample),
    )
    const {
      state,
      value,
      baselines: held,
    } = detector.judge({ sourceAlive, now: sample(bucketAt), baselines })
    if (state !== 'unchanged') firing = state === 'firing'
    const before = (daysAgo: number) => baselineValue(held, { kind: 'before', daysAgo })
    return { today: value, yesterday: before(1), weekAgo: before(7), firing }
  }
}

/** Fires once there were no rows for `silentAfterMs`. */
function silenceJudge(silentAfterMs: number, bucketMs: number, sample: (bucketAt: number) => Sample) {
  let silentSince: number | undefined
  return (bucketAt: number): Judged => {
    const today = pooled([sample(bucketAt)])
    silentSince = today === null ? (silentSince ?? bucketAt) : undefined
    const firing = silentSince !== undefined && bucketAt + bucketMs - silentSince >= silentAfterMs
    return { today, yesterday: null, weekAgo: null, firing }
  }
}

/** All of them; where a point stands for several, the lowest and the highest of each pair of points, in their order. */
function chosen(
  buckets: readonly number[],
  bucketsPerPoint: number,
  valueOf: (bucketAt: number) => number | null,
): readonly number[] {
  if (bucketsPerPoint === 1) return buckets
  const pairs = Math.ceil(buckets.length / (2 * bucketsPerPoint))
  return Array.from({ length: pairs }, (_, index) => {
    const pair = buckets.slice(index * 2 * bucketsPerPoint, (index + 1) * 2 * bucketsPerPoint)
    const known = pair.flatMap((bucketAt) => {
      const value = valueOf(bucketAt)
      return value === null ? [] : [{ bucketAt, value }]
    })
    const [first] = known
    if (first === undefined) return [pair[0] ?? 0, pair[bucketsPerPoint] ?? pair[0] ?? 0]
    const lowest = known.reduce((least, one) => (one.value < least.value ? one : least), first)
    const highest = known.reduce((most, one) => (one.value > most.value ? one : most), first)
    return [lowest.bucketAt, highest.bucketAt].toSorted((a, b) => a - b)
  }).flat()
}

function shownBuckets({ from, to, bucketMs }: SeriesRequest): number[] {
  const first = Math.floor(from / bucketMs) * bucketMs
  const count = Math.max(0, Math.floor((to - first) / bucketMs))
  return Array.from({ length: count }, (_, index) => first + index * bucketMs)
}

function windowsOf({ rule }: SeriesRequest): readonly BaselineWindow[] {
  return rule.kind === 'silence' ? [] : detectorOf(rule).windows
}

/**
 * What the shown buckets are held against. Of many the local clock is asked once per pair of points: a pair over which the clocks change may lack
 * some, which then are unknown.
 */
function comparedBuckets(
  window: BaselineWindow,
  shown: readonly number[],
  { bucketMs, bucketsPerPoint, timeZone }: SeriesRequest,
): number[] {
  if (bucketsPerPoint === 1)
    return shown.flatMap((bucketAt) => bucketsOf(window, bucketAt, bucketMs, timeZone))
  const stride = 2 * bucketsPerPoint
  return shown.flatMap((bucketAt, index) => {
    if (index % stride !== 0) return []
    const first = bucketsOf(window, bucketAt, bucketMs, timeZone)
    const begin = first[0] ?? bucketAt
    return Array.from({ length: stride + first.length - 1 }, (_, further) => begin + further * bucketMs)
  })
}
