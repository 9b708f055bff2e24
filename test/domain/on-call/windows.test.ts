import { describe, expect, it } from 'vitest'
import { isInside, nextInside, type Calendar } from '../../../src/domain/on-call/business-hours.ts'
import type { WeeklyWindow } from '../../../src/domain/on-call/schedule.ts'
import { openBetween, windowOn } from '../../../src/domain/on-call/windows.ts'

const iso = (at: number) => new Date(at).toISOString().replace(':00.000Z', 'Z')
const everyDay = [1, 2, 3, 4, 5, 6, 7]
const london = 'Europe/London'

function window(over: Partial<WeeklyWindow>): WeeklyWindow {
  return { timeZone: 'America/New_York', weekdays: everyDay, start: '09:00', end: '17:00', ...over }
}

describe('a window', () => {
  it.each([
    {
      name: 'inside the gap is empty',
      of: window({ start: '02:10', end: '02:50' }),
      date: '2026-03-08',
      span: ['2026-03-08T07:00Z', '2026-03-08T07:00Z'],
    },
    {
      name: 'ends at the last of two equal times',
      of: window({ start: '00:00', end: '01:30' }),
      date: '2026-11-01',
      span: ['2026-11-01T04:00Z', '2026-11-01T06:30Z'],
    },
    {
      name: 'with equal times is a whole day',
      of: window({ start: '08:00', end: '08:00' }),
      date: '2026-03-07',
      span: ['2026-03-07T13:00Z', '2026-03-08T12:00Z'],
    },
    {
      name: 'may end with the day',
      of: window({ start: '20:00', end: '24:00' }),
      date: '2026-03-07',
      span: ['2026-03-08T01:00Z', '2026-03-08T05:00Z'],
    },
    {
      name: 'on a day that the clocks skip is empty',
      of: window({ timeZone: 'Pacific/Apia' }),
      date: '2011-12-30',
      span: ['2011-12-30T10:00Z', '2011-12-30T10:00Z'],
    },
  ])('$name', ({ of, date, span }) => {
    const { from, to } = windowOn(of, date)
    expect([iso(from), iso(to)]).toEqual(span)
  })

  it('is always open where there is none', () => {
    expect(openBetween([], 5, 9)).toEqual([{ from: 5, to: 9 }])
    expect(openBetween([], 9, 9)).toEqual([])
  })
})

describe('business hours', () => {
  const office: Calendar = {
    timeZone: london,
    windows: [window({ timeZone: london, weekdays: [1, 2, 3, 4, 5] })],
    holidays: ['2026-12-25', '2026-12-28'],
  }
  const nights: Calendar = {
    ...office,
    windows: [window({ timeZone: london, start: '22:00', end: '06:00' })],
  }

  it.each([
    { name: 'go on at once inside', of: office, at: '2026-03-30T08:00Z', next: '2026-03-30T08:00Z' },
    {
      name: 'wait for the next morning after their end',
      of: office,
      at: '2026-03-30T16:00Z',
      next: '2026-03-31T08:00Z',
    },
    {
      name: 'wait over a weekend and a change of the clocks',
      of: office,
      at: '2026-03-27T17:00Z',
      next: '2026-03-30T08:00Z',
    },
    { name: 'wait over holidays', of: office, at: '2026-12-24T17:00Z', next: '2026-12-29T09:00Z' },
    {
      name: 'of a night are over at its end',
      of: nights,
      at: '2026-03-30T05:00Z',
      next: '2026-03-30T21:00Z',
    },
    { name: 'of a night hold until its end', of: nights, at: '2026-03-30T04:59Z', next: '2026-03-30T04:59Z' },
    {
      name: 'of the night before stop with the holiday',
      of: nights,
      at: '2026-12-25T01:00Z',
      next: '2026-12-26T00:00Z',
    },
    {
      name: 'without windows are always',
      of: { ...office, windows: [] },
      at: '2026-03-28T03:00Z',
      next: '2026-03-28T03:00Z',
    },
  ])('$name', ({ of, at, next }) => {
    const found = nextInside(of, Date.parse(at))
    expect(found === null ? null : iso(found)).toBe(next)
    expect(isInside(of, Date.parse(at))).toBe(at === next)
    expect(isInside(of, Date.parse(next))).toBe(true)
  })

  it('that never open say so', () => {
    expect(nextInside({ ...office, windows: [window({ weekdays: [] })] }, 0)).toBeNull()
  })
})
