import { Temporal } from 'temporal-polyfill'

/**
 * The instant that had the same local clock time `days` days earlier. A local time that did not exist is the first instant after the
 * gap; one that occurred twice is its first occurrence.
 * @param at epoch milliseconds
 * @returns epoch milliseconds
 */
export function daysBefore(at: number, days: number, timeZone: string): number {
  const now = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  const wanted = now.toPlainDateTime().subtract({ days })
  const first = wanted.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
  if (first.toPlainDateTime().equals(wanted)) return first.epochMilliseconds
  // In a gap, `earlier` lies before it by the gap's length, so the next transition is its end.
  return (first.getTimeZoneTransition('next') ?? first).epochMilliseconds
}

/** Minutes since local midnight that the clock on the wall shows. */
export function minuteOfDay(at: number, timeZone: string): number {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  return local.hour * 60 + local.minute
}

/** `HH:MM` as minutes since midnight; `24:00` is the end of the day. */
export function parseClock(text: string): number {
  const match = /^(\d{2}):(\d{2})$/.exec(text)
  if (match === null) throw new RangeError(`"${text}" is no time of day: HH:MM expected`)
  return Number(match[1]) * 60 + Number(match[2])
}
