import { gapsOf, overlapsOf } from './coverage.ts'
import type { Schedule, Span } from './schedule.ts'
import { type Segment, samePeople, segmentsBetween } from './segments.ts'

export interface ScheduleDiff {
  /** Where the people differ; neighbours with the same change as one. */
  readonly changes: readonly Change[]
  readonly hours: readonly ChangedHours[]
  readonly gaps: { readonly before: readonly Span[]; readonly after: readonly Span[] }
  readonly overlaps: { readonly before: readonly Segment[]; readonly after: readonly Segment[] }
}

export interface Change extends Span {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** What one person gets and gives away. */
export interface ChangedHours {
  readonly person: string
  readonly gainedMs: number
  readonly lostMs: number
}

/** What an edit changes in `[from, to)`, to be seen before it is saved. */
export function diffSchedules(before: Schedule, after: Schedule, from: number, to: number): ScheduleDiff {
  const old = segmentsBetween(before, from, to)
  const edited = segmentsBetween(after, from, to)
  const changes = changesOf(old, edited)
  return {
    changes,
    hours: hoursOf(changes),
    gaps: { before: gapsOf(old), after: gapsOf(edited) },
    overlaps: { before: overlapsOf(old), after: overlapsOf(edited) },
  }
}

/** Both lists cover the same time without holes. */
function changesOf(old: readonly Segment[], edited: readonly Segment[]): Change[] {
  const changes: Change[] = []
  let oldAt = 0
  let editedAt = 0
  for (;;) {
    const before = old[oldAt]
    const after = edited[editedAt]
    if (before === undefined || after === undefined) return changes
    const from = Math.max(before.from, after.from)
    const to = Math.min(before.to, after.to)
    if (!samePeople(before.people, after.people)) {
      const last = changes.at(-1)
      if (last?.to === from && samePeople(last.before, before.people) && samePeople(last.after, after.people))
        changes[changes.length - 1] = { ...last, to }
      else changes.push({ from, to, before: before.people, after: after.people })
    }
    if (before.to === to) oldAt += 1
    if (after.to === to) editedAt += 1
  }
}

function hoursOf(changes: readonly Change[]): ChangedHours[] {
  const people = [...new Set(changes.flatMap(({ before, after }) => [...before, ...after]))].toSorted()
  const total = (matching: readonly Change[]) => matching.reduce((sum, { from, to }) => sum + to - from, 0)
  return people
    .map((person) => ({
      person,
      gainedMs: total(
        changes.filter(({ before, after }) => !before.includes(person) && after.includes(person)),
      ),
      lostMs: total(
        changes.filter(({ before, after }) => before.includes(person) && !after.includes(person)),
      ),
    }))
    .filter(({ gainedMs, lostMs }) => gainedMs > 0 || lostMs > 0)
}
