import type { Property } from './content-lines.ts'
import { dayMs, fixedZone, instantOf, minuteMs, utc, wallOf, type Zone } from './zones.ts'

/** A time of a calendar. */
export interface FeedTime {
  /** What the clock on the wall of its zone shows, as milliseconds as if it were UTC. */
  readonly wall: number
  readonly zone: Zone
  /** A whole day, `VALUE=DATE`. */
  readonly isDate: boolean
  /** Written without a zone. */
  readonly isFloating: boolean
}

/** How the times of a calendar are read. */
export interface TimeZones {
  /** Of whole days and of times without a zone. */
  readonly own: Zone
  /** @throws RangeError when nothing says what the name means */
  named(tzid: string): Zone
  /** In which a midnight may be meant that is written as an instant, the likeliest first. */
  readonly likely: readonly Zone[]
}

/** A time, and where it is of a `PERIOD` its end or duration as written. */
export interface WrittenTime {
  readonly time: FeedTime
  readonly until?: string
}

/**
 * All the times of these properties, such as the values of several EXDATE.
 * @throws RangeError when one is no time, or its zone is not known
 */
export function timesOf(properties: readonly Property[], zones: TimeZones): WrittenTime[] {
  return properties.flatMap(({ value, parameters }) =>
    value
      .split(',')
      .filter((one) => one.trim() !== '')
      .map((one) => {
        const [begin = '', until] = one.split('/')
        const time = readTime(begin, parameters, zones)
        return until === undefined ? { time } : { time, until }
      }),
  )
}

/** The instant of a time, epoch milliseconds. */
export function instantOfTime({ wall, zone }: FeedTime): number {
  return instantOf(wall, zone)
}

/** The same instant on the clock of another zone. */
export function onClockOf(zone: Zone, time: FeedTime): FeedTime {
  return time.zone === zone ? time : { ...time, zone, wall: wallOf(instantOfTime(time), zone) }
}

/** The midnight at which the day of a wall time begins. */
export function dayOf(wall: number): number {
  return Math.floor(wall / dayMs) * dayMs
}

/**
 * The day that a time of a whole-day series means: what is written in a zone, on its clock. Calendar programs also write the midnight of their
 * own zone in UTC, which is told by where it is one; where nothing tells, the nearest midnight is meant.
 */
export function dayMeantBy(time: FeedTime, { likely }: TimeZones): number {
  if (time.isDate || time.zone !== utc) return dayOf(time.wall)
  const midnight = [utc, ...likely].map((zone) => wallOf(time.wall, zone)).find((wall) => wall % dayMs === 0)
  return midnight ?? dayOf(time.wall + dayMs / 2 - 1)
}

/** The last day of a whole-day series whose UNTIL is an instant: the day that begins then, or whose last second or minute it is. */
export function lastDayMeantBy(instant: number, zones: TimeZones): number {
  const second = Math.floor(instant / 1000)
  const isLastMoment = second % 60 === 59 || second % 900 === 840
  const next = isLastMoment ? (Math.floor(second / 60) + 1) * minuteMs : instant
  const day = dayMeantBy({ wall: next, zone: utc, isDate: false, isFloating: false }, zones)
  return isLastMoment ? day - dayMs : day
}

/** @throws RangeError when it is no time */
export function readTime(value: string, parameters: ReadonlyMap<string, string>, zones: TimeZones): FeedTime {
  const { wall, isDate, offset } = wallTimeOf(value)
  const tzid = parameters.get('TZID') ?? ''
  if (isDate || parameters.get('VALUE')?.toUpperCase() === 'DATE')
    return { wall: dayOf(wall), zone: zones.own, isDate: true, isFloating: false }
  if (offset !== null)
    return { wall, zone: offset === 0 ? utc : fixedZone(offset), isDate, isFloating: false }
  if (tzid === '') return { wall, zone: zones.own, isDate, isFloating: true }
  return { wall, zone: zones.named(tzid), isDate, isFloating: false }
}

const form =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2}))?(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i

/** A date or a time as RFC 5545 or ISO 8601 write it; `offset` is `null` when none is said. @throws RangeError */
function wallTimeOf(value: string): { wall: number; isDate: boolean; offset: number | null } {
  const [, year, month, day, hour, minute, second = '0', zone] = form.exec(value.trim()) ?? []
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const isReal = new Date(date).getUTCDate() === Number(day) && Number(year) >= 1000
  const [h, m, s] = [Number(hour ?? 0), Number(minute ?? 0), Math.min(59, Number(second))]
  if (!isReal || h > 24 || m > 59)
    throw new RangeError(`it has "${value.slice(0, 40)}" where a time is expected`)
  const wall = date + ((h * 60 + m) * 60 + s) * 1000
  return { wall, isDate: hour === undefined, offset: zone === undefined ? null : offsetOf(zone) }
}

/** Milliseconds of `Z`, `+0100`, `+01:00` or `+010000`. @throws RangeError when it is none */
export function offsetOf(text: string): number {
  if (/^z$/i.test(text)) return 0
  const [, sign, hours, minutes, seconds = '0'] =
    /^([+-]?)(\d{2}):?(\d{2}):?(\d{2})?$/.exec(text.trim()) ?? []
  if (hours === undefined)
    throw new RangeError(`it has "${text.slice(0, 20)}" where an offset from UTC is expected`)
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -ms : ms
}
