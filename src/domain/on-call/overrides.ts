import type { Override } from './schedule.ts'
import { overlaps } from './spans.ts'

/**
 * Why an override cannot stand beside the ones that exist, or `null` when it can. Two that overlap and name the same person would leave
 * open which of them holds; touching ends are no overlap. One with the candidate's own id is being edited and does not count.
 */
export function overrideConflict(existing: readonly Override[], candidate: Override): string | null {
  const { id, from, to, removed, added } = candidate
  if (Number.isNaN(from) || Number.isNaN(to))
    return `override "${id}" has no time: give it a start and an end`
  if (from >= to) return `override "${id}" ends at or before its start: give it an end after ${iso(from)}`
  const named = [removed, added].filter((person) => person !== null)
  if (named.length === 0) return `override "${id}" names nobody: say whom it removes, whom it adds, or both`
  if (removed === added)
    return `override "${id}" replaces "${added}" by the same person: name somebody else, or leave it`
  for (const other of existing) {
    if (other.id === id || !overlaps(other, candidate)) continue
    const twice = named.find((person) => person === other.removed || person === other.added)
    if (twice !== undefined)
      return `override "${id}" and override "${other.id}" (${iso(other.from)} to ${iso(other.to)}) overlap and both name "${twice}": change the time of one, or delete override "${other.id}" first`
  }
  return null
}

function iso(instant: number): string {
  return new Date(instant).toISOString()
}
