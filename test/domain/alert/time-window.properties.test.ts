import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  insideUntil,
  isInside,
  type Range,
  type TimeInterval,
} from '../../../src/domain/alert/time-window.ts'
import { changes } from '../on-call/arbitraries.ts'
import { minuteMs, wallClock } from '../on-call/naive.ts'

const dayMs = 86_400_000

describe('time windows near a change of the clocks', () => {
  it('hold minute by minute by what the wall shows, and end at the first minute outside', () => {
    fc.assert(
      fc.property(examples, ({ window, at, since, to }) => {
        const inside = naiveWindow(window, since, to)
        const place = Math.floor((at - since) / minuteMs)
        for (let near = place - 45; near <= place + 45; near += 1)
          expect(isInside(window, since + near * minuteMs)).toBe(inside[near])

        const end = inside.indexOf(false, place)
        const until = insideUntil(window, at)
        if (end === place) expect(until).toBeNull()
        else if (end !== -1) expect(until).toBe(since + end * minuteMs)
        else expect(until ?? Infinity).toBeGreaterThanOrEqual(to)
      }),
      { numRuns: 200 },
    )
  })
})

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '15', '30'))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`)
const between = (min: number, max: number): fc.Arbitrary<Range> =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }))
const said = <T>(range: fc.Arbitrary<T>) => fc.array(range, { minLength: 1, maxLength: 2 })
const days = fc.oneof(
  between(1, 31),
  between(-31, -1),
  fc.tuple(fc.integer({ min: 1, max: 31 }), fc.constant(-1)),
)

function intervals(timeZone: string): fc.Arbitrary<TimeInterval> {
  const zone = fc.oneof(
    { weight: 4, arbitrary: fc.constant(timeZone) },
    { weight: 1, arbitrary: fc.constant('UTC') },
  )
  return fc.record(
    {
      timeZone: zone,
      times: said(fc.record({ start: clock, end: clock })),
      weekdays: said(between(1, 7)),
      daysOfMonth: said(days),
      months: said(between(1, 12)),
      years: said(between(2010, 2027)),
    },
    { requiredKeys: ['timeZone'] },
  )
}

const examples = changes.chain(({ timeZone, at }) => {
  const change = Date.parse(at)
  const [since, to] = [change - 4 * dayMs, change + 6 * dayMs]
  return fc.record({
    window: fc.array(intervals(timeZone), { minLength: 1, maxLength: 3 }),
    at: fc.integer({ min: change - 2 * dayMs, max: change + 2 * dayMs }),
    since: fc.constant(since),
    to: fc.constant(to),
  })
})

/** Of every minute whether it is inside, by the fields of what the wall shows. */
function naiveWindow(window: readonly TimeInterval[], since: number, to: number): boolean[] {
  const columns = window.map((interval) => {
    const days = new Map<number, boolean>()
    return wallClock(interval.timeZone, since, to).map(({ wall }) => {
      const day = Math.floor(wall / dayMs)
      if (!days.has(day)) days.set(day, naiveDay(interval, new Date(day * dayMs)))
      return days.get(day) === true && naiveTimes(interval, wall - day * dayMs)
    })
  })
  return (columns[0] ?? []).map((_, at) => columns.some((column) => column[at]))
}

function naiveDay({ weekdays, daysOfMonth, months, years }: TimeInterval, date: Date): boolean {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1]
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const named = (day: number) => (day < 0 ? last + 1 + day : day)
  return (
    among(weekdays, (ends) => goneThrough(ends, 7).includes(date.getUTCDay() || 7)) &&
    among(months, (ends) => goneThrough(ends, 12).includes(month)) &&
    among(years, ([from, until]) => from <= year && year <= until) &&
    among(
      daysOfMonth,
      ([from, until]) => named(from) <= date.getUTCDate() && date.getUTCDate() <= named(until),
    )
  )
}

function naiveTimes({ times }: TimeInterval, wallMs: number): boolean {
  const ms = (text: string) => Date.parse(`1970-01-01T${text}Z`)
  return among(times, ({ start, end }) => {
    const since = (wallMs - ms(start) + dayMs) % dayMs
    return since < ((ms(end) - ms(start) + dayMs - 1) % dayMs) + 1
  })
}

function among<T>(ranges: readonly T[] | undefined, holds: (range: T) => boolean): boolean {
  return ranges === undefined || ranges.some(holds)
}

/** From the first to the last, and on from the beginning where the last comes before. */
function goneThrough([first, last]: Range, cycle: number): number[] {
  const all = [first]
  while (all.at(-1) !== last) all.push(((all.at(-1) ?? 0) % cycle) + 1)
  return all
}
