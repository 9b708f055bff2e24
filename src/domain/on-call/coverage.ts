import type { Schedule, Span } from './schedule.ts'
import { type Segment, segmentsBetween, stretchesBetween } from './segments.ts'

const dayMs = 86_400_000

/**
 * When each person is on call in `[from, to)`, by name; whoever is not on call at all is absent. A shift goes on through changes of the others;
 * openings of a window are shifts of their own.
 */
export function shiftsOf(schedule: Schedule, from: number, to: number): ReadonlyMap<string, readonly Span[]> {
  const spans = new Map<string, Span[]>()
  for (const { people, beginning, ...span } of stretchesBetween(schedule, from, to))
    for (const person of people) {
      const theirs = spans.get(person) ?? []
      const last = theirs.at(-1)
      if (last?.to === span.from && !beginning.includes(person))
        theirs[theirs.length - 1] = { from: last.from, to: span.to }
      else theirs.push(span)
      spans.set(person, theirs)
    }
  return spans
}

/** When nobody is on call. Look a year ahead, not a week: zones that change their clocks on different days open gaps for some weeks. */
export function gapsBetween(schedule: Schedule, from: number, to: number): Span[] {
  return gapsOf(segmentsBetween(schedule, from, to))
}

/** When more than one person is on call, meant so or not; a change among them starts a new one. */
export function overlapsBetween(schedule: Schedule, from: number, to: number): Segment[] {
  return overlapsOf(segmentsBetween(schedule, from, to))
}

export function gapsOf(segments: readonly Segment[]): Span[] {
  return segments.filter(({ people }) => people.length === 0).map(({ from, to }) => ({ from, to }))
}

export function overlapsOf(segments: readonly Segment[]): Segment[] {
  return segments.filter(({ people }) => people.length > 1)
}

export interface Handoff {
  readonly at: number
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/**
 * The first changes of who is on call after an instant, at most `count` of them and within `withinMs`; the far future is not looked at
 * when the near one has enough. A turn that hands over to the same people is no change; a window that opens anew is one, with the same people.
 */
export function nextHandoffs(
  schedule: Schedule,
  instant: number,
  count: number,
  withinMs: number,
): Handoff[] {
  for (let ahead = Math.min(dayMs, withinMs); ; ahead = Math.min(ahead * 4, withinMs)) {
    const segments = segmentsBetween(schedule, instant, instant + ahead)
    if (segments.length > count || ahead >= withinMs) return handoffsOf(segments).slice(0, count)
  }
}

function handoffsOf(segments: readonly Segment[]): Handoff[] {
  return segments.slice(1).map(({ from, people }, at) => ({
    at: from,
    before: segments[at]?.people ?? [],
    after: people,
  }))
}
