import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadsOf } from '../../../src/domain/on-call/fairness.ts'
import { neverServing } from '../../../src/domain/on-call/never-serving.ts'
import type { Layer, Rotation, Schedule, WeeklyWindow } from '../../../src/domain/on-call/schedule.ts'
import { segmentsBetween } from '../../../src/domain/on-call/segments.ts'
import { schedules } from './arbitraries.ts'

const hourMs = 3_600_000
const zone = 'Europe/Berlin'
const workdays: WeeklyWindow = { timeZone: zone, weekdays: [1, 2, 3, 4, 5], start: '09:00', end: '17:00' }

function rotation(unit: Rotation['unit'], length: number, size: number): Rotation {
  const participants = Array.from({ length: size }, (_, at) => [`p${at}`])
  return { kind: 'rotation', timeZone: zone, start: '2026-01-05T09:00', unit, length, participants }
}

function schedule(...layers: readonly Partial<Layer>[]): Schedule {
  return {
    name: 's',
    title: 'S',
    timeZone: zone,
    layers: layers.map((layer, at) => ({
      name: `l${at}`,
      priority: 0,
      windows: [],
      turns: rotation('daily', 1, 7),
      ...layer,
    })),
    overrides: [],
    temporary: [],
    swaps: [],
  }
}

describe('N42: turns that never come', () => {
  it.each([
    [
      'daily turns of seven on workdays',
      { turns: rotation('daily', 1, 7), windows: [workdays] },
      ['p5', 'p6'],
    ],
    [
      'daily turns of fourteen on workdays',
      { turns: rotation('daily', 1, 14), windows: [workdays] },
      ['p5', 'p6', 'p12', 'p13'],
    ],
    ['turns of twelve hours by day', { turns: rotation('hourly', 12, 2), windows: [workdays] }, ['p1']],
    ['turns of eight hours by day', { turns: rotation('hourly', 8, 3), windows: [workdays] }, ['p1', 'p2']],
    [
      'half weeks of two',
      { turns: rotation('hourly', 84, 2), windows: [{ ...workdays, weekdays: [1] }] },
      ['p1'],
    ],
    ['daily turns of six', { turns: rotation('daily', 1, 6), windows: [workdays] }, []],
    ['daily turns of eight', { turns: rotation('daily', 1, 8), windows: [workdays] }, []],
    ['weekly turns of seven', { turns: rotation('weekly', 1, 7), windows: [workdays] }, []],
    [
      'weekly turns of sixty, more than a year',
      { turns: rotation('weekly', 1, 60), windows: [workdays] },
      [],
    ],
    ['monthly turns of fifteen', { turns: rotation('monthly', 1, 15), windows: [workdays] }, []],
    ['daily turns of seven at any time', { turns: rotation('daily', 1, 7) }, []],
    ['a layer that ends', { windows: [workdays], until: Date.parse('2027-01-01') }, []],
  ] as const)('%s', (_, layer, people) => {
    const found = neverServing(schedule(layer))
    expect(found).toEqual(people.length === 0 ? [] : [{ layer: 0, people, why: 'outside-windows' }])
  })

  it('finds those whom a higher layer always hides', () => {
    const turns: Rotation = { ...rotation('weekly', 1, 1), participants: [['zoe'], ['p1']] }
    expect(neverServing(schedule({ priority: 1 }, { turns }))).toEqual([
      { layer: 1, people: ['zoe'], why: 'hidden' },
    ])
    expect(
      neverServing(
        schedule({ priority: 1, windows: [workdays], turns: rotation('weekly', 1, 2) }, { turns }),
      ),
    ).toEqual([])
  })

  it('says of nobody who serves that they never do', () => {
    fc.assert(
      fc.property(schedules(zone, Date.parse('2026-01-01'), Date.parse('2026-06-01')), (any) => {
        const configured = { ...any, overrides: [], temporary: [], swaps: [] }
        // Who served only before a later layer began does not serve any more.
        const begun = any.layers.flatMap(({ from: since }) => since ?? [])
        const from = Math.max(Date.parse('2026-01-01'), ...begun)
        const serving = segmentsBetween(configured, from, from + 60 * 24 * hourMs).flatMap(
          ({ people }) => people,
        )
        for (const { people, layer } of neverServing(any)) {
          const alone = { ...configured, layers: any.layers.slice(layer, layer + 1) }
          const own = segmentsBetween(alone, from, from + 60 * 24 * hourMs).flatMap((one) => one.people)
          for (const person of people) expect(own.includes(person) && serving.includes(person)).toBe(false)
        }
      }),
      { numRuns: 30 },
    )
  })
})

describe('N42: fairness', () => {
  const year = { from: Date.parse('2026-01-05T09:00+01:00'), to: Date.parse('2027-01-05T09:00+01:00') }
  const measure = { ...year, zoneOf: () => zone, calendars: [] }

  it('counts hours, nights and weekends', () => {
    const week = { ...measure, to: Date.parse('2026-01-12T09:00+01:00') }
    expect(loadsOf(schedule({ turns: rotation('weekly', 1, 2) }), week)).toEqual([
      {
        person: 'p0',
        shifts: 1,
        totalMs: 168 * hourMs,
        nights: 7,
        nightMs: 56 * hourMs,
        weekends: 1,
        weekendMs: 48 * hourMs,
        holidays: 0,
        holidayMs: 0,
      },
      {
        person: 'p1',
        shifts: 0,
        totalMs: 0,
        nights: 0,
        nightMs: 0,
        weekends: 0,
        weekendMs: 0,
        holidays: 0,
        holidayMs: 0,
      },
    ])
  })

  it('counts nights and weekends in the zone of each person', () => {
    const days = schedule({
      turns: rotation('daily', 1, 1),
      windows: [{ ...workdays, start: '06:00', end: '22:00' }],
    })
    expect(loadsOf(days, measure)[0]).toMatchObject({ nights: 0, nightMs: 0, weekends: 0 })
    const tokyo = loadsOf(days, { ...measure, zoneOf: () => 'Asia/Tokyo' })[0]
    expect(tokyo?.nights).toBeGreaterThan(200)
    expect(tokyo?.weekends).toBeGreaterThan(50)
  })

  it('counts the holidays of the calendars of the person’s zone', () => {
    const calendar = { timeZone: zone, windows: [], holidays: ['2026-12-25', '2026-12-26', '2028-01-01'] }
    const abroad = { timeZone: 'Asia/Tokyo', windows: [], holidays: ['2026-05-05'] }
    const [load] = loadsOf(schedule({ turns: rotation('weekly', 1, 1) }), {
      ...measure,
      calendars: [calendar, calendar, abroad],
    })
    expect(load).toMatchObject({ holidays: 2, holidayMs: 48 * hourMs })
  })

  it('has all hours of everybody', () => {
    fc.assert(
      fc.property(schedules(zone, Date.parse('2026-01-01'), Date.parse('2026-06-01')), (any) => {
        const from = Date.parse('2026-03-01')
        const span = { from, to: from + 40 * 24 * hourMs }
        const loads = loadsOf(any, { ...measure, ...span })
        const total = segmentsBetween(any, span.from, span.to).reduce(
          (sum, one) => sum + (one.to - one.from) * one.people.length,
          0,
        )
        const inside = segmentsBetween(any, span.from, span.to).length
        expect(loads.reduce((sum, { totalMs }) => sum + totalMs, 0)).toBe(total)
        for (const load of loads) {
          expect(load.nightMs).toBeLessThanOrEqual(load.totalMs)
          expect(load.weekendMs).toBeLessThanOrEqual(load.totalMs)
          expect(load.shifts).toBeLessThanOrEqual(inside + 1_000)
        }
      }),
      { numRuns: 30 },
    )
  })
})
