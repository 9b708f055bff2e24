import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isInside, type TimeInterval } from '../../../src/domain/alert/time-window.ts'
import { nextInside } from '../../../src/domain/alert/time-window-next.ts'

const zone = 'Europe/Berlin'
const nights: TimeInterval = { timeZone: zone, weekdays: [[7, 7]], times: [{ start: '02:00', end: '04:00' }] }

function next(interval: Partial<TimeInterval>, at: string): string | null {
  const found = nextInside([{ timeZone: zone, ...interval }], Date.parse(at))
  return found === null ? null : new Date(found).toISOString()
}

describe('when a window is entered next', () => {
  it.each<[string, Partial<TimeInterval>, string, string | null]>([
    ['on its weekday', nights, '2026-03-04T12:00:00Z', '2026-03-08T01:00:00.000Z'],
    ['at once where it holds', nights, '2026-03-08T02:00:00Z', '2026-03-08T02:00:00.000Z'],
    ['a week later right after it', nights, '2026-03-08T03:00:00Z', '2026-03-15T01:00:00.000Z'],
    // At 02:00 the clocks go to 03:00: the window has an hour less.
    ['after the hour that does not exist', nights, '2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z'],
    ['at the first of an hour that is twice', nights, '2026-10-24T12:00:00Z', '2026-10-25T00:00:00.000Z'],
    [
      'at midnight where it says days alone',
      { daysOfMonth: [[-1, -1]] },
      '2026-02-10T00:00:00Z',
      '2026-02-27T23:00:00.000Z',
    ],
    ['in a month', { months: [[5, 5]] }, '2026-02-10T00:00:00Z', '2026-04-30T22:00:00.000Z'],
    ['never, in years that are over', { years: [[2020, 2021]] }, '2026-02-10T00:00:00Z', null],
    [
      'past midnight',
      { times: [{ start: '23:30', end: '00:30' }] },
      '2026-02-10T12:00:00Z',
      '2026-02-10T22:30:00.000Z',
    ],
  ])('%s', (_title, interval, at, expected) => {
    expect(next(interval, at)).toBe(expected)
  })

  it('is inside, and a minute before it is not', () =>
    fc.assert(
      fc.property(
        fc.record({
          start: fc.integer({ min: 0, max: 95 }),
          lasts: fc.integer({ min: 1, max: 40 }),
          weekday: fc.integer({ min: 1, max: 7 }),
          zone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'),
          at: fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2026-12-31') }),
        }),
        ({ start, lasts, weekday, zone: timeZone, at }) => {
          const clock = (quarter: number) =>
            `${String(Math.floor((quarter % 96) / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`
          const window = [
            {
              timeZone,
              weekdays: [[weekday, weekday] as const],
              times: [{ start: clock(start), end: clock(start + lasts) }],
            },
          ]
          const found = nextInside(window, at)
          if (found === null) throw new Error('each week has each day')
          expect(isInside(window, found)).toBe(true)
          if (found > at) expect(isInside(window, found - 60_000)).toBe(false)
        },
      ),
      { numRuns: 200 },
    ))
})
