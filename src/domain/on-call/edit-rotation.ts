import { turnAt } from './rotation.ts'
import type { Layer, Rotation } from './schedule.ts'

type Turn = readonly string[]

/** A layer whose turns are a rotation. */
export type RotationLayer = Layer & { readonly turns: Rotation }

/**
 * The layers that stand for a rotation whose participants are edited at an instant: the old one up to it and a new one from it, so
 * that who was on call stays what it was. Whoever is on call stays so; if they are removed, the next who is left takes over at once.
 * Hand-offs keep their times, and months their anchor: the new list is turned until the right one stands at the current turn.
 */
export function editParticipants(
  layer: RotationLayer,
  participants: readonly Turn[],
  at: number,
): RotationLayer[] {
  const { turns } = layer
  if (layer.until !== undefined && layer.until <= at) return [layer]
  const from = Math.max(at, layer.from ?? -Infinity)
  const turn = turnAt(turns, from)
  if (turn === null) return [{ ...layer, turns: { ...turns, participants } }]
  const size = participants.length
  const starts = activeAfterEdit(
    turns.participants,
    turn % Math.max(1, turns.participants.length),
    participants,
  )
  const shift = starts === null ? 0 : (((starts - turn) % size) + size) % size
  const turned = [...participants.slice(shift), ...participants.slice(0, shift)]
  const edited = { ...layer, from, turns: { ...turns, participants: turned } }
  return layer.from === from ? [edited] : [{ ...layer, until: from }, edited]
}

/**
 * Where in an edited list the one stands who is on call: the turn with the same people, else one that shares somebody; else whoever
 * newly stands in their place of an otherwise equal list; else the next of the old order that is left.
 * @returns an index of `after`, or `null` when it is empty
 */
export function activeAfterEdit(
  before: readonly Turn[],
  active: number,
  after: readonly Turn[],
): number | null {
  if (after.length === 0) return null
  const kept = placeOf(before, active, after)
  if (kept !== null) return kept
  const others =
    before.length === after.length &&
    before.every((turn, at) => at === active || sameTurn(turn, after[at] ?? []))
  if (others) return active
  for (let ahead = 1; ahead < before.length; ahead += 1) {
    const found = placeOf(before, (active + ahead) % before.length, after)
    if (found !== null) return found
  }
  return 0
}

/** Somebody may have several turns in a round: the second of the old list is the second of the new one, if it has so many. */
function placeOf(before: readonly Turn[], index: number, after: readonly Turn[]): number | null {
  const turn = before[index] ?? []
  const same = after.flatMap((candidate, at) => (sameTurn(turn, candidate) ? [at] : []))
  const earlier = before.slice(0, index).filter((candidate) => sameTurn(turn, candidate)).length
  const shared = after.findIndex((candidate) => candidate.some((person) => turn.includes(person)))
  return same[Math.min(earlier, same.length - 1)] ?? (shared === -1 ? null : shared)
}

function sameTurn(a: Turn, b: Turn): boolean {
  return a.length === b.length && a.every((person) => b.includes(person))
}
