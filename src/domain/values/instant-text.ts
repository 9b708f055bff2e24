import { Temporal } from 'temporal-polyfill'
import { parseDuration } from './duration.ts'
import { months, weekdays } from './utc-words.ts'
import { firstInstantOf } from './wall-clock.ts'

const zoneSuffix = /(Z|[+-]\d{2}:\d{2})$/
const instantForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?$/

/** Whether a text has the form of an instant; the day may still be one that no month has. */
export function hasInstantForm(written: string): boolean {
  return instantForm.test(written)
}

/** `Temporal` with `overflow: reject` knows that there is no 30 February; a `Date` does not. */
export function isDateTime(written: string): boolean {
  try {
    Temporal.PlainDateTime.from(written.replace(zoneSuffix, ''), { overflow: 'reject' })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/**
 * The instant that a text means: `2026-05-01T12:00` on the wall clock of the zone, or with `Z` or an offset behind it.
 * @returns epoch milliseconds, or `undefined` when it is no such text
 */
export function readInstant(written: string, timeZone: string): number | undefined {
  if (!hasInstantForm(written) || !isDateTime(written)) return undefined
  return zoneSuffix.test(written)
    ? Temporal.Instant.from(written).epochMilliseconds
    : firstInstantOf(Temporal.PlainDateTime.from(written), timeZone)
}

/** As {@link readInstant}, but `2026-05-01` is taken too, for its first instant: people who ask mean days as often as hours. */
export function readInstantOrDay(written: string, timeZone: string): number | undefined {
  return readInstant(/^\d{4}-\d{2}-\d{2}$/.test(written) ? `${written}T00:00` : written, timeZone)
}

/** As {@link readInstantOrDay}, and `now`, and `+8h` from now: as people say when something is to begin or end. */
export function readMoment(written: string, timeZone: string, now: number): number | undefined {
  if (written === 'now') return now
  const ahead = written.startsWith('+') ? parseDuration(written.slice(1)) : undefined
  return ahead === undefined ? readInstantOrDay(written, timeZone) : now + ahead
}

/** `2026-05-01T12:00+02:00`: the clock on the wall of a zone, and how far it is from UTC. Reads back as the same instant, to the second. */
export function instantText(instant: number, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone)
  const smallestUnit = zoned.second === 0 ? 'minute' : 'second'
  return zoned.toString({ smallestUnit, timeZoneName: 'never' })
}

/** As people say it, the year and the zone going without saying: `Mon 2 Mar 09:00`. */
export function clockWords(instant: number, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone)
  return `${dayWords(instant, timeZone)} ${zoned.toPlainTime().toString({ smallestUnit: 'minute' })}`
}

/** Its day alone: `Mon 2 Mar`. */
export function dayWords(instant: number, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone)
  return `${weekdays[zoned.dayOfWeek - 1]} ${zoned.day} ${months[zoned.month - 1]}`
}

/** `Mon 2026-03-02 09:00+01:00`: in columns, and over years. */
export function datedWords(instant: number, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone)
  return `${weekdays[zoned.dayOfWeek - 1]} ${instantText(instant, timeZone).replace('T', ' ')}`
}
