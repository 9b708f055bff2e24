import type { Check } from '../configuration/configuration.ts'
import type { BaselineWindow } from '../detectors/detector.ts'
import { minuteOfDay, parseClock, stretchBefore } from '../values/wall-clock.ts'

/** Start of the newest bucket whose rows are all there: it ended at least `lateMs` ago. Buckets begin at multiples of their length since the epoch. */
export function lastCompleteBucket(
  { bucketMs, lateMs }: Pick<Check, 'bucketMs' | 'lateMs'>,
  now: number,
): number {
  return Math.floor((now - lateMs) / bucketMs) * bucketMs - bucketMs
}

/** With neighbours on either side, longer buckets would hold a day against a night. */
const longestWithNeighboursMs = 6 * 3_600_000

/**
 * Starts of the buckets in a detector's window; the local clock decides what "a day ago" is, also when the clocks changed since. All end by
 * `bucketAt`. Buckets of over six hours stand alone, without neighbours.
 */
export function bucketsOf(
  window: BaselineWindow,
  bucketAt: number,
  bucketMs: number,
  timeZone: string,
): number[] {
  const around = bucketMs > longestWithNeighboursMs ? 0 : window.bucketsAround
  const middle = stretchBefore(bucketAt, window.daysAgo, (around + 1) * bucketMs, timeZone)
  return Array.from({ length: 2 * around + 1 }, (_, index) => middle + (index - around) * bucketMs)
}

/** Whether a bucket begins in one of the check's quiet windows. */
export function isQuiet(
  { quietHours }: Pick<Check, 'quietHours'>,
  bucketAt: number,
  timeZone: string,
): boolean {
  if (quietHours.length === 0) return false
  const minute = minuteOfDay(bucketAt, timeZone)
  return quietHours.some(({ from, to }) => parseClock(from) <= minute && minute < parseClock(to))
}
