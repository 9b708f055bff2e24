import type { ScheduleChange } from './changes.ts'
import { diffSchedules } from './schedule-diff.ts'
import type { Schedule, Span } from './schedule.ts'
import { mergeSpans } from './spans.ts'

/** What a change of a schedule made different for one person. */
export interface ShiftNotice {
  readonly person: string
  /** Name and title of the schedule. */
  readonly schedule: string
  readonly title: string
  /** When they are on call and were not. */
  readonly gained: readonly Span[]
  /** When they were on call and are no longer. */
  readonly lost: readonly Span[]
  readonly by: string
  readonly reason: string
}

/**
 * Whom a change puts on call or takes off from an instant on, but for the one who made it, who knows.
 * @param by who made, took or ended it
 * @param at from when it counts
 */
export function shiftNotices(
  before: Schedule,
  after: Schedule,
  change: ScheduleChange,
  by: string,
  at: number,
): ShiftNotice[] {
  const { changes } = diffSchedules(before, after, Math.max(at, change.from), change.to)
  const people = [...new Set(changes.flatMap((one) => [...one.before, ...one.after]))].toSorted()
  const { name: schedule, title } = after
  return people
    .filter((person) => person !== by)
    .map((person) => ({
      person,
      schedule,
      title,
      gained: mergeSpans(changes.filter((one) => !one.before.includes(person) && one.after.includes(person))),
      lost: mergeSpans(changes.filter((one) => one.before.includes(person) && !one.after.includes(person))),
      by,
      reason: change.reason,
    }))
    .filter(({ gained, lost }) => gained.length + lost.length > 0)
}
