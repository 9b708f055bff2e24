import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { daysBefore, minuteOfDay, parseClock } from '../../../src/domain/values/wall-clock.ts'

const iso = (ms: number) => new Date(ms).toISOString()

describe('the same local time some days before', () => {
  it.each([
    {
      name: 'is 24 hours ago on an ordinary day',
      at: '2026-03-10T12:00:00Z',
      days: 1,
      zone: 'Europe/Berlin',
      before: '2026-03-09T12:00:00.000Z',
    },
    {
      name: 'is 23 hours ago after the clocks went forward',
      at: '2026-03-30T10:00:00Z',
      days: 1,
      zone: 'Europe/Berlin',
      before: '2026-03-29T10:00:00.000Z',
    },
    {
      name: 'follows the wall clock over a change in the week',
      at: '2026-04-01T10:00:00Z',
      days: 7,
      zone: 'Europe/Berlin',
      before: '2026-03-25T11:00:00.000Z',
    },
    {
      name: 'is the first instant after a gap',
      at: '2026-03-30T00:30:00Z',
      days: 1,
      zone: 'Europe/Berlin',
      before: '2026-03-29T01:00:00.000Z',
    },
    {
      name: 'is the first of two occurrences',
      at: '2026-10-26T01:30:00Z',
      days: 1,
      zone: 'Europe/Berlin',
      before: '2026-10-25T00:30:00.000Z',
    },
    {
      name: 'knows gaps of half an hour',
      at: '2026-10-04T15:15:00Z',
      days: 1,
      zone: 'Australia/Lord_Howe',
      before: '2026-10-03T15:30:00.000Z',
    },
    {
      name: 'needs no change in UTC',
      at: '2026-03-30T00:30:00Z',
      days: 7,
      zone: 'UTC',
      before: '2026-03-23T00:30:00.000Z',
    },
  ])('$name', ({ at, days, zone, before }) => {
    expect(iso(daysBefore(Date.parse(at), days, zone))).toBe(before)
  })

  it('always lies within an hour and a bit of whole days', () => {
    const instants = fc.date({
      min: new Date('2020-01-01'),
      max: new Date('2030-01-01'),
      noInvalidDate: true,
    })
    const zones = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'UTC',
    )
    fc.assert(
      fc.property(instants, zones, fc.constantFrom(1, 7), (instant, zone, days) => {
        const distance = instant.getTime() - daysBefore(instant.getTime(), days, zone)
        expect(Math.abs(distance - days * 86_400_000)).toBeLessThanOrEqual(3_600_000 * 2)
      }),
    )
  })
})

describe('a clock time', () => {
  it.each([
    ['00:00', 0],
    ['01:30', 90],
    ['24:00', 1_440],
  ])('%s is minute %i of the day', (text, minute) => {
    expect(parseClock(text)).toBe(minute)
  })

  it('is refused in another form', () => {
    expect(() => parseClock('1:30')).toThrow('HH:MM')
  })

  it('is read from an instant in a zone', () => {
    expect(minuteOfDay(Date.parse('2026-07-01T22:30:00Z'), 'Europe/Berlin')).toBe(30)
  })
})
