import type { Rule } from './rule.ts'
import { allows, dateOf, dayNumber, daysInMonth, hasDay } from './rule-days.ts'
import { dayMs, minuteMs } from './zones.ts'

/*
 * Recurrence rules are expanded here and not by ical.js: its iterators never return from a rule that has no day, such as every 30
 * February, and put some days into the wrong month. Times are milliseconds on the wall, as if it were UTC; days are whole numbers of them
 * since 1970.
 */

/** How many days and times may still be looked at, over all rules of a feed. */
export interface Budget {
  steps: number
}

/** Local times, both included. */
interface Range {
  readonly from: number
  readonly to: number
}

/**
 * The starts of a rule that lie in the range, in order; the first one of all is `start` itself, whatever the rule says.
 * @throws RangeError when the budget does not suffice
 */
export function* occurrences(rule: Rule, start: number, range: Range, budget: Budget): Generator<number> {
  if (range.from <= start && start <= range.to) yield start
  yield* ruled(rule, start, start + 1, range, budget)
}

/**
 * The times that a rule says itself, from `start` on and in the range, in order: `start` is among them only where the rule says so, as for
 * an EXRULE.
 * @throws RangeError when the budget does not suffice
 */
export function matches(rule: Rule, start: number, range: Range, budget: Budget): Generator<number> {
  return ruled(rule, start, start, range, budget)
}

/** @param least the first time that is looked at: after the start, where the start was the first of the rule's COUNT */
function* ruled(rule: Rule, start: number, least: number, range: Range, budget: Budget): Generator<number> {
  let left = (rule.count ?? Infinity) - (least > start ? 1 : 0)
  if (left <= 0) return
  // Only a count has to be counted from the beginning.
  const from = rule.count === undefined ? Math.max(start, range.from) : start
  const periods = isShort(rule)
    ? momentsOf(rule, start, from, range.to, budget)
    : daysOf(rule, start, from, range.to, budget)
  for (const times of periods)
    for (const time of atPositions(times, rule.bySetPos)) {
      if (time < least) continue
      if (time > range.to) return
      if (time >= range.from) yield time
      left -= 1
      if (left <= 0) return
    }
}

type Short = 'HOURLY' | 'MINUTELY' | 'SECONDLY'

const shortUnits: Readonly<Record<Short, number>> = {
  HOURLY: 60 * minuteMs,
  MINUTELY: minuteMs,
  SECONDLY: 1000,
}

function isShort({ freq }: Rule): boolean {
  return Object.hasOwn(shortUnits, freq)
}

/** @throws RangeError when nothing is left */
export function spend(budget: Budget, steps: number): void {
  budget.steps -= steps
  if (budget.steps < 0)
    throw new RangeError('its rule takes too long to expand: shorten the rule or the feed')
}

function atPositions(times: readonly number[], positions: readonly number[]): readonly number[] {
  if (positions.length === 0) return times
  return times.filter((_, at) => positions.includes(at + 1) || positions.includes(at - times.length))
}

/** The times of each period of days. */
function* daysOf(rule: Rule, start: number, from: number, to: number, budget: Budget): Generator<number[]> {
  const clock = clockTimes(rule, start)
  for (let at = firstPeriod(rule, start, from); ; at += 1) {
    const period = periodAt(rule, start, at)
    if (period.first * dayMs > to) return
    const days: number[] = []
    for (const { first, length } of candidates(rule, start, period)) {
      spend(budget, length)
      for (let day = first; day < first + length; day += 1)
        if (hasDay(rule, dateOf(day), start)) days.push(day)
    }
    spend(budget, days.length * (clock.length - 1) + 1)
    yield days.flatMap((day) => clock.map((time) => day * dayMs + time))
  }
}

interface Period {
  readonly first: number
  readonly length: number
}

/** Where in a period the days of a rule may lie, so that a birthday is not looked for on every day of a year. */
function candidates(
  { freq, byWeekNo, byYearDay, byMonth, byMonthDay, byDay }: Rule,
  start: number,
  period: Period,
): Period[] {
  if (freq === 'DAILY' || freq === 'WEEKLY' || byWeekNo.length + byYearDay.length > 0) return [period]
  const first = dateOf(Math.floor(start / dayMs))
  const { year, month } = dateOf(period.first)
  const isAnyDay = byDay.length + byMonthDay.length > 0
  const named = byMonth.length > 0 ? orElse(byMonth, 1) : null
  const all = isAnyDay ? Array.from({ length: 12 }, (_, at) => at + 1) : [first.month]
  const months = freq === 'MONTHLY' ? [month] : (named ?? all)
  return months.flatMap((one) => {
    const length = daysInMonth(year, one)
    if (isAnyDay) return [{ first: dayNumber(year, one), length }]
    return first.day > length ? [] : [{ first: dayNumber(year, one) + first.day - 1, length: 1 }]
  })
}

/** The times of day of a rule, in order; what it does not say is as in the start. */
function clockTimes({ byHour, byMinute, bySecond }: Rule, start: number): number[] {
  const time = start - Math.floor(start / dayMs) * dayMs
  const hours = orElse(byHour, Math.floor(time / (60 * minuteMs)))
  const minutes = orElse(byMinute, Math.floor(time / minuteMs) % 60)
  const seconds = orElse(bySecond, Math.floor(time / 1000) % 60)
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => ((hour * 60 + minute) * 60 + second) * 1000)),
  )
}

function orElse(given: readonly number[], usual: number): number[] {
  return given.length === 0 ? [usual] : [...new Set(given)].toSorted((a, b) => a - b)
}

/** The times of each hour, minute or second; days, hours and minutes that the rule leaves out are leapt over. */
function* momentsOf(
  rule: Rule,
  start: number,
  from: number,
  to: number,
  budget: Budget,
): Generator<number[]> {
  const unit = shortUnits[rule.freq as Short]
  const step = unit * rule.interval
  const base = Math.floor(start / unit) * unit
  const leap = (at: number, until: number) => Math.max(at + 1, Math.ceil((until - base) / step))
  const hourMs = 60 * minuteMs
  const within = [...new Set(clockTimes(rule, start).map((time) => time % unit))]
  let [checked, isIn] = [NaN, false]
  for (let at = Math.max(0, Math.floor((from - base) / step)); ; ) {
    const moment = base + at * step
    if (moment > to) return
    spend(budget, 1)
    const day = Math.floor(moment / dayMs)
    const hour = Math.floor(moment / hourMs)
    const minute = Math.floor(moment / minuteMs)
    if (day !== checked) [checked, isIn] = [day, hasDay(rule, dateOf(day), start)]
    if (!isIn) at = leap(at, (day + 1) * dayMs)
    else if (!allows(rule.byHour, hour % 24)) at = leap(at, (hour + 1) * hourMs)
    else if (unit < hourMs && !allows(rule.byMinute, minute % 60)) at = leap(at, (minute + 1) * minuteMs)
    else if (unit < minuteMs && !allows(rule.bySecond, Math.floor(moment / 1000) % 60)) at += 1
    else {
      spend(budget, within.length - 1)
      yield within.map((time) => moment + time)
      at += 1
    }
  }
}

/** The days of a period; the first period is the one with the start. */
function periodAt({ freq, interval, weekStart }: Rule, start: number, at: number): Period {
  const day = Math.floor(start / dayMs)
  const { year, month, weekday } = dateOf(day)
  switch (freq) {
    case 'YEARLY': {
      const first = dayNumber(year + at * interval, 1)
      return { first, length: dayNumber(year + at * interval + 1, 1) - first }
    }
    case 'MONTHLY': {
      const months = month - 1 + at * interval
      const [inYear, number] = [year + Math.floor(months / 12), (months % 12) + 1]
      return { first: dayNumber(inYear, number), length: daysInMonth(inYear, number) }
    }
    case 'WEEKLY':
      return { first: day - ((weekday - weekStart + 7) % 7) + at * 7 * interval, length: 7 }
    default:
      return { first: day + at * interval, length: 1 }
  }
}

/** One that is surely not after the period with `from`. */
function firstPeriod({ freq, interval }: Rule, start: number, from: number): number {
  const [first, wanted] = [dateOf(Math.floor(start / dayMs)), dateOf(Math.floor(from / dayMs))]
  const days = Math.floor((from - start) / dayMs)
  const years = wanted.year - first.year
  const passed = {
    YEARLY: years,
    MONTHLY: years * 12 + wanted.month - first.month,
    WEEKLY: Math.floor(days / 7),
  }
  const units = freq === 'YEARLY' || freq === 'MONTHLY' || freq === 'WEEKLY' ? passed[freq] : days
  return Math.max(0, Math.floor(units / interval) - 1)
}
