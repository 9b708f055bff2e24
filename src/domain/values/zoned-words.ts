import { Temporal } from 'temporal-polyfill'
import { formatDuration } from './duration.ts'
import { clockWords } from './instant-text.ts'
import type { InstantWords } from './utc-words.ts'

/*
 * The one rule for times that people read: on the reader's clock, with the zone beside it. Zone data differs between versions of Node, so edges call
 * these, and workflow code never does.
 */

/** Whose clock a text is written by, and when it is read, epoch milliseconds. */
export interface ReaderClock {
  readonly timeZone: string
  readonly now: number
}

/** English as people write it in different parts of the world: each knows short names for the zones near it, and offsets for all others. */
const places = ['en-GB', 'en-US', 'en-AU']

/** `CET`, `EDT`; where no short name is in use, `UTC+9`. */
export function zoneWords(instant: number, timeZone: string): string {
  const names = places.map((place) => shortName(place, instant, timeZone))
  const known = names.find((name) => !/^GMT[+-]/.test(name))
  return known ?? (names[0] ?? timeZone).replace('GMT', 'UTC')
}

const formats = new Map<string, Intl.DateTimeFormat>()
/** Zones come from configurations and from those who ask, each checked before: more than anybody has. */
const mostFormats = 2_000

function shortName(place: string, instant: number, timeZone: string): string {
  const key = `${place}/${timeZone}`
  const format = formats.get(key) ?? new Intl.DateTimeFormat(place, { timeZone, timeZoneName: 'short' })
  if (formats.size < mostFormats) formats.set(key, format)
  return format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
}

type Precision = 'minute' | 'second'

/** `2026-03-02 03:14 CET`, or with seconds: in records and lists. */
export function stampWords(instant: number, timeZone: string, to: Precision = 'minute'): string {
  return `${dateText(instant, timeZone)} ${timeWords(instant, timeZone, to)}`
}

/** The same without its day: `03:14 CET`. */
export function timeWords(instant: number, timeZone: string, to: Precision = 'minute'): string {
  return `${clockText(instant, timeZone, to)} ${zoneWords(instant, timeZone)}`
}

/** The bare clock, in columns whose head names the zone: `03:14:05`. */
export function clockText(instant: number, timeZone: string, to: Precision = 'second'): string {
  return zonedOf(instant, timeZone).toPlainTime().toString({ smallestUnit: to })
}

/** In what is read at once: `03:14 CET (12 min ago)`, and `Mon 2 Mar 03:14 CET (1 d 4 h ago)` where the day does not go without saying. */
export function momentWords(instant: number, clock: ReaderClock): string {
  return `${dayAndTimeWords(instant, clock)} (${relativeWords(instant, clock.now)})`
}

/** `03:14 CET`, or `Mon 2 Mar 03:14 CET` when that is another day than the reader's. */
export function dayAndTimeWords(instant: number, { timeZone, now }: ReaderClock): string {
  if (dateText(instant, timeZone) === dateText(now, timeZone)) return timeWords(instant, timeZone)
  if (Math.abs(instant - now) > halfYearMs) return stampWords(instant, timeZone)
  return dayAndTimeIn(timeZone)(instant)
}

/** `Mon 2 Mar 03:14 CET`, whatever day it is. */
export function dayAndTimeIn(timeZone: string): InstantWords {
  return (instant) => `${clockWords(instant, timeZone)} ${zoneWords(instant, timeZone)}`
}

const halfYearMs = 183 * 86_400_000
const minuteMs = 60_000

/** `12 min ago`, `in 10 min`, `just now`. */
export function relativeWords(instant: number, now: number): string {
  const apart = Math.abs(instant - now)
  if (apart < 1_000) return 'just now'
  // Nobody reads seconds of what lasts for long.
  const words = formatDuration(apart < 10 * minuteMs ? apart : Math.floor(apart / minuteMs) * minuteMs)
  return instant < now ? `${words} ago` : `in ${words}`
}

/** `2026-03-02` */
export function dateText(instant: number, timeZone: string): string {
  return zonedOf(instant, timeZone).toPlainDate().toString()
}

function zonedOf(instant: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone)
}
