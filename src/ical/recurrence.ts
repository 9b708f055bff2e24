import { Temporal } from 'temporal-polyfill'

/*
 * Recurrence rules are expanded here and not by ical.js: its iterators never return from a rule that has no day, such as every 30
 * February, and put some days into the wrong month.
 */

/** What of RFC 5545's RECUR is understood: on-call calendars repeat by days, weeks, months or years. */
export interface Rule {
  readonly freq: Freq
  readonly interval: number
  readonly count?: number
  readonly byDay: readonly { readonly ordinal: number; readonly weekday: number }[]
  readonly byMonthDay: readonly number[]
  readonly byMonth: readonly number[]
  readonly bySetPos: readonly number[]
  /** 1 is Monday. */
  readonly weekStart: number
}

type Freq = 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'

/** How many days may still be looked at, over all rules of a feed. */
export interface Budget {
  days: number
}

const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const known = ['freq', 'interval', 'count', 'until', 'wkst', 'byday', 'bymonthday', 'bymonth', 'bysetpos']

/**
 * The rule that jCal has.
 * @throws RangeError when it is none, or one that is not understood
 */
export function readRule(recur: Readonly<Record<string, unknown>>): Rule {
  const foreign = Object.keys(recur).find((part) => !known.includes(part))
  if (foreign !== undefined)
    throw new RangeError(`its rule has ${foreign.toUpperCase()}, which is not understood`)
  const { freq } = recur
  if (freq !== 'DAILY' && freq !== 'WEEKLY' && freq !== 'MONTHLY' && freq !== 'YEARLY')
    throw new RangeError(`it repeats ${String(freq)}: only DAILY, WEEKLY, MONTHLY and YEARLY are understood`)
  const byDay = list(recur['byday']).map(dayOf)
  if ((freq === 'DAILY' || freq === 'WEEKLY') && byDay.some(({ ordinal }) => ordinal !== 0))
    throw new RangeError(`its ${freq} rule numbers weekdays, which only months and years have several of`)
  const [interval = 1] = numbers(recur['interval'], 1, 10_000)
  const [count] = numbers(recur['count'], 1, 1_000_000)
  const [weekStart = 1] = list(recur['wkst']).map((day) =>
    typeof day === 'number' ? ((day + 5) % 7) + 1 : weekdayOf(day),
  )
  return {
    freq,
    interval,
    ...(count === undefined ? {} : { count }),
    byDay,
    byMonthDay: numbers(recur['bymonthday'], -31, 31),
    byMonth: numbers(recur['bymonth'], 1, 12),
    bySetPos: numbers(recur['bysetpos'], -366, 366),
    weekStart,
  }
}

/**
 * The local starts of a rule that lie on dates in `[from, to]`; the first one of all is `start` itself, whatever the rule says.
 * @throws RangeError when the budget does not suffice
 */
export function* occurrences(
  rule: Rule,
  start: Temporal.PlainDateTime,
  { from, to }: { readonly from: Temporal.PlainDate; readonly to: Temporal.PlainDate },
  budget: Budget,
): Generator<Temporal.PlainDateTime> {
  const first = start.toPlainDate()
  const before = (a: Temporal.PlainDate, b: Temporal.PlainDate) => Temporal.PlainDate.compare(a, b) < 0
  if (!before(first, from) && !before(to, first)) yield start
  let left = (rule.count ?? Infinity) - 1
  // Only a count has to be counted from the beginning.
  for (let at = rule.count === undefined ? firstPeriod(rule, first, from) : 0; left > 0; at += 1) {
    const period = periodAt(rule, first, at)
    if (before(to, period)) return
    budget.days -= lengthOf(rule, period)
    if (budget.days < 0)
      throw new RangeError('its rule takes too long to expand: shorten the rule or the feed')
    for (const day of daysIn(rule, period, first)) {
      if (!before(first, day)) continue
      if (before(to, day)) return
      if (!before(day, from)) yield day.toPlainDateTime(start.toPlainTime())
      left -= 1
      if (left <= 0) return
    }
  }
}

const units = { DAILY: 'days', WEEKLY: 'weeks', MONTHLY: 'months', YEARLY: 'years' } as const

/** The first day of a period; the first period is the one with the start. */
function periodAt(
  { freq, interval, weekStart }: Rule,
  first: Temporal.PlainDate,
  at: number,
): Temporal.PlainDate {
  const begin = {
    DAILY: () => first,
    WEEKLY: () => first.subtract({ days: (first.dayOfWeek - weekStart + 7) % 7 }),
    MONTHLY: () => first.with({ day: 1 }),
    YEARLY: () => first.with({ month: 1, day: 1 }),
  }[freq]()
  return begin.add({ [units[freq]]: at * interval })
}

/** One that is surely not after the period with `from`. */
function firstPeriod(rule: Rule, first: Temporal.PlainDate, from: Temporal.PlainDate): number {
  const unit = units[rule.freq]
  const passed = first.until(from, { largestUnit: unit })[unit]
  return Math.max(0, Math.floor(passed / rule.interval) - 1)
}

function daysIn(rule: Rule, period: Temporal.PlainDate, first: Temporal.PlainDate): Temporal.PlainDate[] {
  const days = candidates(rule, period, first).filter(
    (day) =>
      (rule.byMonth.length === 0 || rule.byMonth.includes(day.month)) &&
      (rule.byMonthDay.length === 0 ||
        rule.byMonthDay.some((wanted) => day.day === (wanted < 0 ? day.daysInMonth + wanted + 1 : wanted))) &&
      (rule.byDay.length === 0 || rule.byDay.some((wanted) => isDay(day, wanted, rule))),
  )
  if (rule.bySetPos.length === 0) return days
  return days.filter((_, at) =>
    rule.bySetPos.some((wanted) => at === (wanted < 0 ? days.length + wanted : wanted - 1)),
  )
}

/** The days of a period that the rule may mean; without any BY part those that are like the start. */
function candidates(rule: Rule, period: Temporal.PlainDate, first: Temporal.PlainDate): Temporal.PlainDate[] {
  const { freq, byDay, byMonthDay } = rule
  const days = Array.from({ length: lengthOf(rule, period) }, (_, at) => period.add({ days: at }))
  if (freq === 'DAILY' || byDay.length > 0 || byMonthDay.length > 0) return days
  if (freq === 'WEEKLY') return days.filter((day) => day.dayOfWeek === first.dayOfWeek)
  const sameDay = days.filter((day) => day.day === first.day)
  if (freq === 'MONTHLY' || rule.byMonth.length > 0) return sameDay
  return sameDay.filter((day) => day.month === first.month)
}

function lengthOf({ freq }: Rule, period: Temporal.PlainDate): number {
  return { DAILY: 1, WEEKLY: 7, MONTHLY: period.daysInMonth, YEARLY: period.daysInYear }[freq]
}

/** `2MO` is the second Monday of the month, in a yearly rule without months of the year. */
function isDay(
  day: Temporal.PlainDate,
  { ordinal, weekday }: Rule['byDay'][number],
  { freq, byMonth }: Rule,
): boolean {
  if (day.dayOfWeek !== weekday) return false
  if (ordinal === 0) return true
  const ofYear = freq === 'YEARLY' && byMonth.length === 0
  const [place, length] = ofYear ? [day.dayOfYear, day.daysInYear] : [day.day, day.daysInMonth]
  return ordinal === (ordinal > 0 ? Math.ceil(place / 7) : -Math.ceil((length - place + 1) / 7))
}

function dayOf(text: unknown): Rule['byDay'][number] {
  const [, ordinal = '', day] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(String(text)) ?? []
  return { ordinal: Number(ordinal), weekday: weekdayOf(day) }
}

function weekdayOf(day: unknown): number {
  const at = weekdays.indexOf(String(day))
  if (at === -1) throw new RangeError(`its rule has "${String(day)}", which is no weekday`)
  return at + 1
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

function numbers(value: unknown, least: number, most: number): number[] {
  return list(value).map((item) => {
    const number = Number(item)
    if (!Number.isInteger(number) || number < least || number > most || number === 0)
      throw new RangeError(
        `its rule has ${String(item)}, where a whole number from ${least} to ${most} is expected`,
      )
    return number
  })
}
