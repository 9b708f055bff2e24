import { Temporal } from 'temporal-polyfill'
import { firstInstantOf } from '../values/wall-clock.ts'
import type { Rotation, Shift } from './schedule.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const units = { hourly: 'hours', daily: 'days', weekly: 'weeks', monthly: 'months' } as const

/**
 * The turns that touch `[from, to)`, each from its hand-off to the next.
 *
 * Hand-offs lie on the wall clock at `start`, `start + length`, …, months clamped to their end from `start` itself. Those that
 * fall on one instant, because the clocks skipped the time between them, are one hand-off and one turn.
 * @throws RangeError when `start`, the zone or the length is none
 */
export function rotationShifts(rotation: Rotation, from: number, to: number): Shift[] {
  const { participants } = rotation
  if (participants.length === 0 || to <= from) return []
  const at = handoffsOf(rotation)
  const shifts: Shift[] = []
  // Nobody's turn before the start: a search that begins earlier begins with the first hand-off.
  let step = lastStep(rotation, Math.max(from, at(0)), at)
  let turn = turnOfStep(rotation, step, at)
  while (at(step) < to) {
    const next = nextStep(step, at)
    shifts.push({ from: at(step), to: at(next), people: participants[turn % participants.length] ?? [] })
    step = next
    turn += 1
  }
  return shifts
}

/** How many hand-offs lie before the turn that holds at the instant; `null` before the first. */
export function turnAt(rotation: Rotation, instant: number): number | null {
  const at = handoffsOf(rotation)
  return instant < at(0) ? null : turnOfStep(rotation, lastStep(rotation, instant, at), at)
}

/** The instant of a step of the wall clock from the start; several steps may share one. */
type Handoffs = (step: number) => number

function handoffsOf({ start, timeZone, unit, length }: Rotation): Handoffs {
  if (!Number.isInteger(length) || length < 1)
    throw new RangeError(`a turn of ${length} units is none: a whole number from 1 expected`)
  const first = Temporal.PlainDateTime.from(start)
  const known = new Map<number, number>()
  return (step) => {
    const instant = known.get(step) ?? firstInstantOf(first.add({ [units[unit]]: step * length }), timeZone)
    known.set(step, instant)
    return instant
  }
}

/**
 * The last step at or before an instant that is not before the first. The wall clock says about where; in a repeated hour, or at a
 * month's end, the true one is a little later.
 */
function lastStep({ start, timeZone, unit, length }: Rotation, instant: number, at: Handoffs): number {
  const wall = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).toPlainDateTime()
  const passed = Temporal.PlainDateTime.from(start).until(wall, { largestUnit: units[unit] })[units[unit]]
  let step = Math.max(0, Math.floor(passed / length))
  while (at(step + 1) <= instant) step += 1
  return step
}

/** The first step of the next hand-off, then the last one that shares its instant. */
function nextStep(step: number, at: Handoffs): number {
  let next = step + 1
  while (at(next + 1) === at(next)) next += 1
  return next
}

/**
 * A step's turn is the step less those that fell together with the one before. They can only do so where the clocks skip at
 * least a step, so the skips since the start are looked at, two a year, and not the hand-offs.
 */
function turnOfStep(rotation: Rotation, step: number, at: Handoffs): number {
  const stepMs = rotation.length * (rotation.unit === 'hourly' ? hourMs : dayMs)
  // No zone ever skipped more than a day.
  if (stepMs > dayMs || rotation.unit === 'weekly' || rotation.unit === 'monthly') return step
  const origin = wallMs(Temporal.PlainDateTime.from(rotation.start))
  return (
    step -
    skipsBetween(rotation.timeZone, at(0), at(step)).reduce((sum, skip) => {
      const first = Math.max(0, Math.ceil((skip.before - origin) / stepMs))
      return sum + Math.max(0, Math.floor((skip.after - origin) / stepMs) - first)
    }, 0)
  )
}

/** Where the clocks went forward: what they would have shown, and what they showed. Both instants included. */
function skipsBetween(timeZone: string, from: number, to: number): { before: number; after: number }[] {
  const skips: { before: number; after: number }[] = []
  let here: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(
    from - 1,
  ).toZonedDateTimeISO(timeZone)
  for (;;) {
    const offset = here.offsetNanoseconds
    here = here.getTimeZoneTransition('next')
    if (here === null || here.epochMilliseconds > to) return skips
    const after = wallMs(here.toPlainDateTime())
    const before = after - (here.offsetNanoseconds - offset) / 1e6
    if (before < after) skips.push({ before, after })
  }
}

/** A local time as a number, to reckon with: not an instant. */
function wallMs(local: Temporal.PlainDateTime): number {
  return local.toZonedDateTime('UTC').epochMilliseconds
}
