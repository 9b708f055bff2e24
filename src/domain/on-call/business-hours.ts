import { Temporal } from 'temporal-polyfill'
import { firstInstantOf } from '../values/wall-clock.ts'
import type { Span, WeeklyWindow } from './schedule.ts'
import { contains, mergeSpans, withoutSpans } from './spans.ts'
import { openBetween } from './windows.ts'

/** When people work: the windows without the holidays. */
export interface Calendar {
  /** Of the holidays; windows have their own. */
  readonly timeZone: string
  /** None: always. */
  readonly windows: readonly WeeklyWindow[]
  /** Local dates: `2026-12-25`. From midnight to midnight nothing is open, also of a window that began the evening before. */
  readonly holidays: readonly string[]
}

const dayMs = 86_400_000
/** A calendar that does not open within two years is closed for good. */
const horizonMs = 731 * dayMs

export function isInside(calendar: Calendar, instant: number): boolean {
  return openSpans(calendar, instant, instant + 1).length > 0
}

/** The instant itself when it is inside, else when the calendar opens next; `null` when it never does. */
export function nextInside(calendar: Calendar, instant: number): number | null {
  for (let ahead = 8 * dayMs; ; ahead = Math.min(ahead * 4, horizonMs)) {
    const [first] = openSpans(calendar, instant, instant + ahead)
    if (first !== undefined) return contains(first, instant) ? instant : first.from
    if (ahead === horizonMs) return null
  }
}

function openSpans({ timeZone, windows, holidays }: Calendar, from: number, to: number): Span[] {
  const closed = mergeSpans(holidays.map((date) => holidaySpan(date, timeZone)))
  return withoutSpans(openBetween(windows, from, to), closed).filter(
    (span) => span.to > from && span.from < to,
  )
}

/** The whole of a local date, which may have 23 or 25 hours. */
export function holidaySpan(date: string, timeZone: string): Span {
  const day = Temporal.PlainDate.from(date)
  return {
    from: firstInstantOf(day.toPlainDateTime(), timeZone),
    to: firstInstantOf(day.add({ days: 1 }).toPlainDateTime(), timeZone),
  }
}
