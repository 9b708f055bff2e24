import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Os } from '../../../examples/feed/audience.ts'
import { arrivals, type Occasion, rate, type Rhythm } from '../../../examples/feed/rhythm.ts'

const rhythm: Rhythm = { seed: 1, scale: 1 }
const hourMs = 3_600_000
/** A Thursday, 00:00 UTC. */
const midnight = Date.UTC(2026, 0, 1)

const anyOccasion = fc.constantFrom<Occasion>('visit', 'conversation')
const anyOs = fc.constantFrom<Os>('iOS', 'Android')
const anySecond = fc.integer({ min: 1_600_000_000, max: 2_000_000_000 })

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Visits a second in an hour of the day, over four weeks. */
function inHour(hour: number): number {
  const days = Array.from({ length: 28 }, (_, day) => day)
  const minutes = Array.from({ length: 60 }, (_, minute) => minute)
  return mean(
    days.flatMap((day) =>
      minutes.map((minute) =>
        rate(rhythm, 'visit', 'iOS', midnight + (day * 24 + hour) * hourMs + minute * 60_000),
      ),
    ),
  )
}

describe('the rhythm', () => {
  it('has a quiet night, a hump at lunch and a higher one in the evening', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => inHour(hour))
    const at = (hour: number) => hours[hour] ?? 0
    expect(hours.indexOf(Math.max(...hours))).toBeOneOf([19, 20])
    expect(Math.min(...hours)).toBeLessThan(0.75 * mean(hours))
    expect(at(12)).toBeGreaterThan(at(9))
    expect(at(12)).toBeGreaterThan(at(16))
    expect(at(20)).toBeGreaterThan(at(12))
    expect(at(20)).toBeGreaterThan(at(23))
  })

  it('comes to 12 visits and 7 conversations a second over a week, 55 % of them on iOS', () => {
    const instants = Array.from({ length: 7 * 24 * 60 }, (_, minute) => midnight + minute * 60_000)
    const overWeek = (occasion: Occasion, os: Os) =>
      mean(instants.map((at) => rate(rhythm, occasion, os, at)))
    const [ios, android] = [overWeek('visit', 'iOS'), overWeek('visit', 'Android')]
    expect(ios + android).toBeCloseTo(12, 0)
    expect(overWeek('conversation', 'iOS') + overWeek('conversation', 'Android')).toBeCloseTo(7, 0)
    expect(ios / (ios + android)).toBeCloseTo(0.55, 2)
  })

  it('is not the same on two days, nor for two seeds', () => {
    const at = midnight + 15 * hourMs
    expect(rate(rhythm, 'visit', 'iOS', at)).not.toBeCloseTo(
      rate(rhythm, 'visit', 'iOS', at + 24 * hourMs),
      6,
    )
    expect(rate(rhythm, 'visit', 'iOS', at)).not.toBeCloseTo(
      rate({ seed: 2, scale: 1 }, 'visit', 'iOS', at),
      6,
    )
  })

  it('moves smoothly: within a second by less than 2 %, but for the turn of a day', () => {
    fc.assert(
      fc.property(anyOccasion, anyOs, anySecond, (occasion, os, second) => {
        fc.pre(second % 86_400 !== 86_399)
        const [before, after] = [second, second + 1].map((instant) =>
          rate(rhythm, occasion, os, instant * 1_000),
        )
        expect(Math.abs((after ?? 0) / (before ?? 0) - 1)).toBeLessThan(0.02)
      }),
    )
  })

  // Thrown like dice, one minute in twenty would be farther off (their deviation is √(60/4) ≈ 3.9).
  it('lets arrivals follow the rate: any minute is at most 8 arrivals off', () => {
    fc.assert(
      fc.property(
        anyOccasion,
        anyOs,
        anySecond,
        fc.integer({ min: 1, max: 5 }),
        (occasion, os, from, scale) => {
          const seconds = Array.from({ length: 60 }, (_, nth) => from + nth)
          const louder = { seed: 1, scale }
          const planned = seconds.reduce((sum, second) => sum + rate(louder, occasion, os, second * 1_000), 0)
          const came = seconds.reduce((sum, second) => sum + arrivals(louder, occasion, os, second), 0)
          expect(Math.abs(came - planned)).toBeLessThan(8)
        },
      ),
    )
  })
})
