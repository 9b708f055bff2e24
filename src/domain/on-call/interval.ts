import { Temporal } from 'temporal-polyfill'
import { parseClock } from '../values/wall-clock.ts'

/**
 * A recurring time as Alertmanager's `time_intervals` know it: inside when every field that says anything has a range with the local
 * time in it. Source: https://prometheus.io/docs/alerting/latest/configuration/#time_interval
 */
export interface TimeInterval {
  readonly timeZone: string
  /** Read on the wall clock, so a repeated hour counts twice; after `end`, which is not included, `start` wraps past midnight. */
  readonly times?: readonly { readonly start: string; readonly end: string }[]
  /** 1 is Monday, 7 Sunday. */
  readonly weekdays?: readonly Range[]
  /** 1 to 31; negative from the month's end, -1 its last day. Cut to the month: 29 to 31 is 29 and 30 in April, 31 alone nothing. */
  readonly daysOfMonth?: readonly Range[]
  readonly months?: readonly Range[]
  readonly years?: readonly Range[]
}

/** First and last, both included. Of weekdays and months the last may lie before the first: November to February. */
export type Range = readonly [first: number, last: number]

export function insideInterval(interval: TimeInterval, instant: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(interval.timeZone)
  const minute = local.hour * 60 + local.minute
  const holds = <T>(ranges: readonly T[] | undefined, inRange: (range: T) => boolean) =>
    ranges === undefined || ranges.length === 0 || ranges.some(inRange)
  return (
    holds(interval.times, ({ start, end }) => inTimes(minute, parseClock(start), parseClock(end))) &&
    holds(interval.weekdays, (range) => inCycle(local.dayOfWeek, range)) &&
    holds(interval.daysOfMonth, (range) => inMonth(local.day, local.daysInMonth, range)) &&
    holds(interval.months, (range) => inCycle(local.month, range)) &&
    holds(interval.years, ([first, last]) => first <= local.year && local.year <= last)
  )
}

/** Inside any of them. */
export function insideAny(intervals: readonly TimeInterval[], instant: number): boolean {
  return intervals.some((interval) => insideInterval(interval, instant))
}

function inTimes(minute: number, start: number, end: number): boolean {
  if (start < end) return start <= minute && minute < end
  return minute >= start || minute < end
}

function inCycle(value: number, [first, last]: Range): boolean {
  if (first <= last) return first <= value && value <= last
  return value >= first || value <= last
}

/** A range outside the month is empty, since clamping it would move it onto a day that nobody named. */
function inMonth(day: number, days: number, [first, last]: Range): boolean {
  const fromStart = (value: number) => (value < 0 ? days + value + 1 : value)
  return fromStart(first) <= day && day <= fromStart(last)
}
