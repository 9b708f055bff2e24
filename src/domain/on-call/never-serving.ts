import { Temporal } from 'temporal-polyfill'
import { firstInstantOf } from '../values/wall-clock.ts'
import { rotationShifts } from './rotation.ts'
import type { Layer, Rotation, Schedule } from './schedule.ts'
import { segmentsBetween } from './segments.ts'
import { cutTo } from './spans.ts'
import { openBetween } from './windows.ts'

/** People who stand in a rotation and are never on call by it. */
export interface NeverServing {
  /** Index into the layers of the schedule. */
  readonly layer: number
  readonly people: readonly string[]
  /** Their turns always fall outside the windows, or layers of higher priority hide theirs. */
  readonly why: 'outside-windows' | 'hidden'
}

const dayMs = 86_400_000
const yearMs = 366 * dayMs
/** Weekly windows and turns come round together within seven rounds; rounds of months are many years. */
const roundsOfWeeks = 7
const longestMs = 12 * yearMs
const unitMs = { hourly: dayMs / 24, daily: dayMs, weekly: 7 * dayMs, monthly: 31 * dayMs } as const

/**
 * Who never serves, looked for over a year, or until turns and windows have come round together if that is longer. Layers that end are left out:
 * they are what a rotation was before an edit. Changes that people made for a while do not count.
 */
export function neverServing(schedule: Schedule): NeverServing[] {
  const lasting = schedule.layers.flatMap((layer, index) =>
    layer.until === undefined && layer.turns.kind === 'rotation'
      ? [{ layer, index, turns: layer.turns }]
      : [],
  )
  const outside = lasting.flatMap(({ layer, index, turns }): NeverServing[] => {
    const people = outsideWindows(layer, turns)
    return people.length === 0 ? [] : [{ layer: index, people, why: 'outside-windows' }]
  })
  const told = new Set(outside.flatMap(({ people }) => people))
  return [...outside, ...hiddenIn(schedule, lasting, told)].toSorted((a, b) => a.layer - b.layer)
}

function outsideWindows(layer: Layer, turns: Rotation): string[] {
  const missing = new Set(turns.participants.flat())
  const start = startOf(layer, turns)
  const roundMs = turns.participants.length * turns.length * unitMs[turns.unit]
  const end = start + Math.min(longestMs, Math.max(yearMs, roundsOfWeeks * roundMs + 7 * dayMs))
  for (let from = start; from < end && missing.size > 0; from += yearMs) {
    const to = Math.min(end, from + yearMs)
    const served = cutTo(rotationShifts(turns, from, to), openBetween(layer.windows, from, to))
    for (const person of served.flatMap(({ people }) => people)) missing.delete(person)
  }
  return [...missing]
}

interface Lasting {
  readonly layer: Layer
  readonly index: number
  readonly turns: Rotation
}

function hiddenIn(
  schedule: Schedule,
  lasting: readonly Lasting[],
  told: ReadonlySet<string>,
): NeverServing[] {
  const from = Math.max(...lasting.map(({ layer, turns }) => startOf(layer, turns)))
  const configured = { ...schedule, overrides: [], temporary: [], swaps: [] }
  const longest = Math.max(
    ...lasting.map(({ turns }) => turns.participants.length * turns.length * unitMs[turns.unit]),
  )
  // Whoever is alone on the highest layer is never hidden, and that is what most schedules are.
  if (new Set(schedule.layers.map(({ priority }) => priority)).size < 2 || lasting.length === 0) return []
  const to = from + Math.min(3 * yearMs, Math.max(yearMs, longest))
  const serving = new Set(segmentsBetween(configured, from, to).flatMap(({ people }) => people))
  return lasting.flatMap(({ index, turns }) => {
    const people = [...new Set(turns.participants.flat())].filter(
      (one) => !serving.has(one) && !told.has(one),
    )
    return people.length === 0 ? [] : [{ layer: index, people, why: 'hidden' as const }]
  })
}

function startOf(layer: Layer, { start, timeZone }: Rotation): number {
  return Math.max(firstInstantOf(Temporal.PlainDateTime.from(start), timeZone), layer.from ?? -Infinity)
}
