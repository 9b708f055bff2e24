import { rotationShifts } from './rotation.ts'
import type { Layer, Override, Schedule, ShiftSwap, Shift, Span } from './schedule.ts'
import { contains, cutTo, overlaps } from './spans.ts'
import { openBetween } from './windows.ts'

/** What comes of a schedule between two changes: `people` sorted, none of them twice. */
export type Segment = Shift

export interface OnCall {
  readonly people: readonly string[]
  /** What put them there: `layer "primary", override "o1"`. For nobody: `nobody on call`. */
  readonly reason: string
}

export const nobodyOnCall = 'nobody on call'

/**
 * Who is on call at an instant. A temporary schedule counts alone. Otherwise the highest layers that have somebody; a taken swap stands
 * in for its owner, be it a layer or an override that puts the owner on call; and overrides change who then is on call.
 */
export function onCallAt(schedule: Schedule, instant: number): OnCall {
  const pieces = layerPieces(schedule, instant, instant + 1)
  const { people, sources } = holdersAt(schedule, instant, pieces)
  return { people, reason: people.length === 0 ? nobodyOnCall : sources.join(', ') }
}

/**
 * The whole of `[from, to)` in segments with the same people, those with nobody too. Neighbours differ, or a window opens anew between them.
 */
export function segmentsBetween(schedule: Schedule, from: number, to: number): Segment[] {
  return stretchesBetween(schedule, from, to).map((stretch) => ({
    from: stretch.from,
    to: stretch.to,
    people: stretch.people,
  }))
}

/** A segment, and who of its people begins a shift of their own with it although they were on call before. */
export interface Stretch extends Segment {
  readonly beginning: readonly string[]
}

/** As `segmentsBetween`. */
export function stretchesBetween(schedule: Schedule, from: number, to: number): Stretch[] {
  const pieces = layerPieces(schedule, from, to).toSorted((a, b) => a.from - b.from)
  const cuts = cutsOf(schedule, pieces, { from, to })
  const segments: Stretch[] = []
  let active: Piece[] = []
  let coming = 0
  for (const [at, cut] of cuts.entries()) {
    const end = cuts[at + 1]
    if (end === undefined) break
    active = active.filter((piece) => piece.to > cut)
    for (let next = pieces[coming]; next !== undefined && next.from <= cut; next = pieces[coming]) {
      active.push(next)
      coming += 1
    }
    const { people, beginning } = holdersAt(schedule, cut, active)
    const last = segments.at(-1)
    if (last !== undefined && samePeople(last.people, people) && beginning.length === 0)
      segments[segments.length - 1] = { ...last, to: end }
    else segments.push({ from: cut, to: end, people, beginning })
  }
  return segments
}

export function samePeople(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((person, at) => person === b[at])
}

interface Piece extends Shift {
  readonly layer: string
  readonly priority: number
  /** It begins as an entry of its own: an opening of a window, or a listed shift. A hand-off to the same people is none. */
  readonly begins: boolean
}

function layerPieces({ layers }: Schedule, from: number, to: number): Piece[] {
  return layers.flatMap((layer) =>
    layerShifts(layer, from, to).map((shift) => ({ ...shift, layer: layer.name, priority: layer.priority })),
  )
}

/** Who a layer has in turn inside its windows and bounds, cut to `[from, to)` and sorted. */
function layerShifts(
  { turns, windows, ...bounds }: Layer,
  from: number,
  to: number,
): (Shift & { readonly begins: boolean })[] {
  const within = { from: Math.max(from, bounds.from ?? from), to: Math.min(to, bounds.until ?? to) }
  if (within.to <= within.from) return []
  const shifts =
    turns.kind === 'rotation'
      ? rotationShifts(turns, within.from, within.to)
      : turns.shifts.filter((shift) => overlaps(shift, within)).toSorted((a, b) => a.from - b.from)
  const openings = openBetween(windows, within.from, within.to)
  const entries = [...(windows.length === 0 ? [] : openings), ...(turns.kind === 'shifts' ? shifts : [])]
  const begins = new Set(entries.map((entry) => entry.from))
  return cutTo(cutTo(shifts, [within]), openings).map((shift) => ({
    ...shift,
    begins: begins.has(shift.from),
  }))
}

function cutsOf(schedule: Schedule, pieces: readonly Piece[], { from, to }: Span): number[] {
  const { overrides, temporary, swaps } = schedule
  const spans: Span[] = [
    ...pieces,
    ...overrides,
    ...swaps,
    ...temporary,
    ...temporary.flatMap((t) => t.shifts),
  ]
  const inside = spans.flatMap((span) => [span.from, span.to]).filter((cut) => from < cut && cut < to)
  return from < to ? [...new Set([from, ...inside, to])].toSorted((a, b) => a - b) : []
}

interface Holders {
  readonly people: readonly string[]
  readonly sources: readonly string[]
  /** Of the people, whose every entry begins at this instant. */
  readonly beginning: readonly string[]
}

function holdersAt(schedule: Schedule, instant: number, pieces: readonly Piece[]): Holders {
  // Of two that overlap, which `insertTemporary` never leaves, the one that was added last.
  const temporary = schedule.temporary.findLast((candidate) => contains(candidate, instant))
  if (temporary !== undefined) {
    const people = temporary.shifts
      .filter((shift) => contains(shift, instant))
      .flatMap((shift) => shift.people)
    return { people: sorted(people), sources: [`temporary schedule "${temporary.id}"`], beginning: [] }
  }
  const staffed = pieces.filter((piece) => piece.people.length > 0 && contains(piece, instant))
  const highest = Math.max(...staffed.map(({ priority }) => priority))
  const holding = staffed.filter(({ priority }) => priority === highest)
  const swaps = schedule.swaps.filter((swap) => contains(swap, instant))
  const overrides = schedule.overrides.filter((override) => contains(override, instant))
  return withOverrides(
    {
      people: holding.flatMap(({ people }) => people),
      sources: holding.map(({ layer }) => `layer "${layer}"`),
      beginning: beginningAt(instant, holding),
    },
    swaps,
    overrides,
  )
}

function beginningAt(instant: number, holding: readonly Piece[]): string[] {
  const stayed = new Set(
    holding.filter(({ from, begins }) => from < instant || !begins).flatMap(({ people }) => people),
  )
  return holding.flatMap(({ people }) => people).filter((person) => !stayed.has(person))
}

function withOverrides(base: Holders, swaps: readonly ShiftSwap[], overrides: readonly Override[]): Holders {
  const sources = new Set(base.sources)
  const standIn = (person: string) =>
    swaps.reduce((holder, { id, owner, taker }) => {
      if (holder !== owner || taker === null) return holder
      sources.add(`swap "${id}"`)
      return taker
    }, person)
  const people = new Set(base.people.map(standIn))
  for (const { id, removed, added } of overrides) {
    if (removed !== null && !people.delete(removed)) continue
    if (added !== null) people.add(standIn(added))
    sources.add(`override "${id}"`)
  }
  const beginning = base.beginning.map(standIn).filter((person) => people.has(person))
  return { people: sorted([...people]), sources: [...sources], beginning: sorted(beginning) }
}

function sorted(people: readonly string[]): string[] {
  return [...new Set(people)].toSorted()
}
