import { Temporal } from 'temporal-polyfill'
import type { Span } from '../domain/on-call/schedule.ts'
import {
  type FeedTime,
  type FeedZones,
  instantOf,
  type Property,
  textProperty,
  timesOf,
} from './feed-event.ts'
import { type Budget, occurrences, readRule } from './recurrence.ts'

/** Every start of the event that may touch the time that was asked for. */
export function startsOf(
  properties: readonly Property[],
  start: FeedTime,
  lengthMs: number,
  options: Span & FeedZones,
  budget: Budget,
): FeedTime[] {
  const extra = timesOf(properties, 'rdate', options)
  const rules = properties.filter(([name]) => name === 'rrule').map((property) => property[3])
  const dayOf = (instant: number) =>
    Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(start.timeZone).toPlainDate()
  const dates = {
    from: dayOf(options.from - lengthMs).subtract({ days: 2 }),
    to: dayOf(options.to).add({ days: 1 }),
  }
  const repeated = rules.flatMap((recur) => {
    if (typeof recur !== 'object' || recur === null) throw new RangeError('its rule cannot be read')
    const isPast = untilOf(recur as Readonly<Record<string, unknown>>, start)
    const locals = occurrences(
      readRule(recur as Readonly<Record<string, unknown>>),
      start.local,
      dates,
      budget,
    )
    return [...locals].map((local) => ({ ...start, local })).filter((time) => !isPast(time))
  })
  const all = [...(rules.length === 0 ? [start] : repeated), ...extra]
  return [...new Map(all.map((time) => [instantOf(time), time])).values()]
}

/** UNTIL is a date, a local time or an instant, and itself included. */
function untilOf({ until }: Readonly<Record<string, unknown>>, start: FeedTime): (time: FeedTime) => boolean {
  if (until === undefined) return () => false
  if (typeof until !== 'string') throw new RangeError('its rule has an UNTIL that is no time')
  if (until.endsWith('Z')) {
    const instant = Temporal.Instant.from(until).epochMilliseconds
    return (time) => instantOf(time) > instant
  }
  const last = until.includes('T')
    ? Temporal.PlainDateTime.from(until)
    : Temporal.PlainDate.from(until).toPlainDateTime(start.isDate ? '00:00' : '23:59:59')
  return ({ local }) => Temporal.PlainDateTime.compare(local, last) > 0
}

/** A date in EXDATE takes out what starts on it. */
export function exclusions(
  properties: readonly Property[],
  options: Span & FeedZones,
): (time: FeedTime) => boolean {
  const times = timesOf(properties, 'exdate', options)
  const instants = new Set(times.filter(({ isDate }) => !isDate).map(instantOf))
  const dates = new Set(
    times.filter(({ isDate }) => isDate).map(({ local }) => local.toPlainDate().toString()),
  )
  return (time) => instants.has(instantOf(time)) || dates.has(time.local.toPlainDate().toString())
}

/**
 * When an occurrence ends. What is written as DTEND is kept on the clock on the wall, so that one from nine to nine hands over at
 * nine on a day of 23 hours too.
 */
export function endsOf(
  properties: readonly Property[],
  start: FeedTime,
  options: Span & FeedZones,
): (time: FeedTime) => number {
  const [end] = timesOf(properties, 'dtend', options)
  const duration = textProperty(properties, 'duration')
  if (end === undefined && duration === '' && !start.isDate)
    throw new RangeError('it has neither DTEND nor DURATION')
  const length = Temporal.Duration.from(duration === '' ? 'P1D' : duration)
  const endOf = ({ local, timeZone }: FeedTime): number => {
    if (end === undefined) return local.toZonedDateTime(timeZone).add(length).epochMilliseconds
    const wall = start.local.until(end.local, { largestUnit: 'days' })
    if (end.timeZone === start.timeZone) return instantOf({ ...end, local: local.add(wall) })
    return instantOf({ ...start, local }) + instantOf(end) - instantOf(start)
  }
  if (endOf(start) <= instantOf(start)) throw new RangeError('it ends at or before its start')
  return endOf
}
