import fc from 'fast-check'
import type { Layer, Rotation, Schedule, Shift, WeeklyWindow } from '../../../src/domain/on-call/schedule.ts'
import { minuteMs } from './naive.ts'

/** A few days around a change of the clocks, so that nearly every example meets one. */
export const changes = fc.constantFrom(
  { timeZone: 'America/New_York', at: '2026-03-08T07:00Z' },
  { timeZone: 'America/New_York', at: '2026-11-01T06:00Z' },
  { timeZone: 'Europe/London', at: '2026-03-29T01:00Z' },
  { timeZone: 'Europe/London', at: '2026-10-25T01:00Z' },
  { timeZone: 'Australia/Lord_Howe', at: '2026-04-04T15:00Z' },
  { timeZone: 'Australia/Lord_Howe', at: '2026-10-03T15:30Z' },
  { timeZone: 'Pacific/Apia', at: '2011-12-30T10:00Z' },
  { timeZone: 'Pacific/Apia', at: '2020-04-04T14:00Z' },
  { timeZone: 'Africa/Cairo', at: '2026-04-23T22:00Z' },
  { timeZone: 'Africa/Cairo', at: '2014-05-15T22:00Z' },
  { timeZone: 'America/Santiago', at: '2026-04-05T03:00Z' },
  { timeZone: 'America/Santiago', at: '2026-09-06T04:00Z' },
  { timeZone: 'Asia/Kolkata', at: '2026-06-01T00:00Z' },
  { timeZone: 'Asia/Almaty', at: '2024-02-29T18:00Z' },
)

export const people = fc.constantFrom('ana', 'ben', 'cy', 'di')
const turn = fc.oneof(
  { weight: 8, arbitrary: people.map((person) => [person]) },
  { weight: 1, arbitrary: fc.uniqueArray(people, { maxLength: 2 }) },
)
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)

const units = fc.oneof(
  fc.record({ unit: fc.constant('hourly' as const), length: fc.constantFrom(1, 2, 6, 8, 12, 24, 36) }),
  fc.record({ unit: fc.constant('daily' as const), length: fc.constantFrom(1, 2, 10) }),
  fc.record({ unit: fc.constant('weekly' as const), length: fc.constantFrom(1, 2) }),
  fc.record({ unit: fc.constant('monthly' as const), length: fc.constantFrom(1, 2) }),
)

/** Starts up to `days` before an instant. */
export function rotations(timeZone: string, before: number, days: number): fc.Arbitrary<Rotation> {
  return fc
    .tuple(units, fc.integer({ min: 0, max: days }), clock, fc.array(turn, { minLength: 1, maxLength: 4 }))
    .map(([unit, back, time, participants]) => ({
      kind: 'rotation',
      timeZone,
      start: `${new Date(before - back * 86_400_000).toISOString().slice(0, 10)}T${time}`,
      ...unit,
      participants,
    }))
}

export function windows(timeZone: string): fc.Arbitrary<WeeklyWindow> {
  const weekdays = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 })
  return fc.record({ timeZone: fc.constant(timeZone), weekdays, start: clock, end: clock })
}

export function spansIn(from: number, to: number): fc.Arbitrary<{ from: number; to: number }> {
  const minutes = (to - from) / minuteMs
  return fc
    .tuple(fc.integer({ min: 0, max: minutes - 1 }), fc.integer({ min: 1, max: minutes }))
    .map(([start, length]) => ({ from: from + start * minuteMs, to: from + (start + length) * minuteMs }))
}

export function shiftsIn(from: number, to: number): fc.Arbitrary<Shift> {
  return fc.tuple(spansIn(from, to), turn).map(([span, holders]) => ({ ...span, people: holders }))
}

/** Rotations in the zone, windows in it and in others, and everything that can go over them within `[from, to)`. */
export function schedules(timeZone: string, from: number, to: number): fc.Arbitrary<Schedule> {
  const zones = fc.constantFrom(timeZone, 'UTC', 'Asia/Kolkata')
  const bound = fc.option(fc.integer({ min: 0, max: (to - from) / minuteMs }), { nil: undefined, freq: 4 })
  const layer: fc.Arbitrary<Layer> = fc
    .record({
      name: fc.constantFrom('primary', 'nights', 'backup'),
      priority: fc.integer({ min: 0, max: 2 }),
      turns: fc.oneof(
        { weight: 3, arbitrary: rotations(timeZone, from, 3) },
        fc.record({
          kind: fc.constant('shifts' as const),
          shifts: fc.array(shiftsIn(from, to), { maxLength: 3 }),
        }),
      ),
      windows: fc.array(zones.chain(windows), { maxLength: 2 }),
      from: bound,
      until: bound,
    })
    .map(({ from: since, until, ...rest }) => ({
      ...rest,
      ...(since === undefined ? {} : { from: from + since * minuteMs }),
      ...(until === undefined ? {} : { until: from + until * minuteMs }),
    }))
  const id = fc.string({ minLength: 1, maxLength: 3 })
  const maybe = fc.option(people, { nil: null })
  const over = <T>(record: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    fc.array(
      fc.tuple(spansIn(from, to), fc.record(record)).map(([span, rest]) => ({ ...span, ...rest })),
      {
        maxLength: 2,
      },
    )
  return fc.record({
    name: fc.constant('feed'),
    title: fc.constant('Feed'),
    timeZone: fc.constant(timeZone),
    layers: fc.array(layer, { minLength: 1, maxLength: 3 }),
    overrides: over({ id, removed: maybe, added: maybe }),
    temporary: fc.option(over({ id, shifts: fc.array(shiftsIn(from, to), { maxLength: 2 }) }), {
      freq: 2,
      nil: [],
    }),
    swaps: over({ id, owner: people, taker: maybe }),
  })
}
