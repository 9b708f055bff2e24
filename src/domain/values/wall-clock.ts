import { Temporal } from 'temporal-polyfill'

/**
 * The instant that had the same local clock time `days` days earlier. A local time that did not exist is the first instant after the
 * gap; one that occurred twice is its first occurrence.
 * @param at epoch milliseconds
 * @returns epoch milliseconds
 */
export function daysBefore(at: number, days: number, timeZone: string): number {
  const now = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  return firstInstantOf(now.toPlainDateTime().subtract({ days }), timeZone)
}

/**
 * As `daysBefore`, for a stretch of `lengthMs` that is compared with the one that begins at `at`: where the clocks were put forward it begins
 * earlier, so that it ends by `at` and nothing is compared with itself.
 */
export function stretchBefore(at: number, days: number, lengthMs: number, timeZone: string): number {
  return Math.min(daysBefore(at, days, timeZone), at - lengthMs)
}

/**
 * The first instant at which the clock on the wall shows `local`; for a local time that does not exist the first instant after the gap.
 * Never falls when `local` rises, so hand-offs in the order of the wall clock are in the order of time.
 * @returns epoch milliseconds
 */
export function firstInstantOf(local: Temporal.PlainDateTime, timeZone: string): number {
  return instantOf(local, timeZone, 'earlier')
}

/** As `firstInstantOf`, but of a local time that occurs twice the last: windows end so, lest two that meet leave a gap. */
export function lastInstantOf(local: Temporal.PlainDateTime, timeZone: string): number {
  return instantOf(local, timeZone, 'later')
}

function instantOf(local: Temporal.PlainDateTime, timeZone: string, occurrence: 'earlier' | 'later'): number {
  const found = local.toZonedDateTime(timeZone, { disambiguation: occurrence })
  if (found.toPlainDateTime().equals(local)) return found.epochMilliseconds
  // In a gap, `earlier` lies before it by the gap's length, so the next transition is its end.
  const before = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
  return (before.getTimeZoneTransition('next') ?? before).epochMilliseconds
}

/** Minutes since local midnight that the clock on the wall shows. */
export function minuteOfDay(at: number, timeZone: string): number {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  return local.hour * 60 + local.minute
}

/** `HH:MM` as minutes since midnight; `24:00` is the end of the day. */
export function parseClock(text: string): number {
  const match = /^(\d{2}):(\d{2})$/.exec(text)
  if (match === null) throw new RangeError(`"${text}" is not a time of day: HH:MM expected`)
  return Number(match[1]) * 60 + Number(match[2])
}
