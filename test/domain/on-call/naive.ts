import { Temporal } from 'temporal-polyfill'
import type { Layer, Rotation, Schedule, Shift, WeeklyWindow } from '../../../src/domain/on-call/schedule.ts'

/*
 * Who is on call, found by walking minute by minute over the clock on the wall, without any of the code under test: a hand-off happens
 * at the first minute at which the clock shows its local time or a later one.
 */

export const minuteMs = 60_000

interface Minute {
  readonly at: number
  /** What the wall shows, as if it were UTC. */
  readonly wall: number
}

const walked = new Map<string, readonly Minute[]>()

/** Minutes with what the wall shows at them. In our days offsets change on a quarter of an hour, by whole minutes. */
export function wallClock(timeZone: string, from: number, to: number): readonly Minute[] {
  const key = `${timeZone} ${from} ${to}`
  const known = walked.get(key)
  if (known !== undefined) return known
  const minutes: Minute[] = []
  let offsetMs = 0
  for (let at = from; at < to; at += minuteMs) {
    if (at === from || at % (15 * minuteMs) === 0)
      offsetMs =
        Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).offsetNanoseconds / 1e6
    minutes.push({ at, wall: at + offsetMs })
  }
  walked.set(key, minutes)
  return minutes
}

/** The people of every minute, where the walk begins before the rotation's start. */
export function naiveRotation(rotation: Rotation, clock: readonly Minute[]): (readonly string[])[] {
  const handoffs = [...localHandoffs(rotation, (clock.at(-1)?.wall ?? 0) + 2 * 86_400_000)]
  let latest = -Infinity
  let passed = 0
  let turn = -1
  return clock.map(({ wall }) => {
    latest = Math.max(latest, wall)
    const before = passed
    while ((handoffs[passed] ?? Infinity) <= latest) passed += 1
    // However many local times were passed at once, it is one hand-off.
    if (passed > before) turn += 1
    return turn < 0 ? [] : (rotation.participants[turn % rotation.participants.length] ?? [])
  })
}

function* localHandoffs({ start, unit, length }: Rotation, until: number): Generator<number> {
  const [date = '', time = ''] = start.split('T')
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  for (let step = 0; ; step += 1) {
    const units = step * length
    const days = { hourly: 0, daily: units, weekly: 7 * units, monthly: 0 }[unit]
    const months = unit === 'monthly' ? units : 0
    const lastDay = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
    const local = Date.UTC(
      year,
      month - 1 + months,
      (months > 0 ? Math.min(day, lastDay) : day) + days,
      hour + (unit === 'hourly' ? units : 0),
      minute,
    )
    yield local
    if (local > until) return
  }
}

/** Whether a window is open at every minute: between the first minute at or after its start and the last before its end. */
export function naiveWindow(window: WeeklyWindow, clock: readonly Minute[]): boolean[] {
  const open = clock.map(() => false)
  const first = Math.floor((clock[0]?.wall ?? 0) / 86_400_000) - 1
  const last = Math.floor((clock.at(-1)?.wall ?? 0) / 86_400_000)
  for (let day = first; day <= last; day += 1) {
    if (!window.weekdays.includes(new Date(day * 86_400_000).getUTCDay() || 7)) continue
    const start = day * 86_400_000 + clockMs(window.start)
    const wraps = clockMs(window.end) <= clockMs(window.start) ? 86_400_000 : 0
    const end = day * 86_400_000 + clockMs(window.end) + wraps
    const from = clock.findIndex(({ wall }) => wall >= start)
    // It stays open until the wall shows the end for the last time, or first shows more.
    const shown = clock.findLastIndex(({ wall }) => wall === end)
    const passed = clock.findIndex(({ wall }) => wall >= end)
    const to = shown === -1 ? (passed === -1 ? clock.length : passed) : shown
    for (let at = from; from !== -1 && at < to; at += 1) open[at] = true
  }
  return open
}

function clockMs(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return (hours * 60 + minutes) * minuteMs
}

/** The people of every minute of `[from, to)`; the walk begins at `since`, before every rotation's start. */
export function naiveSchedule(schedule: Schedule, since: number, from: number, to: number): string[][] {
  const columns = schedule.layers.map((layer) => naiveLayer(layer, since, to))
  return Array.from({ length: (to - from) / minuteMs }, (_, index) => {
    const at = from + index * minuteMs
    const row = columns.map((column) => column[(at - since) / minuteMs] ?? [])
    return naivePeople(schedule, row, at)
  })
}

function naiveLayer(layer: Layer, since: number, to: number): (readonly string[])[] {
  const { turns, windows } = layer
  const zones = new Set([
    ...windows.map(({ timeZone }) => timeZone),
    turns.kind === 'rotation' ? turns.timeZone : 'UTC',
  ])
  const clocks = new Map([...zones].map((zone) => [zone, wallClock(zone, since, to)]))
  const open = windows.map((window) => naiveWindow(window, clocks.get(window.timeZone) ?? []))
  const people =
    turns.kind === 'rotation'
      ? naiveRotation(turns, clocks.get(turns.timeZone) ?? [])
      : wallClock('UTC', since, to).map(({ at }) => covering(turns.shifts, at))
  return people.map((holders, index) => {
    const at = since + index * minuteMs
    const holds = at >= (layer.from ?? -Infinity) && at < (layer.until ?? Infinity)
    return holds && (windows.length === 0 || open.some((column) => column[index])) ? holders : []
  })
}

function covering(shifts: readonly Shift[], at: number): string[] {
  return shifts.filter(({ from, to }) => from <= at && at < to).flatMap(({ people }) => people)
}

function naivePeople(schedule: Schedule, row: readonly (readonly string[])[], at: number): string[] {
  const now = (span: { from: number; to: number }) => span.from <= at && at < span.to
  const temporary = schedule.temporary.filter(now).at(-1)
  if (temporary !== undefined) return [...new Set(covering(temporary.shifts, at))].toSorted()
  let best = -Infinity
  for (const [index, { priority }] of schedule.layers.entries())
    if ((row[index] ?? []).length > 0) best = Math.max(best, priority)
  const swapped = (person: string) =>
    schedule.swaps
      .filter(now)
      .reduce((who, { owner, taker }) => (who === owner && taker !== null ? taker : who), person)
  let people = schedule.layers
    .flatMap(({ priority }, index) => (priority === best ? (row[index] ?? []) : []))
    .map(swapped)
  for (const { removed, added } of schedule.overrides.filter(now)) {
    if (removed !== null && !people.includes(removed)) continue
    people = people.filter((person) => person !== removed)
    if (added !== null) people.push(swapped(added))
  }
  return [...new Set(people)].toSorted()
}
