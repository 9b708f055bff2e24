import { Temporal } from 'temporal-polyfill'
import { expect } from 'vitest'
import { isInside, type Range, type TimeInterval } from '../../../src/domain/alert/time-window.ts'
import { describeCases, type Fields, listOf, textOf } from '../../support/cases.ts'
import { instantOf, weekdayOf } from '../on-call/case-times.ts'

describeCases('on-call', 'interval', (input, expectation) => {
  const intervals = intervalsOf(input)
  expectation.field('inside', (expected) => {
    const byTime = typeof expected === 'object' && expected !== null && !Array.isArray(expected)
    const queries = byTime ? Object.keys(expected) : listOf(input['at'] ?? input['queries'])
    const known = byTime ? Object.values(expected) : listOf(expected)
    const found = queries.map((at) => isInside(intervals, instantOf(at)))
    expect(found).toEqual(known)
  })
  expectation.field('insideDays', (expected) => {
    const days = listOf(expected)
    const each = days.every((item) => Array.isArray(item)) ? days : [days]
    const months = listOf<string>(input['month'] ?? input['months'])
    const found =
      months.length > 1
        ? months.map((month) => daysIn(intervals, month))
        : intervals.map((interval) => daysIn([interval], months[0] ?? ''))
    expect(found).toEqual(each)
  })
})

/** One interval for each of the `ranges`, which are days of the month; else one with all that the fields say. */
function intervalsOf(input: Fields): TimeInterval[] {
  const shared = {
    timeZone: textOf(input['timeZone'], 'UTC'),
    times: timesOf(input['times']),
    weekdays: rangesOf(input['weekdaysMon0'] ?? input['weekdays'], weekdayOf),
    months: dated(input['months']) ? [] : rangesOf(input['months'], monthOf),
    years: rangesOf(input['years'], Number),
  }
  const ranges = rangesOf(input['ranges'], Number)
  if (ranges.length > 0) return ranges.map((range) => ({ ...shared, daysOfMonth: [range] }))
  return [{ ...shared, daysOfMonth: rangesOf(input['daysOfMonth'] ?? input['days'], Number) }]
}

/** `2026-04` says which days to look at, `4` or `april` is part of the interval. */
function dated(months: unknown): boolean {
  return listOf(months).some((month) => /^\d{4}-/.test(String(month)))
}

/** Ranges, one range, one value, or `first:last`. */
function rangesOf(value: unknown, of: (item: unknown) => number): Range[] {
  const list = listOf(value)
  if (list.length === 2 && list.every((item) => typeof item === 'number')) return [[of(list[0]), of(list[1])]]
  return list.map((item) => {
    const [first, last] = Array.isArray(item) ? item : String(item).split(':')
    const plain = (end: unknown) => (/^-?\d+$/.test(String(end)) ? Number(end) : end)
    return [of(plain(first)), of(plain(last ?? first))]
  })
}

function timesOf(value: unknown): { start: string; end: string }[] {
  const list = listOf(value)
  const several = list.every((item) => typeof item === 'object') ? list : [list]
  return several.map((item) => {
    const [start, end] = Array.isArray(item) ? item : Object.values(item as Fields)
    return { start: String(start), end: String(end) }
  })
}

const monthNames = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

function monthOf(value: unknown): number {
  return typeof value === 'number' ? value : monthNames.indexOf(String(value).toLowerCase().slice(0, 3)) + 1
}

/** The days of a month whose local noon is inside. */
function daysIn(intervals: readonly TimeInterval[], month: string): number[] {
  const { daysInMonth } = Temporal.PlainYearMonth.from(month)
  return Array.from({ length: daysInMonth }, (_, at) => at + 1).filter((day) => {
    const date = Temporal.PlainYearMonth.from(month).toPlainDate({ day })
    return intervals.some((interval) =>
      isInside(
        [interval],
        date.toZonedDateTime({ timeZone: interval.timeZone, plainTime: '12:00' }).epochMilliseconds,
      ),
    )
  })
}
