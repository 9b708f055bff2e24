import type { FixedShifts, Shift, Span } from '../domain/on-call/schedule.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import {
  eventTexts,
  type FeedZones,
  instantOf,
  parseEvent,
  type Property,
  textProperty,
  timesOf,
} from './feed-event.ts'
import type { Budget } from './recurrence.ts'
import { endsOf, exclusions, startsOf } from './feed-occurrences.ts'

/** What a feed may cost, be it broken or hostile. */
export const feedLimits = { bytes: 2 * 1024 * 1024, events: 5_000, shifts: 20_000, days: 200_000 } as const

export interface FeedOptions extends Span, FeedZones {
  /** Whose shift an event is; nobody: it is reported. */
  readonly peopleOf: (event: FeedPerson) => readonly string[]
}

export interface FeedPerson {
  readonly summary: string
  /** Addresses without `mailto:`. */
  readonly attendees: readonly string[]
}

export interface Feed {
  /** Whole shifts that touch the time that was asked for, sorted. */
  readonly turns: FixedShifts
  /** What of the feed is in no shift, and why. Cancelled events are none. */
  readonly problems: readonly FeedProblem[]
}

export interface FeedProblem {
  /** UID and summary of the event; empty when the feed as a whole is meant. */
  readonly event: string
  readonly reason: string
}

/** The shifts of an iCalendar feed (RFC 5545). Never throws on what it is given: what cannot be read is among the problems. */
export function readFeed(text: string, options: FeedOptions): Feed {
  const refused = whyUnreadable(text)
  if (refused !== null)
    return { turns: { kind: 'shifts', shifts: [] }, problems: [{ event: '', reason: refused }] }
  const problems: FeedProblem[] = []
  const { events, unfinished } = eventTexts(text, feedLimits.events)
  if (unfinished)
    problems.push({ event: '', reason: 'its last event has no END:VEVENT: the feed was cut off' })
  if (events.length > feedLimits.events)
    problems.push({
      event: '',
      reason: `only the first ${feedLimits.events} events were read: the feed has more`,
    })
  const parsed = events.slice(0, feedLimits.events).flatMap((event, at) => parsedEvent(event, at, problems))
  const moved = movedStarts(parsed, options, problems)
  const budget = { days: feedLimits.days, shifts: feedLimits.shifts }
  const shifts = parsed.flatMap((properties) =>
    guarded(properties, problems, () => shiftsOfEvent(properties, moved, options, budget)),
  )
  return {
    turns: { kind: 'shifts', shifts: shifts.toSorted((a, b) => a.from - b.from || a.to - b.to) },
    problems,
  }
}

function whyUnreadable(text: string): string | null {
  const bytes = Buffer.byteLength(text)
  if (bytes > feedLimits.bytes)
    return `it has ${bytes} bytes, more than the ${feedLimits.bytes} that are read`
  return /^\s*BEGIN:VCALENDAR/i.test(text)
    ? null
    : 'it is no iCalendar: BEGIN:VCALENDAR expected at its start'
}

function parsedEvent(text: string, at: number, problems: FeedProblem[]): (readonly Property[])[] {
  try {
    return [parseEvent(text)]
  } catch (error) {
    problems.push({ event: `number ${at + 1}`, reason: `it cannot be parsed: ${errorMessage(error)}` })
    return []
  }
}

/** Whatever is wrong with one event is its own problem. */
function guarded<T>(properties: readonly Property[], problems: FeedProblem[], read: () => T[]): T[] {
  try {
    return read()
  } catch (error) {
    problems.push({ event: nameOf(properties), reason: errorMessage(error) })
    return []
  }
}

function nameOf(properties: readonly Property[]): string {
  const uid = textProperty(properties, 'uid')
  const summary = textProperty(properties, 'summary')
  return (
    [uid, summary === '' ? '' : `"${summary}"`].filter((part) => part !== '').join(' ') || 'without a UID'
  )
}

/** Occurrences that an event with RECURRENCE-ID stands for: `UID instant`. */
function movedStarts(
  events: readonly (readonly Property[])[],
  options: FeedOptions,
  problems: FeedProblem[],
): Set<string> {
  const starts = events.flatMap((properties) =>
    guarded(properties, problems, () =>
      timesOf(properties, 'recurrence-id', options).map(
        (time) => `${textProperty(properties, 'uid')} ${instantOf(time)}`,
      ),
    ),
  )
  return new Set(starts)
}

function shiftsOfEvent(
  properties: readonly Property[],
  moved: ReadonlySet<string>,
  options: FeedOptions,
  budget: Budget & { shifts: number },
): Shift[] {
  if (textProperty(properties, 'status').toUpperCase() === 'CANCELLED') return []
  const [start] = timesOf(properties, 'dtstart', options)
  if (start === undefined) throw new RangeError('it has no DTSTART')
  const changed = properties.find(([name]) => name === 'recurrence-id')
  if (changed?.[1]['range'] !== undefined)
    throw new RangeError(
      'it changes THISANDFUTURE occurrences, which is not understood: end the rule and begin another',
    )
  const endOf = endsOf(properties, start, options)
  const isOut = exclusions(properties, options)
  const shifts: Span[] = []
  for (const time of startsOf(properties, start, endOf(start) - instantOf(start), options, budget)) {
    const from = instantOf(time)
    const replaced = changed === undefined && moved.has(`${textProperty(properties, 'uid')} ${from}`)
    const span = { from, to: endOf(time) }
    if (replaced || isOut(time) || span.from >= options.to || span.to <= options.from) continue
    budget.shifts -= 1
    if (budget.shifts < 0)
      throw new RangeError(
        `the feed has more than ${feedLimits.shifts} shifts in the time that was asked for`,
      )
    shifts.push(span)
  }
  if (shifts.length === 0) return []
  const people = peopleOf(properties, options)
  return shifts.map((span) => ({ ...span, people }))
}

function peopleOf(properties: readonly Property[], options: FeedOptions): readonly string[] {
  const attendees = properties
    .filter(([name]) => name === 'attendee')
    .map((property) => String(property[3]).replace(/^mailto:/i, ''))
  const summary = textProperty(properties, 'summary')
  const people = options.peopleOf({ summary, attendees })
  if (people.length > 0) return people
  throw new RangeError(
    `nobody is known as ${[`"${summary}"`, ...attendees].join(' or ')}: name them in the mapping`,
  )
}
