import type { ShiftSwap } from './schedule.ts'
import { overlaps } from './spans.ts'

/** Why somebody's offer cannot stand beside the ones that exist, or `null`: one shift is not offered twice. */
export function swapConflict(existing: readonly ShiftSwap[], candidate: ShiftSwap): string | null {
  const { id, from, to, owner, taker } = candidate
  if (Number.isNaN(from) || Number.isNaN(to)) return `swap "${id}" has no time: give it a start and an end`
  if (from >= to) return `swap "${id}" ends at or before its start: give it an end after ${iso(from)}`
  if (taker === owner) return ownSwap(candidate)
  const other = existing.find(
    (known) => known.id !== id && known.owner === owner && overlaps(known, candidate),
  )
  if (other === undefined) return null
  return `"${owner}" already offers ${iso(other.from)} to ${iso(other.to)} in swap "${other.id}", which overlaps swap "${id}": change the time of one, or withdraw swap "${other.id}" first`
}

/** The swap as taken, or why it cannot be. */
export function takeSwap(
  swap: ShiftSwap,
  taker: string,
): { readonly ok: true; readonly swap: ShiftSwap } | { readonly ok: false; readonly reason: string } {
  if (taker === swap.owner) return { ok: false, reason: ownSwap(swap) }
  if (swap.taker !== null && swap.taker !== taker)
    return {
      ok: false,
      reason: `swap "${swap.id}" is taken by "${swap.taker}": ask them, or look for another`,
    }
  return { ok: true, swap: { ...swap, taker } }
}

function ownSwap({ id, owner }: ShiftSwap): string {
  return `swap "${id}" is "${owner}"'s own: nobody takes their own shift; withdraw the swap to keep it`
}

function iso(instant: number): string {
  return new Date(instant).toISOString()
}
