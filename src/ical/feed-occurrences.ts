import type { Span } from '../domain/on-call/schedule.ts'
import { properties, property, textProperty } from './content-lines.ts'
import { type FeedEvent } from './feed-event.ts'
import { type Budget, matches, occurrences, spend } from './recurrence.ts'
import { readRule, type Rule } from './rule.ts'
import {
  dayMeantBy,
  dayOf,
  type FeedTime,
  instantOfTime,
  lastDayMeantBy,
  onClockOf,
  readTime,
  timesOf,
  type TimeZones,
  type WrittenTime,
} from './wall-time.ts'
import { dayMs, instantOf, utc, wallOf } from './zones.ts'

/** No event has more starts than that; one that has is hostile. */
const mostStarts = 25_000

/** One start of an event, and when it ends, epoch milliseconds. */
export interface Start {
  readonly time: FeedTime
  readonly to: number
}

/** When an occurrence ends that starts at a time. */
export type EndOf = (time: FeedTime) => number

/** @throws RangeError when the event has none, or one that is no time */
export function startOf({ component, zones }: FeedEvent): FeedTime {
  const start = property(component, 'DTSTART')
  if (start === undefined) throw new RangeError('it has no DTSTART')
  return readTime(start.value, start.parameters, zones)
}

/**
 * When occurrences end. What is written as DTEND is kept on the clock on the wall, so that one from nine to nine hands over at
 * nine on a day of 23 hours too.
 * @throws RangeError when it cannot be told, or they end before they start
 */
export function endsOf({ component, zones }: FeedEvent, start: FeedTime): EndOf {
  const end = property(component, 'DTEND')
  const duration = property(component, 'DURATION')
  const endOf =
    end !== undefined
      ? byEnd(readTime(end.value, end.parameters, zones), start, zones)
      : byDuration(duration?.value ?? (start.isDate ? 'P1D' : ''))
  if (endOf(start) <= instantOfTime(start)) throw new RangeError('it ends at or before its start')
  return endOf
}

function byEnd(end: FeedTime, start: FeedTime, zones: TimeZones): EndOf {
  // A whole day is one day long at least, whatever calendar programs write as its end.
  const days = start.isDate ? dayMeantBy(end, zones) - start.wall || dayMs : 0
  if (start.isDate) return ({ wall, zone }) => instantOf(wall + days, zone)
  const length = instantOfTime(end) - instantOfTime(start)
  const byLength: EndOf = (time) => instantOfTime(time) + length
  if (!end.isDate && end.zone !== start.zone) return byLength
  return (time) => {
    const to = instantOf(time.wall + end.wall - start.wall, time.zone)
    // Where the clocks leap over the start, the end may be on the wall before it.
    return to > instantOfTime(time) ? to : byLength(time)
  }
}

/** Days of a duration are days on the wall, hours are hours. */
function byDuration(text: string): EndOf {
  if (text === '') throw new RangeError('it has neither DTEND nor DURATION')
  const form = /^([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/i
  const [whole, sign, ...parts] = form.exec(text.trim()) ?? []
  if (whole === undefined) throw new RangeError(`it has "${text.slice(0, 40)}" where a duration is expected`)
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0))
  const forward = sign === '-' ? -1 : 1
  const wallMs = forward * (weeks * 7 + days) * dayMs
  const exactMs = forward * ((hours * 60 + minutes) * 60 + seconds) * 1000
  return ({ wall, zone }) => instantOf(wall + wallMs, zone) + exactMs
}

/**
 * Every start of the event that may touch the span, on the clock of its first one, without those that it takes out itself.
 * @param slackMs by how much more than its own length an occurrence may be moved
 * @throws RangeError when one cannot be read, or there are too many
 */
export function startsOf(
  event: FeedEvent,
  start: FeedTime,
  endOf: EndOf,
  span: Span,
  slackMs: number,
  budget: Budget,
): Start[] {
  const lengthMs = endOf(start) - instantOfTime(start)
  const range = {
    from: wallOf(span.from - lengthMs - slackMs, start.zone) - 2 * dayMs,
    to: wallOf(span.to + slackMs, start.zone) + dayMs,
  }
  const hasRules = textProperty(event.component, 'RRULE') !== ''
  const repeated = expand(event, 'RRULE', start, range, budget).map((time) => ({ time, to: endOf(time) }))
  const own = hasRules ? repeated : [{ time: start, to: endOf(start) }]
  const isOut = isExcluded(event, start, range, budget)
  const all = [...own, ...addedStarts(event, start, endOf, budget)].filter(({ time }) => !isOut(time))
  return [...new Map(all.map((one) => [instantOfTime(one.time), one])).values()]
}

/** Whether a time is one of those written: days of a whole-day series are compared as days, and a time without a zone is on the series' clock. */
export function isOneOf(
  times: readonly FeedTime[],
  start: FeedTime,
  zones: TimeZones,
): (time: FeedTime) => boolean {
  const days = new Set(
    times.filter(({ isDate }) => isDate || start.isDate).map((time) => dayMeantBy(time, zones)),
  )
  if (start.isDate) return ({ wall }) => days.has(dayOf(wall))
  const instants = new Set(times.filter(({ isDate }) => !isDate).map(instantOfTime))
  const walls = new Set(times.filter(({ isFloating }) => isFloating).map(({ wall }) => wall))
  return (time) => instants.has(instantOfTime(time)) || days.has(dayOf(time.wall)) || walls.has(time.wall)
}

function isExcluded(
  event: FeedEvent,
  start: FeedTime,
  range: Span,
  budget: Budget,
): (time: FeedTime) => boolean {
  const { zones } = event
  const dates = datesOf(event, 'EXDATE', budget).map(({ time }) => time)
  const isOut = isOneOf(dates, start, zones)
  const ruled = new Set(expand(event, 'EXRULE', start, range, budget).map(({ wall }) => wall))
  return (time) => isOut(time) || ruled.has(time.wall)
}

function expand(
  { component, zones }: FeedEvent,
  name: 'RRULE' | 'EXRULE',
  start: FeedTime,
  range: Span,
  budget: Budget,
): FeedTime[] {
  const walls = name === 'RRULE' ? occurrences : matches
  return properties(component, name).flatMap(({ value }) => {
    if (value === '') return []
    const rule = start.isDate ? withoutClock(readRule(value)) : readRule(value)
    const isPast = pastOf(rule.until, start, zones)
    const times: FeedTime[] = []
    for (const wall of walls(rule, start.wall, range, budget)) {
      const time = { ...start, wall }
      if (isPast(time)) break
      if (times.push(time) > mostStarts)
        throw new RangeError(`its rule has more than ${mostStarts} starts in the time that was asked for`)
    }
    return times
  })
}

/** Of whole days the times of day are ignored (RFC 5545, 3.3.10). */
function withoutClock(rule: Rule): Rule {
  return { ...rule, byHour: [], byMinute: [], bySecond: [] }
}

/** UNTIL is a date, a local time or an instant, and itself included. */
function pastOf(until: string | undefined, start: FeedTime, zones: TimeZones): (time: FeedTime) => boolean {
  if (until === undefined) return () => false
  const last = readTime(until, new Map(), zones)
  if (start.isDate) {
    const day =
      last.zone === utc && !last.isDate && !last.isFloating
        ? lastDayMeantBy(last.wall, zones)
        : dayOf(last.wall)
    return ({ wall }) => wall > day
  }
  if (last.isDate) return ({ wall }) => dayOf(wall) > last.wall
  if (last.isFloating) return ({ wall }) => wall > last.wall
  const instant = instantOfTime(last)
  return (time) => instantOfTime(time) > instant
}

/** A date costs as much as some steps of a rule. */
const stepsOfDate = 3

function datesOf({ component, zones }: FeedEvent, name: 'EXDATE' | 'RDATE', budget: Budget): WrittenTime[] {
  const written = properties(component, name)
  for (const { value } of written) spend(budget, stepsOfDate * value.split(',').length)
  return timesOf(written, zones)
}

/** RDATE: a date alone is at the usual time of day, a PERIOD has a length of its own. */
function addedStarts(event: FeedEvent, start: FeedTime, endOf: EndOf, budget: Budget): Start[] {
  return datesOf(event, 'RDATE', budget).map(({ time: written, until }) => {
    const time = likeStart(written, start, event.zones)
    if (until === undefined) return { time, to: endOf(time) }
    if (/^[+-]?P/i.test(until.trim())) return { time, to: byDuration(until)(time) }
    const end = readTime(until, new Map(), { ...event.zones, own: written.zone })
    return { time, to: instantOfTime(end) }
  })
}

/** Which start of a series a RECURRENCE-ID means, in whatever form: a time without a zone is on the series' clock. */
export function replacedStart(replaces: FeedTime, start: FeedTime, zones: TimeZones): FeedTime {
  if (replaces.isFloating && !start.isDate) return { ...start, wall: replaces.wall }
  return likeStart(replaces, start, zones)
}

function likeStart(written: FeedTime, start: FeedTime, zones: TimeZones): FeedTime {
  if (start.isDate) return { ...start, wall: dayMeantBy(written, zones) }
  if (written.isDate) return { ...start, wall: written.wall + start.wall - dayOf(start.wall) }
  return onClockOf(start.zone, written)
}
