import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  parseDaysOfMonth,
  parseMonths,
  parseTimes,
  parseWeekdays,
  parseYears,
  RangeRefused,
  writtenTimeWindow,
} from '../../../src/domain/alert/time-window-text.ts'

describe('ranges as they are written', () => {
  it.each([
    [parseWeekdays, 'monday:friday', [1, 5]],
    [parseWeekdays, 'Saturday', [6, 6]],
    [parseWeekdays, 'sunday:wednesday', [7, 3]],
    [parseWeekdays, ' sat : mon ', [6, 1]],
    [parseMonths, 'january:march', [1, 3]],
    [parseMonths, '1:3', [1, 3]],
    [parseMonths, 'november:feb', [11, 2]],
    [parseMonths, '12', [12, 12]],
    [parseDaysOfMonth, '1:5', [1, 5]],
    [parseDaysOfMonth, '31', [31, 31]],
    [parseDaysOfMonth, '-3:-1', [-3, -1]],
    [parseDaysOfMonth, '28:-1', [28, -1]],
    [parseDaysOfMonth, '31:-1', [31, -1]],
    [parseYears, '2026:2028', [2026, 2028]],
    [parseYears, '2026', [2026, 2026]],
    [parseTimes, '09:00-17:00', { start: '09:00', end: '17:00' }],
    [parseTimes, '00:00 - 24:00', { start: '00:00', end: '24:00' }],
  ] as const)('%o reads %s', (parse, text, range) => {
    expect(parse(text)).toEqual(range)
  })

  it.each([
    [
      parseWeekdays,
      'moonday',
      '"moonday" is not a weekday: write its name, such as monday; did you mean "monday"?',
    ],
    [parseWeekdays, '1:5', '"1" is not a weekday: write its name, such as monday'],
    [parseWeekdays, 'monday:', '"" is not a weekday: write its name, such as monday'],
    [
      parseWeekdays,
      'monday:tuesday:friday',
      '"monday:tuesday:friday" is not a range: write its first and last with one colon between them',
    ],
    [parseMonths, '13', '"13" is not a month: write its name or 1 to 12'],
    [parseMonths, '0:3', '"0" is not a month: write its name or 1 to 12'],
    [parseMonths, 'janury', '"janury" is not a month: write its name or 1 to 12; did you mean "january"?'],
    [parseDaysOfMonth, '0', '"0" is not a day of the month: write 1 to 31, or -1 for its last day to -31'],
    [
      parseDaysOfMonth,
      '1:32',
      '"32" is not a day of the month: write 1 to 31, or -1 for its last day to -31',
    ],
    [
      parseDaysOfMonth,
      '1.5',
      '"1.5" is not a day of the month: write 1 to 31, or -1 for its last day to -31',
    ],
    [parseDaysOfMonth, '-3:5', '"-3:5" begins from the end of the month, so it must end from there: -3:-1'],
    [parseDaysOfMonth, '5:1', '"5:1" ends before it begins'],
    [parseDaysOfMonth, '-1:-3', '"-1:-3" ends before it begins'],
    [parseDaysOfMonth, '31:-2', '"31:-2" ends before it begins'],
    [parseYears, '26', '"26" is not a year: write 2026'],
    [parseYears, '2028:2026', '"2028:2026" ends before it begins'],
    [parseTimes, '9:00-17:00', '"9:00-17:00" is not a time range: write 09:00-17:00, until 24:00 at most'],
    [parseTimes, '24:00-24:00', '"24:00-24:00" is not a time range: write 09:00-17:00, until 24:00 at most'],
    [parseTimes, '22:00-06:00', '"22:00-06:00" ends before it begins; a window over midnight is two ranges'],
    [parseTimes, '09:00-09:00', '"09:00-09:00" ends before it begins; a window over midnight is two ranges'],
  ] as const)('%o refuses %s', (parse, text, message) => {
    expect(() => parse(text)).toThrow(new RangeRefused(message))
  })

  it('are read as they were written', () => {
    const end = (min: number, max: number) => fc.integer({ min, max })
    const pairs = (min: number, max: number) => fc.tuple(end(min, max), end(min, max))
    const days = fc.oneof(pairs(1, 31), pairs(-31, -1), fc.tuple(end(1, 20), end(-11, -1)))
    const sorted = (range: [number, number]) =>
      range[0] * range[1] < 0 ? range : range.toSorted((a, b) => a - b)
    fc.assert(
      fc.property(pairs(1, 7), pairs(1, 12), days.map(sorted), pairs(1970, 2100).map(sorted), (...ranges) => {
        const [weekdays, months, daysOfMonth, years] = ranges as [number, number][]
        const window = [
          {
            timeZone: 'UTC',
            weekdays: [weekdays ?? [1, 1]],
            months: [months ?? [1, 1]],
            daysOfMonth: [daysOfMonth ?? [1, 1]],
            years: [years ?? [1, 1]],
          },
        ] as const
        const [written] = writtenTimeWindow(window) as Record<string, string[]>[]
        expect(written?.['weekdays']?.map(parseWeekdays)).toEqual([weekdays])
        expect(written?.['months']?.map(parseMonths)).toEqual([months])
        expect(written?.['daysOfMonth']?.map(parseDaysOfMonth)).toEqual([daysOfMonth])
        expect(written?.['years']?.map(parseYears)).toEqual([years])
      }),
    )
  })
})
