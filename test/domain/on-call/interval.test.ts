import { describe, expect, it } from 'vitest'
import { insideAny, insideInterval } from '../../../src/domain/on-call/interval.ts'

const london = 'Europe/London'

describe('a time interval', () => {
  const utc = { timeZone: 'UTC' }
  it.each([
    { name: 'without fields is always', of: utc, at: '2026-05-01T09:00Z', inside: true },
    {
      name: 'includes the start of its times',
      of: { ...utc, times: [{ start: '09:00', end: '17:00' }] },
      at: '2026-05-01T09:00Z',
      inside: true,
    },
    {
      name: 'excludes the end of its times',
      of: { ...utc, times: [{ start: '09:00', end: '17:00' }] },
      at: '2026-05-01T17:00Z',
      inside: false,
    },
    {
      name: 'wraps past midnight',
      of: { ...utc, times: [{ start: '22:00', end: '06:00' }] },
      at: '2026-05-01T03:00Z',
      inside: true,
    },
    {
      name: 'reads times in its zone',
      of: { timeZone: 'Asia/Kolkata', times: [{ start: '09:00', end: '17:00' }] },
      at: '2026-05-01T03:30Z',
      inside: true,
    },
    {
      name: 'counts both hours that show the same',
      of: { timeZone: london, times: [{ start: '01:00', end: '02:00' }] },
      at: '2026-10-25T01:30Z',
      inside: true,
    },
    {
      name: 'knows weekdays',
      of: { ...utc, weekdays: [[1, 5]] as const },
      at: '2026-05-02T00:00Z',
      inside: false,
    },
    {
      name: 'knows weekdays over the weekend',
      of: { ...utc, weekdays: [[6, 1]] as const },
      at: '2026-05-04T00:00Z',
      inside: true,
    },
    {
      name: 'knows months over the new year',
      of: { ...utc, months: [[11, 2]] as const },
      at: '2026-01-15T00:00Z',
      inside: true,
    },
    {
      name: 'knows years',
      of: { ...utc, years: [[2027, 2030]] as const },
      at: '2026-12-31T23:59Z',
      inside: false,
    },
    {
      name: 'cuts days to the month',
      of: { ...utc, daysOfMonth: [[29, 31]] as const },
      at: '2026-04-30T00:00Z',
      inside: true,
    },
    {
      name: 'moves no day that the month lacks',
      of: { ...utc, daysOfMonth: [[31, 31]] as const },
      at: '2026-04-30T00:00Z',
      inside: false,
    },
    {
      name: 'needs all fields',
      of: { ...utc, weekdays: [[5, 5]] as const, months: [[6, 6]] as const },
      at: '2026-05-01T00:00Z',
      inside: false,
    },
  ])('$name', ({ of, at, inside }) => {
    expect(insideInterval(of, Date.parse(at))).toBe(inside)
    expect(insideAny([of], Date.parse(at))).toBe(inside)
    expect(insideAny([], Date.parse(at))).toBe(false)
  })
})
