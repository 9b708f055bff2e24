import type { FixedShifts, Shift, Span } from '../domain/on-call/schedule.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import { type Component, componentsOf, properties, textProperty } from './content-lines.ts'
import { type FeedEvent, nameOf, readEvent } from './feed-event.ts'
import { feedZones, type FeedZones } from './feed-zones.ts'
import type { Budget } from './recurrence.ts'
import { type Occurrence, occurrencesOf, seriesOf } from './series.ts'
import { newestVersions } from './versions.ts'

/** What a feed may cost, be it broken or hostile. */
export const feedLimits = { bytes: 2 * 1024 * 1024, events: 5_000, shifts: 20_000, steps: 300_000 } as const

export interface FeedOptions extends Span, FeedZones {
  /** Whose shift an event is; nobody: it is reported. */
  readonly peopleOf: (event: FeedPerson) => readonly string[]
}

export interface FeedPerson {
  readonly summary: string
  /** Addresses without `mailto:`, of those who have not declined. */
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

/**
 * The shifts of an iCalendar feed (RFC 5545), of which `VEVENT` alone counts. An event that is there more than once counts as its newest version
 * says (RFC 5546). Never throws on what it is given: what cannot be read is among the problems.
 */
export function readFeed(text: string, options: FeedOptions): Feed {
  const problems: FeedProblem[] = []
  const calendars = calendarsOf(text, problems)
  const events = calendars.flatMap((calendar) => eventsOf(calendar, options, problems))
  if (events.length > feedLimits.events)
    problems.push({
      event: '',
      reason: `only the first ${feedLimits.events} events were read: the feed has more`,
    })
  const budget = { steps: feedLimits.steps, shifts: feedLimits.shifts }
  const all = seriesOf(newestVersions(events.slice(0, feedLimits.events)))
  const shifts = all.flatMap((series) =>
    [...series.own, ...series.replacements.filter(({ isCancelled }) => !isCancelled)].flatMap((event) =>
      guarded(event.component, problems, () =>
        shiftsOf(occurrencesOf(event, series, options, budget), options, budget, problems),
      ),
    ),
  )
  return { turns: { kind: 'shifts', shifts: sortedOnce(shifts) }, problems }
}

function calendarsOf(text: string, problems: FeedProblem[]): Component[] {
  const say = (reason: string) => problems.push({ event: '', reason })
  const bytes = Buffer.byteLength(text)
  if (bytes > feedLimits.bytes) {
    say(`it has ${bytes} bytes, more than the ${feedLimits.bytes} that are read`)
    return []
  }
  const calendars = componentsOf(text.replace(/^\uFEFF/, '')).filter(({ name }) => name === 'VCALENDAR')
  if (calendars.length === 0) say('it is not an iCalendar file: BEGIN:VCALENDAR expected at its start')
  const last = calendars.at(-1)
  if (last?.isUnfinished === true)
    say(
      last.components.at(-1)?.isUnfinished === true
        ? 'its last event has no END:VEVENT: the feed was cut off'
        : 'it has no END:VCALENDAR: the feed was cut off',
    )
  return calendars
}

/** Methods of RFC 5546 by which somebody answers an invitation: they schedule nothing. */
const answers = new Set(['REPLY', 'REFRESH', 'COUNTER', 'DECLINECOUNTER'])

function eventsOf(calendar: Component, options: FeedOptions, problems: FeedProblem[]): FeedEvent[] {
  const method = textProperty(calendar, 'METHOD').toUpperCase()
  const components = calendar.components.filter(
    ({ name, isUnfinished }) => name === 'VEVENT' && isUnfinished !== true,
  )
  if (answers.has(method) && components.length > 0) {
    problems.push({
      event: '',
      reason: `a calendar of METHOD:${method} was left out: answers to invitations are no shifts`,
    })
    return []
  }
  const zones = feedZones(calendar, options, options)
  return components
    .slice(0, feedLimits.events + 1)
    .flatMap((component) => guarded(component, problems, () => [readEvent(component, zones, method)]))
}

/** Whatever is wrong with one event is its own problem. */
function guarded<T>(component: Component, problems: FeedProblem[], read: () => T[]): T[] {
  try {
    return read()
  } catch (error) {
    problems.push({ event: nameOf(component), reason: errorMessage(error) })
    return []
  }
}

function shiftsOf(
  occurrences: readonly Occurrence[],
  options: FeedOptions,
  budget: Budget & { shifts: number },
  problems: FeedProblem[],
): Shift[] {
  const inside = occurrences.filter(({ from, to }) => from < options.to && to > options.from && from < to)
  budget.shifts -= inside.length
  if (budget.shifts < 0)
    throw new RangeError(`the feed has more than ${feedLimits.shifts} shifts in the time that was asked for`)
  return [...Map.groupBy(inside, ({ event }) => event)].flatMap(([{ component }, spans]) =>
    guarded(component, problems, () => {
      const people = peopleOf(component, options)
      return spans.map(({ from, to }) => ({ from, to, people }))
    }),
  )
}

function peopleOf(component: Component, options: FeedOptions): readonly string[] {
  const invited = properties(component, 'ATTENDEE')
  const attendees = invited
    .filter(({ parameters }) => parameters.get('PARTSTAT')?.toUpperCase() !== 'DECLINED')
    .map(({ value }) => value.replace(/^mailto:/i, ''))
  const summary = textProperty(component, 'SUMMARY')
  const people = options.peopleOf({ summary, attendees })
  if (people.length > 0) return people
  if (invited.length > 0 && attendees.length === 0)
    throw new RangeError('everybody who was invited has declined: find somebody for the shift')
  const names = [`"${summary.slice(0, 100)}"`, ...attendees.slice(0, 5)].join(' or ')
  throw new RangeError(`nobody is known as ${names}: name them in the mapping`)
}

/** A feed may have the same shift of the same people more than once. */
function sortedOnce(shifts: readonly Shift[]): Shift[] {
  const once = new Map(shifts.map((shift) => [JSON.stringify([shift.from, shift.to, shift.people]), shift]))
  return [...once.values()].toSorted((a, b) => a.from - b.from || a.to - b.to)
}
