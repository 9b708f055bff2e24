import { Temporal } from 'temporal-polyfill'
import { parseClock } from '../values/wall-clock.ts'
import { isInside, type TimeWindow } from './time-window.ts'

const daysAhead = 366
const minuteMs = 60_000
const midnight = 0

/**
 * When a window is entered next after `at`, where it is outside; epoch milliseconds, both. A window is entered at a midnight, as one of its times begins, or as
 * the clocks change.
 * @returns `at` itself where it is inside; `null` when that is not within a year
 */
export function nextInside(window: TimeWindow, at: number): number | null {
  if (isInside(window, at)) return at
  const zones = new Set(window.map(({ timeZone }) => timeZone))
  const entered = [...zones].flatMap((zone) => firstInside(window, zone, at) ?? [])
  return entered.length === 0 ? null : Math.min(...entered)
}

/** By what the clocks of one of its zones show. */
function firstInside(window: TimeWindow, zone: string, at: number): number | undefined {
  const own = window.filter(({ timeZone }) => timeZone === zone)
  const minutes = own.flatMap(({ times = [] }) => times.map(({ start }) => parseClock(start)))
  const starts = [...new Set([midnight, ...minutes])].toSorted((a, b) => a - b)
  const now = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
  for (let day = now.startOfDay(), ahead = 0; ahead <= daysAhead; day = day.add({ days: 1 }), ahead++) {
    const change = day.getTimeZoneTransition('next')?.epochMilliseconds
    const candidates = [
      ...starts.map((minute) => atMinute(day, minute)),
      ...(change === undefined ? [] : [change]),
    ]
    const next = day.add({ days: 1 }).epochMilliseconds
    const found = candidates
      .filter((one) => one > at && one < next && isInside(own, one))
      .toSorted((a, b) => a - b)[0]
    if (found !== undefined) return found
  }
  return undefined
}

/** A local time that does not exist is the first instant after the gap. */
function atMinute(day: Temporal.ZonedDateTime, minute: number): number {
  const time = Temporal.PlainTime.from({ hour: Math.floor(minute / 60) % 24, minute: minute % 60 })
  const at = day.withPlainTime(time)
  const isMoved = at.hour * 60 + at.minute !== minute % 1_440
  return isMoved
    ? at.epochMilliseconds - (at.hour * 60 + at.minute - minute) * minuteMs
    : at.epochMilliseconds
}
