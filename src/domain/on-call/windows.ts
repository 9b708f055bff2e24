import { Temporal } from 'temporal-polyfill'
import { firstInstantOf, lastInstantOf, parseClock } from '../values/wall-clock.ts'
import type { Span, WeeklyWindow } from './schedule.ts'
import { mergeOverlapping, overlaps } from './spans.ts'

const dayMinutes = 1_440

/**
 * The window that starts on a local date, whatever its weekday. It starts at the first instant with the local time `start` and ends
 * at the last with `end`; inside a gap nothing of it is left and it is empty.
 * @throws RangeError when the date, a time or the zone is none
 */
export function windowOn({ timeZone, start, end }: WeeklyWindow, date: string): Span {
  const day = Temporal.PlainDate.from(date)
  const from = parseClock(start)
  const until = parseClock(end)
  return {
    from: firstInstantOf(minuteOf(day, from), timeZone),
    to: lastInstantOf(minuteOf(day, until > from ? until : until + dayMinutes), timeZone),
  }
}

/**
 * When any of the windows is open, as whole openings that touch `[from, to)`; none at all: always. Openings that only meet stay apart, as they are
 * entries of their own: Monday to Friday 08:00–08:00 opens five times. Windows that overlap are one opening.
 */
export function openBetween(windows: readonly WeeklyWindow[], from: number, to: number): Span[] {
  if (to <= from) return []
  if (windows.length === 0) return [{ from, to }]
  const spans = windows.flatMap((window) =>
    apart(
      datesBetween(window.timeZone, from, to)
        .filter((day) => window.weekdays.includes(day.dayOfWeek))
        .map((day) => windowOn(window, day.toString())),
    ),
  )
  return mergeOverlapping(spans.filter((span) => overlaps(span, { from, to })))
}

/** A window of a whole day that ends in a repeated hour reaches into its next opening, which has begun at the first of the two times. */
function apart(openings: readonly Span[]): Span[] {
  return openings.map(({ from, to }, at) => ({ from, to: Math.min(to, openings[at + 1]?.from ?? to) }))
}

/** Dates whose windows may touch the span: one that wraps, or a date that the clocks skipped, reaches into the next ones. */
function datesBetween(timeZone: string, from: number, to: number): Temporal.PlainDate[] {
  const dates: Temporal.PlainDate[] = []
  const last = localDate(to, timeZone).add({ days: 1 })
  let day = localDate(from, timeZone).subtract({ days: 3 })
  while (Temporal.PlainDate.compare(day, last) <= 0) {
    dates.push(day)
    day = day.add({ days: 1 })
  }
  return dates
}

function localDate(instant: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).toPlainDate()
}

function minuteOf(day: Temporal.PlainDate, minute: number): Temporal.PlainDateTime {
  return day.toPlainDateTime().add({ minutes: minute })
}
