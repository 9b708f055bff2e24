import { Temporal } from 'temporal-polyfill'
import ICAL from 'ical.js'

/** A property of jCal (RFC 7265): name, parameters, type and values. */
export type Property = readonly [
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  type: string,
  ...values: unknown[],
]

/** A local time and the zone that it is in. */
export interface FeedTime {
  readonly local: Temporal.PlainDateTime
  readonly timeZone: string
  /** A whole day, `VALUE=DATE`. */
  readonly isDate: boolean
}

export interface FeedZones {
  /** Of whole days and of times without a zone. */
  readonly timeZone: string
  /** The IANA zone of a TZID of another sort, such as `W. Europe Standard Time`. */
  readonly timeZoneOf?: (tzid: string) => string | null
}

/** The texts from `BEGIN:VEVENT` to `END:VEVENT`; each is parsed alone, so that a broken one spoils no other. */
export function eventTexts(text: string, most: number): { events: string[]; unfinished: boolean } {
  const events: string[] = []
  const begin = /^BEGIN:VEVENT[ \t]*$/gim
  const end = /^END:VEVENT[ \t]*$/gim
  for (;;) {
    const opening = begin.exec(text)
    if (opening === null || events.length > most) return { events, unfinished: false }
    end.lastIndex = begin.lastIndex
    if (end.exec(text) === null) return { events, unfinished: true }
    events.push(text.slice(opening.index, end.lastIndex))
    begin.lastIndex = end.lastIndex
  }
}

/**
 * The properties of one event's text.
 * @throws when it is no iCalendar
 */
export function parseEvent(text: string): readonly Property[] {
  const [, properties] = ICAL.parse(text) as unknown as [string, readonly Property[]]
  return properties
}

export function textProperty(properties: readonly Property[], name: string): string {
  const value = properties.find((property) => property[0] === name)?.[3]
  return typeof value === 'string' ? value : ''
}

/**
 * All the times of the properties with a name, such as the values of several EXDATE.
 * @throws RangeError when one is no time, or its zone is not known
 */
export function timesOf(properties: readonly Property[], name: string, zones: FeedZones): FeedTime[] {
  return properties
    .filter((property) => property[0] === name)
    .flatMap(([, parameters, type, ...values]) =>
      values.map((value) => readTime(value, type, parameters['tzid'], zones)),
    )
}

/** A time as RFC 5545 means it: in a gap by the offset before it, the first of two. */
export function instantOf({ local, timeZone }: FeedTime): number {
  return local.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds
}

function readTime(value: unknown, type: string, tzid: unknown, zones: FeedZones): FeedTime {
  if (typeof value !== 'string') throw new RangeError(`it has a ${type} where a time is expected`)
  if (type === 'date')
    return { local: Temporal.PlainDate.from(value).toPlainDateTime(), timeZone: zones.timeZone, isDate: true }
  const isUtc = value.endsWith('Z')
  const local = Temporal.PlainDateTime.from(isUtc ? value.slice(0, -1) : value)
  const timeZone = isUtc ? 'UTC' : typeof tzid === 'string' ? zoneOf(tzid, local, zones) : zones.timeZone
  return { local, timeZone, isDate: false }
}

function zoneOf(tzid: string, local: Temporal.PlainDateTime, { timeZoneOf }: FeedZones): string {
  const timeZone = timeZoneOf?.(tzid) ?? tzid
  try {
    local.toZonedDateTime(timeZone)
    return timeZone
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new RangeError(`its time zone "${tzid}" is not known: say which IANA zone it is`, { cause: error })
  }
}
