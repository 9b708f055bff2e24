import type { Rule } from './rule.ts'
import { dayMs } from './zones.ts'

/** Whether the rule means this day of its period; what it does not say is as in the start. */
export function hasDay(rule: Rule, date: Day, start: number): boolean {
  const { freq, byMonth, byWeekNo, byYearDay, byMonthDay, byDay } = rule
  if (!allows(byMonth, date.month)) return false
  if (byWeekNo.length > 0 && !isWeek(rule, date)) return false
  const inYear = date.number - dayNumber(date.year, 1) + 1
  const yearLength = dayNumber(date.year + 1, 1) - dayNumber(date.year, 1)
  if (!fromEitherEnd(byYearDay, inYear, yearLength)) return false
  if (!fromEitherEnd(byMonthDay, date.day, daysInMonth(date.year, date.month))) return false
  if (byDay.length > 0) return byDay.some((wanted) => isDay(date, wanted, rule, inYear, yearLength))
  if (byMonthDay.length > 0 || byYearDay.length > 0) return true
  const first = dateOf(Math.floor(start / dayMs))
  if (freq === 'WEEKLY' || (freq === 'YEARLY' && byWeekNo.length > 0)) return date.weekday === first.weekday
  if (freq === 'MONTHLY') return date.day === first.day
  if (freq !== 'YEARLY') return true
  return date.day === first.day && (byMonth.length > 0 || date.month === first.month)
}

function fromEitherEnd(wanted: readonly number[], place: number, length: number): boolean {
  return wanted.length === 0 || wanted.includes(place) || wanted.includes(place - length - 1)
}

/** `2MO` is the second Monday of the month, in a yearly rule without months of the year. */
function isDay(
  date: Day,
  { ordinal, weekday }: Rule['byDay'][number],
  { freq, byMonth }: Rule,
  inYear: number,
  yearLength: number,
): boolean {
  if (date.weekday !== weekday) return false
  if (ordinal === 0) return true
  const ofYear = freq === 'YEARLY' && byMonth.length === 0
  const [place, length] = ofYear ? [inYear, yearLength] : [date.day, daysInMonth(date.year, date.month)]
  return ordinal === (ordinal > 0 ? Math.ceil(place / 7) : -Math.ceil((length - place + 1) / 7))
}

/** Weeks are numbered as ISO 8601 does, from `weekStart`: the first one has four days or more in the year. */
function isWeek({ byWeekNo, weekStart }: Rule, { number, weekday }: Day): boolean {
  const middle = number - ((weekday - weekStart + 7) % 7) + 3
  const { year } = dateOf(middle)
  const week = Math.floor((middle - dayNumber(year, 1)) / 7) + 1
  const yearLength = dayNumber(year + 1, 1) - dayNumber(year, 1)
  const weeks = week + Math.floor((yearLength - 1 - (middle - dayNumber(year, 1))) / 7)
  return fromEitherEnd(byWeekNo, week, weeks)
}

interface Day {
  /** Since 1970-01-01. */
  readonly number: number
  readonly year: number
  /** 1 to 12 */
  readonly month: number
  readonly day: number
  /** 1 is Monday. */
  readonly weekday: number
}

export function dateOf(number: number): Day {
  const date = new Date(number * dayMs)
  return {
    number,
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay() || 7,
  }
}

export function dayNumber(year: number, month: number): number {
  return Date.UTC(year, month - 1, 1) / dayMs
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** A part of a rule that is not there leaves nothing out. */
export function allows(given: readonly number[], value: number): boolean {
  return given.length === 0 || given.includes(value)
}
