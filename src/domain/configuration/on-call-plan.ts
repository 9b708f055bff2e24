import { resolveTargets } from '../escalate/targets.ts'
import { type ScheduleChange, withChanges } from '../on-call/changes.ts'
import { type KeptShift, keepShift } from '../on-call/keep-shift.ts'
import type { Schedule } from '../on-call/schedule.ts'
import { type Change, diffSchedules } from '../on-call/schedule-diff.ts'
import { onCallAt, samePeople } from '../on-call/segments.ts'
import type { Configuration } from './configuration.ts'

/** Somebody goes on or off call at once. */
export interface NowChange {
  readonly schedule: string
  readonly title: string
  readonly timeZone: string
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Until when that is so: one of the two changes then anyway. Epoch milliseconds. */
  readonly until: number
  /** How the shift that runs can be left alone. */
  readonly keep: KeptShift | null
}

/** Coming shifts that change hands; what changes at once is among them. */
export interface ShiftChanges {
  readonly schedule: string
  readonly changes: readonly Change[]
}

/** Whom a policy pages first if it is entered now. */
export interface FirstPagedChange {
  readonly policy: string
  readonly before: readonly string[]
  readonly after: readonly string[]
}

const yearMs = 365 * 86_400_000

/** What people changed for a while stays when the configuration is changed. */
function bothSchedules(before: Configuration, after: Configuration) {
  const names = [...new Set([...Object.keys(before.schedules), ...Object.keys(after.schedules)])].toSorted()
  return names.flatMap((name) => {
    const there = after.schedules[name] ?? before.schedules[name]
    if (there === undefined) return []
    const nobody = emptySchedule(there)
    return [{ name, old: before.schedules[name] ?? nobody, edited: after.schedules[name] ?? nobody }]
  })
}

/** Beside one that is not in the other configuration. */
export function emptySchedule(schedule: Schedule): Schedule {
  return { ...schedule, layers: [], overrides: [], temporary: [], swaps: [] }
}

export function nowChanges(
  before: Configuration,
  after: Configuration,
  changes: readonly ScheduleChange[],
  now: number,
): NowChange[] {
  const people = new Set(Object.keys(after.users))
  return bothSchedules(before, after).flatMap(({ old, edited }) =>
    nowChange(old, edited, changes, people, now),
  )
}

/** Who goes on or off call at once in one schedule, by an edit of it: none or one. */
export function nowChange(
  old: Schedule,
  edited: Schedule,
  changes: readonly ScheduleChange[],
  people: ReadonlySet<string>,
  now: number,
): NowChange[] {
  const [was, is] = [old, edited].map((one) => withChanges(one, changes))
  if (
    was === undefined ||
    is === undefined ||
    samePeople(onCallAt(was, now).people, onCallAt(is, now).people)
  )
    return []
  const [first] = diffSchedules(was, is, now, now + yearMs).changes
  if (first === undefined) return []
  const { name: schedule, title, timeZone } = edited
  const keep = keepShift(old, edited, changes, people, now)
  return [{ schedule, title, timeZone, before: first.before, after: first.after, until: first.to, keep }]
}

export function shiftChanges(
  before: Configuration,
  after: Configuration,
  changes: readonly ScheduleChange[],
  now: number,
): ShiftChanges[] {
  return bothSchedules(before, after).flatMap(({ name, old, edited }) => {
    const [was, is] = [withChanges(old, changes), withChanges(edited, changes)]
    const diff = diffSchedules(was, is, now, now + yearMs).changes
    return diff.length === 0 ? [] : [{ schedule: name, changes: diff }]
  })
}

export function firstPagedChanges(
  before: Configuration,
  after: Configuration,
  changes: readonly ScheduleChange[],
  now: number,
): FirstPagedChange[] {
  return Object.keys(after.policies)
    .toSorted()
    .flatMap((policy) => {
      if (!Object.hasOwn(before.policies, policy)) return []
      const [was, is] = [before, after].map((one) => firstPaged(one, policy, changes, now))
      return was === undefined || is === undefined || samePeople(was, is)
        ? []
        : [{ policy, before: was, after: is }]
    })
}

/** Whom the first step of a policy pages if it is entered now, sorted. */
function firstPaged(
  configuration: Configuration,
  policy: string,
  changes: readonly ScheduleChange[],
  now: number,
): readonly string[] {
  const targets = configuration.policies[policy]?.steps[0]?.notify ?? []
  const { notified } = resolveTargets(targets, configuration, (name) => {
    const schedule = configuration.schedules[name]
    return schedule && onCallAt(withChanges(schedule, changes), now).people
  })
  return notified.map(({ person }) => person).toSorted()
}
