import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitted, spread, textWidth } from '../../src/chart/layout.ts'
import { localDays, timeTicks, valueTicks, zoomedTicks } from '../../src/chart/scale.ts'

describe('the value axis', () => {
  it.each([
    [0, 6200, [0, 2000, 4000, 6000, 8000]],
    [0, 0.22, [0, 0.05, 0.1, 0.15, 0.2, 0.25]],
    [0, 0, [0, 1]],
    [-3, 10, [-5, 0, 5, 10]],
  ])('from %j to %j is %j', (least, greatest, ticks) => {
    expect(valueTicks(least, greatest)).toEqual(ticks)
  })

  it('begins at 0 or below and covers every value in few steps', () => {
    const value = fc.double({ min: -1e12, max: 1e12, noNaN: true })
    const property = fc.property(value, value, (a, b) => {
      const [least, greatest] = [Math.min(a, b), Math.max(a, b)]
      const ticks = valueTicks(least, greatest)
      expect(ticks).toContain(0)
      expect(ticks.length).toBeLessThanOrEqual(8)
      const slack = Math.max(Math.abs(greatest - least) * 1e-9, 1e-300)
      expect(ticks[0]).toBeLessThanOrEqual(Math.min(0, least) + slack)
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(greatest - slack)
    })
    fc.assert(property)
  })

  it.each([
    [99.2, 99.9, [99.2, 99.4, 99.6, 99.8, 100]],
    [-101, -99, [-101, -100.5, -100, -99.5, -99]],
    [5, 10, undefined],
    [5, 5, undefined],
    [-1, 1, undefined],
    [1e18, 1e18 + 128, undefined],
  ])('zoomed from %j to %j is %j', (least, greatest, ticks) => {
    expect(zoomedTicks(least, greatest)).toEqual(ticks)
  })
})

describe('the time axis', () => {
  it('has round times of the local clock', () => {
    const labels = (zone: string) =>
      timeTicks(Date.parse('2026-11-24T01:07:00Z'), Date.parse('2026-11-24T09:00:00Z'), 6, zone).map(
        ({ label }) => label,
      )
    expect(labels('UTC')).toEqual(['02:00', '04:00', '06:00', '08:00'])
    expect(labels('Asia/Kolkata')).toEqual(['08:00', '10:00', '12:00', '14:00'])
  })

  it('shows seconds where minutes are too coarse, and days where hours are too fine', () => {
    const from = Date.parse('2026-11-24T01:00:00Z')
    expect(timeTicks(from, from + 60_000, 4, 'UTC').map(({ label }) => label)).toEqual([
      '01:00:00',
      '01:00:15',
      '01:00:30',
      '01:00:45',
      '01:01:00',
    ])
    expect(timeTicks(from, from + 5 * 86_400_000, 6, 'UTC')[0]?.label).toBe('25 Nov')
  })
})

describe('the time axis where the clocks change', () => {
  const berlin = (from: string, to: string, most = 8) =>
    timeTicks(Date.parse(from), Date.parse(to), most, 'Europe/Berlin').map(({ label }) => label)

  it('shows round times after it too, and none that the clock leaves out', () => {
    expect(berlin('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z')).toEqual([
      '00:00',
      '03:00',
      '06:00',
      '09:00',
      '12:00',
      '15:00',
      '18:00',
      '21:00',
      '00:00',
    ])
    expect(berlin('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 26)).toContain('23:00')
    expect(berlin('2026-03-28T23:00:00Z', '2026-03-29T03:00:00Z')).not.toContain('02:00')
  })

  it('names every day once', () => {
    const days = berlin('2026-10-22T22:00:00Z', '2026-10-28T23:00:00Z')
    expect(days).toEqual(['23 Oct', '24 Oct', '25 Oct', '26 Oct', '27 Oct', '28 Oct', '29 Oct'])
  })

  it('says which days, and of which years', () => {
    const days = (from: string, to: string) => localDays(Date.parse(from), Date.parse(to), 'Europe/Berlin')
    expect(days('2026-11-24T01:00:00Z', '2026-11-24T05:00:00Z')).toBe('24 Nov')
    expect(days('2026-11-24T01:00:00Z', '2026-11-24T23:00:00Z')).toBe('24 – 25 Nov')
    expect(days('2026-11-30T01:00:00Z', '2026-12-01T01:00:00Z')).toBe('30 Nov – 1 Dec')
    expect(days('2025-11-24T01:00:00Z', '2026-11-23T01:00:00Z')).toBe('24 Nov 2025 – 23 Nov 2026')
  })
})

describe('words', () => {
  it('are cut to fit, with an ellipsis', () => {
    expect(fitted('short', 20, 200)).toBe('short')
    const long = fitted('a rather long title that does not fit at all', 20, 200)
    expect(long).toMatch(/…$/)
    expect(textWidth(long, 20)).toBeLessThanOrEqual(200)
  })

  it('stand apart, within bounds, in the order of what they name', () => {
    const property = fc.property(
      fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { minLength: 1, maxLength: 4 }),
      (wanted) => {
        const placed = spread(wanted, 26, 0, 300)
        const sorted = placed.toSorted((a, b) => a - b)
        for (const [index, at] of sorted.entries()) {
          if (index > 0) expect(at - (sorted[index - 1] ?? 0)).toBeGreaterThanOrEqual(26 - 1e-9)
        }
        expect(sorted[0]).toBeGreaterThanOrEqual(0)
        expect(sorted.at(-1)).toBeLessThanOrEqual(300)
      },
    )
    fc.assert(property)
  })
})
