import type { Span } from '../domain/on-call/schedule.ts'
import { property } from './content-lines.ts'
import type { FeedEvent } from './feed-event.ts'
import {
  type EndOf,
  endsOf,
  isOneOf,
  replacedStart,
  type Start,
  startOf,
  startsOf,
} from './feed-occurrences.ts'
import type { Budget } from './recurrence.ts'
import { type FeedTime, instantOfTime, onClockOf } from './wall-time.ts'
import { compareVersions } from './versions.ts'
import { instantOf } from './zones.ts'

/** When an event is, and which version of it says who has it then. */
export interface Occurrence extends Span {
  readonly event: FeedEvent
}

/** What one UID means: the event itself, which may be missing, and what stands for some of its occurrences. */
export interface Series {
  readonly own: readonly FeedEvent[]
  readonly replacements: readonly FeedEvent[]
}

/** By UID; an event without one is alone. A cancelled event takes along what stands for its occurrences, unless that is newer. */
export function seriesOf(events: readonly FeedEvent[]): Series[] {
  const groups = Map.groupBy(events, (event) => (event.uid === '' ? event : event.uid))
  return [...groups.values()].map((group) => {
    const own = group.filter(({ replaces }) => replaces === null)
    const cancelled = own.find(({ isCancelled }) => isCancelled)
    const replacements = group.filter(
      (event) =>
        event.replaces !== null && (cancelled === undefined || compareVersions(event, cancelled) > 0),
    )
    return { own: own.filter(({ isCancelled }) => !isCancelled), replacements }
  })
}

/**
 * The occurrences of an event of a series that may touch the span.
 * @throws RangeError when it cannot be read
 */
export function occurrencesOf(
  event: FeedEvent,
  { own, replacements }: Series,
  span: Span,
  budget: Budget,
): Occurrence[] {
  const start = startOf(event)
  const endOf = endsOf(event, start)
  const ofAll = event.replaces === null ? replacements : []
  const isReplaced = isOneOf(
    ofAll.flatMap(({ replaces, andFuture }) => (replaces === null || andFuture ? [] : [replaces])),
    start,
    event.zones,
  )
  const later = ofAll.filter(({ andFuture }) => andFuture).map((one) => followingOf(one, start))
  // Its occurrences are told by the series, where that has the first of them.
  if (event.andFuture && !hasRule(event) && own.some((one) => hasReplaced(one, event, budget))) return []
  const slackMs = Math.max(0, ...later.map(({ movedMs }) => Math.abs(movedMs)))
  return startsOf(event, start, endOf, span, slackMs, budget)
    .filter(({ time }) => !isReplaced(time))
    .flatMap((one) => told(one, event, later))
}

/** Whether a series still has the occurrence that an event stands for: it may have ended before, or taken it out. */
function hasReplaced(series: FeedEvent, { replaces, zones }: FeedEvent, budget: Budget): boolean {
  if (replaces === null) return false
  const start = startOf(series)
  const at = instantOfTime(replacedStart(replaces, start, zones))
  const starts = startsOf(series, start, endsOf(series, start), { from: at, to: at + 1 }, 0, budget)
  return starts.some(({ time }) => instantOfTime(time) === at)
}

/** What a change of an occurrence and all that follow makes of them. */
interface Following {
  readonly event: FeedEvent
  /** On the series' clock. */
  readonly from: number
  readonly movedMs: number
  /** `null` when they are taken out: cancelled, or told by a rule of the change itself. */
  readonly endOf: EndOf | null
}

function followingOf(event: FeedEvent, start: FeedTime): Following {
  const { replaces, zones, isCancelled } = event
  if (replaces === null) throw new Error('what changes occurrences has a RECURRENCE-ID')
  const from = replacedStart(replaces, start, zones).wall
  if (isCancelled || hasRule(event)) return { event, from, movedMs: 0, endOf: null }
  const moved = startOf(event)
  const movedMs = onClockOf(start.zone, moved).wall - from
  return { event, from, movedMs, endOf: endsOf(event, moved) }
}

function hasRule({ component }: FeedEvent): boolean {
  return property(component, 'RRULE') !== undefined
}

/** By the last change that holds for it. */
function told({ time, to }: Start, event: FeedEvent, later: readonly Following[]): Occurrence[] {
  const changed = later.filter(({ from }) => from <= time.wall).toSorted((a, b) => b.from - a.from)[0]
  if (changed === undefined) return [{ from: instantOf(time.wall, time.zone), to, event }]
  if (changed.endOf === null) return []
  const moved = { ...time, wall: time.wall + changed.movedMs }
  return [{ from: instantOf(moved.wall, moved.zone), to: changed.endOf(moved), event: changed.event }]
}
