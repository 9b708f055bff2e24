import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { rotationShifts, turnAt } from '../../../src/domain/on-call/rotation.ts'
import type { Rotation } from '../../../src/domain/on-call/schedule.ts'
import { firstInstantOf } from '../../../src/domain/values/wall-clock.ts'

const hourMs = 3_600_000
const iso = (at: number) => new Date(at).toISOString().replace(':00.000Z', 'Z')

function rotation(over: Partial<Rotation>): Rotation {
  return {
    kind: 'rotation',
    timeZone: 'America/New_York',
    start: '2026-03-07T09:00',
    unit: 'daily',
    length: 1,
    participants: [['ana'], ['ben'], ['cy']],
    ...over,
  }
}

/** `ana 2026-03-07T14:00Z`, one line for each turn. */
function turns(of: Rotation, from: string, to: string): string[] {
  return rotationShifts(of, Date.parse(from), Date.parse(to)).map(
    ({ from: at, people }) => `${people.join('+') || 'nobody'} ${iso(at)}`,
  )
}

describe('a rotation', () => {
  it.each([
    {
      name: 'gives no turn to an hour that the clocks skip',
      of: rotation({ unit: 'hourly', start: '2026-03-08T00:00' }),
      from: '2026-03-08T05:00Z',
      to: '2026-03-08T09:00Z',
      turns: [
        'ana 2026-03-08T05:00Z',
        'ben 2026-03-08T06:00Z',
        'cy 2026-03-08T07:00Z',
        'ana 2026-03-08T08:00Z',
      ],
    },
    {
      name: 'gives a repeated hour to the turn that had it first',
      of: rotation({ unit: 'hourly', start: '2026-11-01T00:00' }),
      from: '2026-11-01T04:00Z',
      to: '2026-11-01T08:00Z',
      turns: ['ana 2026-11-01T04:00Z', 'ben 2026-11-01T05:00Z', 'cy 2026-11-01T07:00Z'],
    },
    {
      name: 'keeps day and night apart over a change of the clocks',
      of: rotation({
        unit: 'hourly',
        length: 12,
        start: '2026-03-07T08:00',
        participants: [['day'], ['night']],
      }),
      from: '2026-03-08T00:00Z',
      to: '2026-03-09T13:00Z',
      turns: [
        'day 2026-03-07T13:00Z',
        'night 2026-03-08T01:00Z',
        'day 2026-03-08T12:00Z',
        'night 2026-03-09T00:00Z',
        'day 2026-03-09T12:00Z',
      ],
    },
    {
      name: 'hands over once for a midnight that falls on the end of a skipped day',
      of: rotation({ timeZone: 'Pacific/Apia', start: '2011-12-29T00:00' }),
      from: '2011-12-29T10:00Z',
      to: '2011-12-31T11:00Z',
      turns: ['ana 2011-12-29T10:00Z', 'ben 2011-12-30T10:00Z', 'cy 2011-12-31T10:00Z'],
    },
    {
      name: 'clamps months to their end from the start itself',
      of: rotation({ timeZone: 'UTC', unit: 'monthly', start: '2026-01-31T09:00' }),
      from: '2026-02-27T00:00Z',
      to: '2026-05-01T00:00Z',
      turns: [
        'ana 2026-01-31T09:00Z',
        'ben 2026-02-28T09:00Z',
        'cy 2026-03-31T09:00Z',
        'ana 2026-04-30T09:00Z',
      ],
    },
    {
      name: 'has turns of ten days',
      of: rotation({ timeZone: 'UTC', length: 10 }),
      from: '2026-03-20T00:00Z',
      to: '2026-03-28T00:00Z',
      turns: ['ben 2026-03-17T09:00Z', 'cy 2026-03-27T09:00Z'],
    },
    {
      name: 'may have several people, or nobody, in a turn',
      of: rotation({ timeZone: 'UTC', participants: [['ana', 'ben'], []] }),
      from: '2026-03-07T09:00Z',
      to: '2026-03-09T09:00Z',
      turns: ['ana+ben 2026-03-07T09:00Z', 'nobody 2026-03-08T09:00Z'],
    },
    {
      name: 'has nobody before its start',
      of: rotation({}),
      from: '2026-03-01T00:00Z',
      to: '2026-03-07T14:00Z',
      turns: [],
    },
    {
      name: 'without participants has no turns',
      of: rotation({ participants: [] }),
      from: '2026-03-07T00:00Z',
      to: '2026-03-09T00:00Z',
      turns: [],
    },
  ])('$name', ({ of, from, to, turns: expected }) => {
    expect(turns(of, from, to)).toEqual(expected)
  })

  it.each([
    [rotation({ length: 0 }), 'whole number from 1'],
    [rotation({ length: 1.5 }), 'whole number from 1'],
    [rotation({ start: 'monday' }), 'monday'],
    [rotation({ timeZone: 'Mars/Base' }), 'time zone'],
  ])('is refused when it cannot be reckoned with (%#)', (wrong, reason) => {
    expect(() => turnAt(wrong, 0)).toThrow(RangeError)
    expect(() => turnAt(wrong, 0)).toThrow(reason)
  })

  it('knows the turn after decades as if every hand-off had been counted', () => {
    const zones = [
      'America/New_York',
      'Africa/Cairo',
      'Africa/Casablanca',
      'Pacific/Apia',
      'Australia/Lord_Howe',
      'America/Santiago',
      'Asia/Almaty',
      'Asia/Kolkata',
      'UTC',
    ]
    const starts = fc.tuple(
      fc.integer({ min: 2000, max: 2025 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 31 }),
      fc.integer({ min: 0, max: 23 }),
    )
    const units = fc.constantFrom<Pick<Rotation, 'unit' | 'length'>[]>(
      { unit: 'hourly', length: 1 },
      { unit: 'hourly', length: 12 },
      { unit: 'daily', length: 1 },
      { unit: 'weekly', length: 1 },
      { unit: 'monthly', length: 1 },
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        starts,
        units,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (timeZone, [year, month, day, hour], unit, part) => {
          const start = Temporal.PlainDateTime.from({ year, month, day, hour })
          const from = firstInstantOf(start, timeZone)
          const span = { hourly: 400, daily: 3_000, weekly: 9_000, monthly: 9_000 }[unit.unit] * 24 * hourMs
          const at = from + Math.floor(part * span)
          expect(turnAt(rotation({ timeZone, start: start.toString(), ...unit }), at)).toBe(
            counted(start, timeZone, unit, at),
          )
        },
      ),
      { numRuns: 40 },
    )
  })

  it('is found after centuries without walking through them', () => {
    const old = rotation({ unit: 'hourly', start: '1826-01-01T00:00' })
    expect(
      rotationShifts(old, Date.parse('2026-06-01T00:00Z'), Date.parse('2026-06-02T00:00Z')),
    ).toHaveLength(24)
  })
})

/** Distinct instants of the hand-offs up to one, less the first. */
function counted(
  start: Temporal.PlainDateTime,
  timeZone: string,
  { unit, length }: Pick<Rotation, 'unit' | 'length'>,
  at: number,
): number {
  const instants = new Set<number>()
  const field = { hourly: 'hours', daily: 'days', weekly: 'weeks', monthly: 'months' }[unit]
  for (let step = 0; ; step += 1) {
    const instant = firstInstantOf(start.add({ [field]: step * length }), timeZone)
    if (instant > at) return instants.size - 1
    instants.add(instant)
  }
}
