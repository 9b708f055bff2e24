import { didYouMean } from '../values/suggestion.ts'
import type { ClockRange, Range, TimeInterval, TimeWindow } from './time-window.ts'

/*
 * Time windows in the words of `firewatch.yaml`. Ranges are written as in Alertmanager, both ends included: `monday:friday`, `-3:-1`, or one alone.
 * Source: https://prometheus.io/docs/alerting/latest/configuration/#time_interval
 */

/** Its message is a sentence for whoever wrote the range. */
export class RangeRefused extends Error {
  override readonly name = 'RangeRefused'
}

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]

/**
 * `monday:friday`, and unlike in Alertmanager also `saturday:monday` and `mon`. Numbers are none: the week begins on Sunday there and on Monday here.
 * @throws {@link RangeRefused}
 */
export function parseWeekdays(text: string): Range {
  return rangeOf(text, (word) => {
    const place = placeOf(word, weekdays)
    if (place === undefined)
      throw refused(word, `is not a weekday: write its name, such as monday${didYouMean(word, weekdays)}`)
    return place
  })
}

/**
 * `january:march` or `1:3`, and unlike in Alertmanager also `november:february` and `jan`.
 * @throws {@link RangeRefused}
 */
export function parseMonths(text: string): Range {
  return rangeOf(text, (word) => {
    const month = placeOf(word, months) ?? wholeNumber(word)
    if (month === undefined || month < 1 || month > 12)
      throw refused(word, `is not a month: write its name or 1 to 12${didYouMean(word, months)}`)
    return month
  })
}

/**
 * `1:7`, or `-3:-1` for the last three days of a month.
 * @throws {@link RangeRefused} also for what is empty in every month, and for what would be in short ones only
 */
export function parseDaysOfMonth(text: string): Range {
  const range = rangeOf(text, (word) => {
    const day = wholeNumber(word)
    if (day === undefined || day === 0 || Math.abs(day) > 31)
      throw refused(word, 'is not a day of the month: write 1 to 31, or -1 for its last day to -31')
    return day
  })
  const [first, last] = range
  if (first < 0 && last > 0)
    throw refused(text, 'begins from the end of the month, so it must end from there: -3:-1')
  if (first > (first > 0 && last < 0 ? 32 + last : last)) throw refused(text, 'ends before it begins')
  return range
}

/**
 * `2026` or `2026:2028`.
 * @throws {@link RangeRefused}
 */
export function parseYears(text: string): Range {
  const range = rangeOf(text, (word) => {
    if (!/^\d{4}$/.test(word)) throw refused(word, 'is not a year: write 2026')
    return Number(word)
  })
  if (range[0] > range[1]) throw refused(text, 'ends before it begins')
  return range
}

/**
 * `09:00-17:00`; the end of the day is `24:00`.
 * @throws {@link RangeRefused}
 */
export function parseTimes(text: string): ClockRange {
  const [, start, end] =
    /^\s*((?:[01]\d|2[0-3]):[0-5]\d)\s*-\s*((?:[01]\d|2[0-3]):[0-5]\d|24:00)\s*$/.exec(text) ?? []
  if (start === undefined || end === undefined)
    throw refused(text, 'is not a time range: write 09:00-17:00, until 24:00 at most')
  if (start >= end) throw refused(text, 'ends before it begins; a window over midnight is two ranges')
  return { start, end }
}

function rangeOf(text: string, parse: (word: string) => number): Range {
  const [first = '', last = first, ...more] = text.split(':').map((word) => word.trim().toLowerCase())
  if (more.length > 0)
    throw refused(text, 'is not a range: write its first and last with one colon between them')
  return [parse(first), parse(last)]
}

/** Counted from 1; three letters are enough. */
function placeOf(word: string, names: readonly string[]): number | undefined {
  const place = names.findIndex((name) => name === word || name.slice(0, 3) === word)
  return place === -1 ? undefined : place + 1
}

function wholeNumber(word: string): number | undefined {
  return /^-?\d{1,4}$/.test(word) ? Number(word) : undefined
}

function refused(text: string, why: string): RangeRefused {
  return new RangeRefused(`${JSON.stringify(text.slice(0, 40))} ${why}`)
}

/** A window as it could stand in the file. */
export function writtenTimeWindow(window: TimeWindow): object[] {
  return window.map(writtenInterval)
}

function writtenInterval({ timeZone, times, daysOfMonth, years, ...named }: TimeInterval): object {
  const said = {
    times: times?.map(({ start, end }) => ({ from: start, to: end })),
    weekdays: named.weekdays?.map((range) => rangeText(range, (day) => weekdays[day - 1])),
    daysOfMonth: daysOfMonth?.map((range) => rangeText(range)),
    months: named.months?.map((range) => rangeText(range, (month) => months[month - 1])),
    years: years?.map((range) => rangeText(range)),
  }
  return { ...said, timeZone }
}

function rangeText(
  [first, last]: Range,
  word: (value: number) => string | undefined = (value) => `${value}`,
): string {
  return first === last ? `${word(first)}` : `${word(first)}:${word(last)}`
}
