import { nextHandoffs } from '../domain/on-call/coverage.ts'
import type { ScheduleChange } from '../domain/on-call/changes.ts'
import type { Schedule, Shift, Span } from '../domain/on-call/schedule.ts'
import { diffSchedules } from '../domain/on-call/schedule-diff.ts'
import { onCallAt } from '../domain/on-call/segments.ts'

/*
 * What the API says of schedules: instants as ISO 8601 in UTC.
 */

/** How far ahead the next hand-off is looked for. */
const aheadMs = 90 * 86_400_000
const mostChanges = 200

export function iso(instant: number): string {
  return new Date(instant).toISOString()
}

export function spanJson<T extends Span>(span: T) {
  return { ...span, from: iso(span.from), to: iso(span.to) }
}

/** Who is on call, why, and until when; `null` when nothing changes in the next three months. */
export function onCallJson(schedule: Schedule, at: number) {
  const [next] = nextHandoffs(schedule, at, 1, aheadMs)
  const { name, title, timeZone } = schedule
  const until = next === undefined ? null : iso(next.at)
  return { schedule: name, title, timeZone, ...onCallAt(schedule, at), until, next: next?.after ?? null }
}

export function changeJson(change: ScheduleChange) {
  const { madeAt, endedAt, takenAt } = change
  const shifts = change.kind === 'temporary' ? { shifts: change.shifts.map(shiftJson) } : {}
  return {
    ...spanJson(change),
    ...shifts,
    madeAt: iso(madeAt),
    endedAt: endedAt === null ? null : iso(endedAt),
    takenAt: takenAt === null ? null : iso(takenAt),
  }
}

function shiftJson(shift: Shift) {
  return spanJson(shift)
}

/** What a change does to who is on call. */
export function effectJson(before: Schedule, after: Schedule, { from, to }: Span) {
  const { changes, gaps } = diffSchedules(before, after, from, to)
  return {
    changes: changes.slice(0, mostChanges).map(spanJson),
    gaps: gaps.after.slice(0, mostChanges).map(spanJson),
  }
}
