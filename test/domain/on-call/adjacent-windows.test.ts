import { describe, expect, it } from 'vitest'
import { gapsBetween, nextHandoffs, shiftsOf } from '../../../src/domain/on-call/coverage.ts'
import type { Layer, Schedule, WeeklyWindow } from '../../../src/domain/on-call/schedule.ts'
import { diffSchedules } from '../../../src/domain/on-call/schedule-diff.ts'
import { segmentsBetween } from '../../../src/domain/on-call/segments.ts'
import { openBetween } from '../../../src/domain/on-call/windows.ts'
import { scheduleCalendar } from '../../../src/ical/write.ts'

const hour = 3_600_000
const day = 24 * hour
const berlin = 'Europe/Berlin'
const at = (text: string) => Date.parse(text)
const hours = (spans: readonly { from: number; to: number }[]) =>
  spans.map(({ from, to }) => (to - from) / hour)

const workdays: WeeklyWindow = { timeZone: berlin, weekdays: [1, 2, 3, 4, 5], start: '08:00', end: '08:00' }

function layerOf(people: string[], windows: readonly WeeklyWindow[], more: Partial<Layer> = {}): Layer {
  const turns = {
    kind: 'rotation',
    timeZone: berlin,
    start: '2026-01-05T08:00',
    unit: 'weekly',
    length: 1,
    participants: people.map((person) => [person]),
  } as const
  return { name: people.join(), priority: 0, turns, windows, ...more }
}

const schedule = (...layers: Layer[]): Schedule => ({
  name: 's',
  title: 'S',
  timeZone: berlin,
  layers,
  overrides: [],
  temporary: [],
  swaps: [],
})

/** Monday 8 June 2026, 00:00 in Berlin, and the Monday behind it. */
const week = [at('2026-06-07T22:00:00Z'), at('2026-06-14T22:00:00Z')] as const

describe('N24 windows that meet', () => {
  const alone = schedule(layerOf(['ana'], [workdays]))

  it('open once for each day, also where somebody holds them all', () => {
    const from = at('2026-06-08T06:00:00Z')
    const wanted = [0, 1, 2, 3, 4].map((days) => ({ from: from + days * day, to: from + (days + 1) * day }))
    expect(openBetween([workdays], ...week)).toEqual(wanted)
    expect(shiftsOf(alone, ...week).get('ana')).toEqual(wanted)
    expect(segmentsBetween(alone, ...week).filter(({ people }) => people.length > 0)).toEqual(
      wanted.map((span) => ({ ...span, people: ['ana'] })),
    )
    expect(gapsBetween(alone, ...week)).toHaveLength(2)
  })

  it('are five events of a calendar, and a hand-off each', () => {
    const text = scheduleCalendar(alone, { from: week[0], to: week[1], writtenAt: week[0] })
    expect(text.match(/^BEGIN:VEVENT/gm)).toHaveLength(5)
    expect(
      nextHandoffs(alone, week[0], 6, 7 * day).map(({ before, after }) => [before.join(), after.join()]),
    ).toEqual([
      ['', 'ana'],
      ['ana', 'ana'],
      ['ana', 'ana'],
      ['ana', 'ana'],
      ['ana', 'ana'],
      ['ana', ''],
    ])
  })

  it.each([
    ['2026-03-27', [24, 24, 23, 24]],
    ['2026-10-23', [24, 24, 25, 24]],
  ])('last a day on the clock, from %s on', (date, lengths) => {
    const daily = { ...workdays, weekdays: [1, 2, 3, 4, 5, 6, 7], start: '12:00', end: '12:00' }
    const from = at(`${date}T12:00:00+0${date < '2026-06' ? 1 : 2}:00`)
    const opened = openBetween([daily], from, from + 4 * day - 2 * hour)
    // From noon on Friday: Saturday's window has the night in which the clocks change.
    expect(hours(opened)).toEqual([lengths[0], lengths[2], lengths[3], lengths[1]])
  })

  it('that end in an hour that occurs twice do not overlap', () => {
    const early = { ...workdays, weekdays: [1, 2, 3, 4, 5, 6, 7], start: '02:00', end: '02:00' }
    const opened = openBetween([early], at('2026-10-23T12:00:00Z'), at('2026-10-27T12:00:00Z'))
    for (const [index, { from }] of opened.entries()) expect(opened[index - 1]?.to ?? from).toBe(from)
    expect(Math.max(...hours(opened))).toBe(25)
  })

  it('are one where they overlap, and separate entries of several windows stay so', () => {
    const morning = { ...workdays, weekdays: [1], end: '16:00' }
    const evening = { ...workdays, weekdays: [1], start: '16:00', end: '22:00' }
    const late = { ...workdays, weekdays: [1], start: '15:00', end: '22:00' }
    expect(hours(openBetween([morning, evening], ...week))).toEqual([8, 6])
    expect(hours(openBetween([morning, late], ...week))).toEqual([14])
    expect(hours(shiftsOf(schedule(layerOf(['ana'], [evening, morning])), ...week).get('ana') ?? [])).toEqual(
      [8, 6],
    )
  })

  it('divide the shifts of whoever holds them, and of nobody else', () => {
    const both = schedule(layerOf(['ana'], [workdays]), layerOf(['ben'], []))
    expect(hours(shiftsOf(both, ...week).get('ana') ?? [])).toEqual([24, 24, 24, 24, 24])
    expect(hours(shiftsOf(both, ...week).get('ben') ?? [])).toEqual([7 * 24])
    const twice = schedule(layerOf(['ana'], [workdays]), layerOf(['ana'], [], { name: 'always' }))
    expect(hours(shiftsOf(twice, ...week).get('ana') ?? [])).toEqual([7 * 24])
    const hidden = schedule(layerOf(['ana'], [workdays]), layerOf(['ben'], [], { priority: 1 }))
    expect(segmentsBetween(hidden, ...week)).toEqual([{ from: week[0], to: week[1], people: ['ben'] }])
  })

  it('a hand-off inside a window is where it is, and one to oneself is none', () => {
    const daily = layerOf(['ana', 'ben'], [workdays])
    const turns = { ...daily.turns, unit: 'daily', start: '2026-01-05T20:00' } as Layer['turns']
    expect(hours(segmentsBetween(schedule({ ...daily, turns }), ...week).slice(1, -1))).toEqual(
      Array.from({ length: 10 }, () => 12),
    )
    const own = layerOf(['ana'], [workdays])
    const ownTurns = { ...own.turns, unit: 'daily', start: '2026-01-05T20:00' } as Layer['turns']
    expect(hours(shiftsOf(schedule({ ...own, turns: ownTurns }), ...week).get('ana') ?? [])).toEqual([
      24, 24, 24, 24, 24,
    ])
  })

  it('change an override, and a swap goes along with what it takes', () => {
    const span = { from: week[0], to: week[1] }
    const replaced = { ...alone, overrides: [{ ...span, id: 'o', removed: 'ana', added: 'ben' }] }
    expect(hours(shiftsOf(replaced, ...week).get('ben') ?? [])).toEqual([120])
    const swapped = { ...alone, swaps: [{ ...span, id: 'x', owner: 'ana', taker: 'ben' }] }
    expect(hours(shiftsOf(swapped, ...week).get('ben') ?? [])).toEqual([24, 24, 24, 24, 24])
  })

  it('are one change of an edit', () => {
    const edited = schedule(layerOf(['ben'], [workdays]))
    expect(hours(diffSchedules(alone, edited, ...week).changes)).toEqual([120])
  })
})
