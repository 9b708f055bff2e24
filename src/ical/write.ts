import { Temporal } from 'temporal-polyfill'
import ICAL from 'ical.js'
import { shiftsOf } from '../domain/on-call/coverage.ts'
import type { Schedule, Span } from '../domain/on-call/schedule.ts'

/** What a calendar is about. Instants are epoch milliseconds; iCalendar knows whole seconds. */
export interface CalendarRange extends Span {
  /** When it is written: every event's DTSTAMP, so that the same schedule written at the same time is the same text. */
  readonly writtenAt: number
}

/** Calendar programs give up on more, or make people wait. */
export const mostEvents = 10_000

/** How often calendar programs are asked to look again (RFC 7986, and what Outlook reads). */
const refreshed = 'PT1H'

interface Event extends Span {
  readonly schedule: Schedule
  readonly person: string
}

/**
 * Everybody's shifts of a schedule as an iCalendar text (RFC 5545), one event for each person and shift that touches the range.
 * @throws RangeError when these are more than `mostEvents`
 */
export function scheduleCalendar(schedule: Schedule, range: CalendarRange): string {
  return calendar(schedule.title, schedule.timeZone, eventsOf(schedule, range), range)
}

/**
 * One person's shifts in all the schedules.
 * @param title what calendar programs call it
 * @param timeZone in which the person reads it
 * @throws RangeError when these are more than `mostEvents`
 */
export function personCalendar(
  person: string,
  { title, timeZone }: { readonly title: string; readonly timeZone: string },
  schedules: readonly Schedule[],
  range: CalendarRange,
): string {
  const events = schedules.flatMap((schedule) => eventsOf(schedule, range))
  return calendar(
    title,
    timeZone,
    events.filter((event) => event.person === person),
    range,
  )
}

/**
 * Looks from one quarter of a year to another, whatever part of it is asked for: a shift then has the same start and so the same UID
 * every day, even one without an end, and calendar programs change it in place.
 */
function eventsOf(schedule: Schedule, { from, to }: Span): Event[] {
  const shifts = shiftsOf(schedule, quarterStart(from, -1), quarterStart(to, 2))
  return [...shifts]
    .flatMap(([person, spans]) => spans.map((span) => ({ ...span, schedule, person })))
    .filter((event) => event.from < to && from < event.to)
    .toSorted((a, b) => a.from - b.from || (a.person < b.person ? -1 : 1))
}

function quarterStart(instant: number, quarters: number): number {
  const { year, month } = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO('UTC')
  return Date.UTC(year, Math.floor((month - 1) / 3 + quarters) * 3, 1)
}

function calendar(title: string, timeZone: string, events: readonly Event[], range: CalendarRange): string {
  if (events.length > mostEvents)
    throw new RangeError(`${events.length} events are more than ${mostEvents}: ask for a shorter time`)
  const root = new ICAL.Component('vcalendar')
  root.addPropertyWithValue('version', '2.0')
  root.addPropertyWithValue('prodid', '-//Firewatch//On call//EN')
  root.addPropertyWithValue('method', 'PUBLISH')
  // The library would not escape the text of a name that it does not know.
  root.addProperty(new ICAL.Property(['x-wr-calname', {}, 'text', plain(title)]))
  root.addProperty(new ICAL.Property(['x-wr-timezone', {}, 'text', timeZone]))
  root.addProperty(new ICAL.Property(['refresh-interval', {}, 'duration', refreshed]))
  root.addProperty(new ICAL.Property(['x-published-ttl', {}, 'text', refreshed]))
  for (const event of events) root.addSubcomponent(component(event, range.writtenAt))
  return `${root.toString()}\r\n`
}

function component({ schedule, person, from, to }: Event, writtenAt: number): ICAL.Component {
  const event = new ICAL.Component('vevent')
  event.addPropertyWithValue(
    'uid',
    plain(`${schedule.name}/${person}/${new Date(from).toISOString()}@firewatch`),
  )
  event.addPropertyWithValue('dtstamp', time(writtenAt))
  event.addPropertyWithValue('dtstart', time(from))
  event.addPropertyWithValue('dtend', time(to))
  event.addPropertyWithValue('summary', plain(person))
  event.addPropertyWithValue('description', plain(`On call: ${schedule.title}`))
  // Whoever is on call can be invited: a shift keeps nobody busy, also in Outlook, which goes by a name of its own.
  event.addPropertyWithValue('transp', 'TRANSPARENT')
  event.addProperty(new ICAL.Property(['x-microsoft-cdo-busystatus', {}, 'text', 'FREE']))
  return event
}

function time(instant: number): ICAL.Time {
  return ICAL.Time.fromJSDate(new Date(instant), true)
}

/** Without control characters, which no calendar text may have; the library escapes the rest and folds lines at 75 octets. */
function plain(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
}
