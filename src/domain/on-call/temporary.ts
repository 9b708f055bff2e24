import type { TemporarySchedule } from './schedule.ts'
import { cutTo, overlaps } from './spans.ts'

/**
 * The temporary schedules with one more. It takes its time from those it overlaps: one that reaches beyond it on both sides is left as
 * two, of which the later gets an id of its own; one wholly under it is gone. One with its own id is replaced as a whole.
 */
export function insertTemporary(
  existing: readonly TemporarySchedule[],
  added: TemporarySchedule,
): TemporarySchedule[] {
  const kept = existing.filter(({ id }) => id !== added.id).flatMap((old) => remainders(old, added))
  const clean = trimmed(added, added.from, added.to)
  return [...kept, ...clean].toSorted((a, b) => a.from - b.from)
}

function remainders(old: TemporarySchedule, added: TemporarySchedule): TemporarySchedule[] {
  if (!overlaps(old, added)) return [old]
  const before = trimmed(old, old.from, Math.min(old.to, added.from))
  const after = trimmed(old, Math.max(old.from, added.to), old.to)
  if (before.length === 0) return after
  const id = `${old.id}@${new Date(added.to).toISOString()}`
  return [...before, ...after.map((rest) => ({ ...rest, id }))]
}

/** Its shifts cut to it: what lies outside would never count. */
function trimmed(schedule: TemporarySchedule, from: number, to: number): TemporarySchedule[] {
  if (to <= from) return []
  const shifts = cutTo(
    schedule.shifts.toSorted((a, b) => a.from - b.from),
    [{ from, to }],
  )
  return [{ ...schedule, from, to, shifts }]
}
