import type { ScheduleChange } from './changes.ts'
import { withChanges } from './changes.ts'
import { nextHandoffs } from './coverage.ts'
import { editParticipants, type RotationLayer } from './edit-rotation.ts'
import type { Layer, Schedule } from './schedule.ts'
import { onCallAt, samePeople, segmentsBetween } from './segments.ts'

const dayMs = 86_400_000
/** A shift that lasts longer than that is as good as one without an end. */
const longestShiftMs = 400 * dayMs
/** How far it is looked whether what is offered is the edit from the hand-off on. */
const lookedAtMs = 60 * dayMs

/** How an edited schedule can leave the shift alone that runs. */
export interface KeptShift {
  /** `order`: the same turns in another order. `from-hand-off`: the layers as they were until the hand-off, the edited ones from then on. */
  readonly by: 'order' | 'from-hand-off'
  readonly layers: readonly Layer[]
  /** When the shift that runs ends, and who is on call then. Epoch milliseconds. */
  readonly until: number
  readonly next: readonly string[]
}

/**
 * Layers by which whoever is on call stays so until their hand-off and the edit still comes to hold. Each is tried out before it is offered.
 * @param people who the edited configuration has: somebody else cannot stay on call
 * @returns `null` when the edit changes nobody now, or nothing can be offered
 */
export function keepShift(
  before: Schedule,
  after: Schedule,
  changes: readonly ScheduleChange[],
  people: ReadonlySet<string>,
  now: number,
): KeptShift | null {
  const old = withChanges(before, changes)
  const kept = onCallAt(old, now).people
  if (kept.length === 0 || !kept.every((person) => people.has(person))) return null
  if (samePeople(kept, onCallAt(withChanges(after, changes), now).people)) return null
  const [handoff] = nextHandoffs(old, now, 1, longestShiftMs)
  if (handoff === undefined) return null
  const until = handoff.at
  const offers: readonly (readonly [KeptShift['by'], readonly Layer[]])[] = [
    ['order', reordered(before, after, now)],
    ['from-hand-off', fromHandOff(before, after, until)],
  ]
  for (const [by, layers] of offers) {
    const edited = withChanges({ ...after, layers }, changes)
    const holds = segmentsBetween(edited, now, until).every((one) => samePeople(one.people, kept))
    const isEdit = by === 'order' || sameFrom(edited, withChanges(after, changes), until)
    if (holds && isEdit) return { by, layers, until, next: onCallAt(edited, until).people }
  }
  return null
}

/** The edited rotations, each turned so that whoever has the turn keeps it. */
function reordered(before: Schedule, after: Schedule, now: number): readonly Layer[] {
  return after.layers.map((layer) => {
    const old = before.layers.find(({ name }) => name === layer.name)
    if (old === undefined || !isRotation(old) || !isRotation(layer)) return layer
    const edited = editParticipants(old, layer.turns.participants, now).at(-1)
    return edited === undefined
      ? layer
      : { ...layer, turns: { ...layer.turns, participants: edited.turns.participants } }
  })
}

function isRotation(layer: Layer): layer is RotationLayer {
  return layer.turns.kind === 'rotation'
}

function fromHandOff(before: Schedule, after: Schedule, at: number): readonly Layer[] {
  return [
    ...before.layers
      .filter(({ from }) => from === undefined || from < at)
      .map((layer) => ({ ...layer, until: Math.min(layer.until ?? at, at) })),
    ...after.layers
      .filter(({ until }) => until === undefined || until > at)
      .map((layer) => ({ ...layer, from: Math.max(layer.from ?? at, at) })),
  ]
}

function sameFrom(a: Schedule, b: Schedule, from: number): boolean {
  const [one, other] = [a, b].map((schedule) => segmentsBetween(schedule, from, from + lookedAtMs))
  return JSON.stringify(one) === JSON.stringify(other)
}
