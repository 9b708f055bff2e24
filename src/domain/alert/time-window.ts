import { Temporal } from 'temporal-polyfill'
import { parseClock } from '../values/wall-clock.ts'

/** When something is muted or active: inside while any of its intervals holds. */
export type TimeWindow = readonly TimeInterval[]

/**
 * A recurring time as Alertmanager's `time_intervals` know it: inside when every field that says anything has a range with the local
 * time in it. Source: https://prometheus.io/docs/alerting/latest/configuration/#time_interval
 */
export interface TimeInterval {
  readonly timeZone: string
  /** Read on the wall clock, so a repeated hour counts twice; after `end`, which is not included, `start` wraps past midnight. */
  readonly times?: readonly ClockRange[]
  /** 1 is Monday, 7 Sunday. */
  readonly weekdays?: readonly Range[]
  /** 1 to 31; negative from the month's end, -1 its last day. Cut to the month: 29 to 31 is 29 and 30 in April, 31 alone nothing. */
  readonly daysOfMonth?: readonly Range[]
  readonly months?: readonly Range[]
  readonly years?: readonly Range[]
}

/** `HH:MM`, half-open; the end of the day is `24:00`. */
export interface ClockRange {
  readonly start: string
  readonly end: string
}

/** First and last, both included. Of weekdays and months the last may lie before the first: November to February. */
export type Range = readonly [first: number, last: number]

const minuteMs = 60_000
const dayMs = 86_400_000
const horizonMs = 366 * dayMs

/** @param at epoch milliseconds */
export function isInside(window: TimeWindow, at: number): boolean {
  return window.some((interval) => holdsAt(interval, localAt(interval, at)))
}

/**
 * The first instant after `at` that is outside; `null` when `at` is outside itself, or when there is none within a year. It is where
 * {@link isInside} changes, so where the clocks are put back a window that ends in the repeated hour ends twice.
 * @param at epoch milliseconds
 * @returns epoch milliseconds
 */
export function insideUntil(window: TimeWindow, at: number): number | null {
  let reached = at
  while (reached <= at + horizonMs) {
    const ends = window.flatMap((interval) => {
      const local = localAt(interval, reached)
      return holdsAt(interval, local) ? [holdsUntil(interval, local)] : []
    })
    if (ends.length === 0) return reached === at ? null : reached
    reached = Math.max(...ends)
  }
  return null
}

function localAt({ timeZone }: TimeInterval, at: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
}

function holdsAt(interval: TimeInterval, local: Temporal.ZonedDateTime): boolean {
  const minute = minuteOf(local)
  return (
    holds(interval.times, (range) => inTimes(minute, range)) &&
    holds(interval.weekdays, (range) => inCycle(local.dayOfWeek, range)) &&
    holds(interval.daysOfMonth, (range) => inMonth(local.day, local.daysInMonth, range)) &&
    holds(interval.months, (range) => inCycle(local.month, range)) &&
    holds(interval.years, ([first, last]) => first <= local.year && local.year <= last)
  )
}

function holds<T>(ranges: readonly T[] | undefined, inRange: (range: T) => boolean): boolean {
  return !says(ranges) || ranges.some(inRange)
}

function says<T>(ranges: readonly T[] | undefined): ranges is readonly T[] {
  return ranges !== undefined && ranges.length > 0
}

/** Of an interval that holds: until when it does so for sure. Up to the next change of the clocks they run as time does. */
function holdsUntil(interval: TimeInterval, local: Temporal.ZonedDateTime): number {
  const sinceMidnightMs = minuteOf(local) * minuteMs + local.second * 1_000 + local.millisecond
  const change = local.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity
  return Math.min(change, local.epochMilliseconds - sinceMidnightMs + lastsFor(interval, local))
}

/** The same on the wall clock: milliseconds from the local midnight before. */
function lastsFor(interval: TimeInterval, local: Temporal.ZonedDateTime): number {
  const { times, weekdays, daysOfMonth, months, years } = interval
  if (says(times)) {
    const minute = minuteOf(local)
    const ends = times.filter((range) => inTimes(minute, range)).map(({ end }) => parseClock(end))
    // One that wraps holds until midnight first.
    return Math.max(...ends.map((end) => (end > minute ? end * minuteMs : dayMs)))
  }
  if (says(weekdays) || says(daysOfMonth)) return dayMs
  if (says(months)) return (local.daysInMonth - local.day + 1) * dayMs
  if (says(years)) return (local.daysInYear - local.dayOfYear + 1) * dayMs
  return Infinity
}

function minuteOf({ hour, minute }: Temporal.ZonedDateTime): number {
  return hour * 60 + minute
}

function inTimes(minute: number, { start, end }: ClockRange): boolean {
  const [from, to] = [parseClock(start), parseClock(end)]
  if (from < to) return from <= minute && minute < to
  return minute >= from || minute < to
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
