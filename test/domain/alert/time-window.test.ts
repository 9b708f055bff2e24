import { describe, expect, it } from 'vitest'
import { insideUntil, isInside, type TimeInterval } from '../../../src/domain/alert/time-window.ts'

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
    expect(isInside([of], Date.parse(at))).toBe(inside)
  })
})

describe('the end of a time window', () => {
  const office: TimeInterval = {
    timeZone: 'Europe/Berlin',
    weekdays: [[1, 5]],
    times: [{ start: '09:00', end: '17:00' }],
  }
  const night = (timeZone: string): TimeInterval => ({ timeZone, times: [{ start: '22:00', end: '06:00' }] })

  it.each([
    { name: 'is that of its times', of: [office], at: '2026-05-01T09:30:30Z', until: '2026-05-01T15:00:00Z' },
    { name: 'is none outside', of: [office], at: '2026-05-01T15:00:00Z', until: null },
    { name: 'is none without intervals', of: [], at: '2026-05-01T15:00:00Z', until: null },
    {
      name: 'is none where it always is',
      of: [{ timeZone: london }],
      at: '2026-05-01T15:00:00Z',
      until: null,
    },
    {
      name: 'is none where intervals take turns for ever',
      of: [
        { timeZone: 'UTC', times: [{ start: '00:00', end: '12:00' }] },
        { timeZone: 'UTC', times: [{ start: '12:00', end: '24:00' }] },
      ],
      at: '2026-05-01T15:00:00Z',
      until: null,
    },
    {
      name: 'lies past midnight',
      of: [night(london)],
      at: '2026-05-01T22:00:00Z',
      until: '2026-05-02T05:00:00Z',
    },
    {
      name: 'comes sooner where the clocks are put forward',
      of: [night(london)],
      at: '2026-03-28T22:00:00Z',
      until: '2026-03-29T05:00:00Z',
    },
    {
      name: 'comes later where the clocks are put back',
      of: [night(london)],
      at: '2026-10-24T21:00:00Z',
      until: '2026-10-25T06:00:00Z',
    },
    {
      name: 'in the gap is its end',
      of: [{ timeZone: london, times: [{ start: '00:30', end: '01:30' }] }],
      at: '2026-03-29T00:45:00Z',
      until: '2026-03-29T01:00:00Z',
    },
    {
      name: 'in a repeated hour comes twice: first',
      of: [{ timeZone: london, times: [{ start: '00:30', end: '01:30' }] }],
      at: '2026-10-24T23:30:00Z',
      until: '2026-10-25T00:30:00Z',
    },
    {
      name: 'in a repeated hour comes twice: last',
      of: [{ timeZone: london, times: [{ start: '00:30', end: '01:30' }] }],
      at: '2026-10-25T01:00:00Z',
      until: '2026-10-25T01:30:00Z',
    },
    {
      name: 'is that of the repeated hour where the window ends with it',
      of: [{ timeZone: london, times: [{ start: '00:30', end: '02:00' }] }],
      at: '2026-10-24T23:30:00Z',
      until: '2026-10-25T02:00:00Z',
    },
    {
      name: 'goes on into the next interval, of another zone too',
      of: [office, { timeZone: 'America/New_York', times: [{ start: '10:00', end: '12:00' }] }],
      at: '2026-05-01T08:00:00Z',
      until: '2026-05-01T16:00:00Z',
    },
    {
      name: 'of weekdays is local midnight',
      of: [{ timeZone: 'Europe/Berlin', weekdays: [[6, 7]] }],
      at: '2026-03-28T12:00:00Z',
      until: '2026-03-29T22:00:00Z',
    },
    {
      name: 'of the last days of a month is the next one',
      of: [{ timeZone: 'UTC', daysOfMonth: [[-3, -1]] }],
      at: '2028-02-27T00:00:00Z',
      until: '2028-03-01T00:00:00Z',
    },
    {
      name: 'of months lies past the new year',
      of: [{ timeZone: 'UTC', months: [[11, 2]] }],
      at: '2026-11-15T00:00:00Z',
      until: '2027-03-01T00:00:00Z',
    },
    {
      name: 'of a year that is a leap year is known from its first day',
      of: [{ timeZone: 'UTC', years: [[2028, 2028]] }],
      at: '2028-01-01T00:00:00Z',
      until: '2029-01-01T00:00:00Z',
    },
    {
      name: 'is not looked for over more than a year',
      of: [{ timeZone: 'UTC', years: [[2026, 2028]] }],
      at: '2027-12-01T00:00:00Z',
      until: null,
    },
    {
      name: 'on a day that the clocks skip is its beginning',
      of: [{ timeZone: 'Pacific/Apia', daysOfMonth: [[29, 29]] }],
      at: '2011-12-30T09:00:00Z',
      until: '2011-12-30T10:00:00Z',
    },
    {
      name: 'at a midnight that comes twice comes twice: first',
      of: [{ timeZone: 'America/St_Johns', daysOfMonth: [[27, 27]] }],
      at: '2007-10-27T12:00:00Z',
      until: '2007-10-28T02:30:00Z',
    },
  ] satisfies { name: string; of: TimeInterval[]; at: string; until: string | null }[])(
    '$name',
    ({ of, at, until }) => {
      const found = insideUntil(of, Date.parse(at))
      expect(found === null ? null : new Date(found).toISOString()).toBe(until?.replace('Z', '.000Z') ?? null)
    },
  )
})
