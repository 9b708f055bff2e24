import { Temporal } from 'temporal-polyfill'
import type { Span } from '../../domain/on-call/schedule.ts'
import type { Segment } from '../../domain/on-call/segments.ts'
import { overlaps } from '../../domain/on-call/spans.ts'
import { firstInstantOf } from '../../domain/values/wall-clock.ts'
import { html, type Html } from '../html.ts'
import { swatch } from './shift-strip.ts'
import { icon } from './words.ts'

/** `2026-12`; `undefined` for what is no month of a year from 2000 to 2100. */
export function readMonth(text: string | undefined): Temporal.PlainYearMonth | undefined {
  if (text === undefined || !/^20\d\d-(?:0[1-9]|1[0-2])$/.test(text)) return undefined
  return Temporal.PlainYearMonth.from(text)
}

/** From the first instant of the month to that of the next. */
export function monthSpan(month: Temporal.PlainYearMonth, timeZone: string): Span {
  const begin = (one: Temporal.PlainYearMonth) =>
    firstInstantOf(one.toPlainDate({ day: 1 }).toPlainDateTime(), timeZone)
  return { from: begin(month), to: begin(month.add({ months: 1 })) }
}

/** The month of an instant. */
export function monthAt(instant: number, timeZone: string): Temporal.PlainYearMonth {
  return Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toPlainYearMonth()
}

export function monthWords(month: Temporal.PlainYearMonth): string {
  return new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    Date.UTC(month.year, month.month - 1),
  )
}

/** A month day by day, beside each other where there is room: who is on call, and when they take over. */
export function shiftMonth(
  month: Temporal.PlainYearMonth,
  segments: readonly Segment[],
  timeZone: string,
  colour: (people: readonly string[]) => string,
  now: number,
): Html {
  const first = month.toPlainDate({ day: 1 })
  const days = Array.from({ length: month.daysInMonth }, (_, at) => first.add({ days: at }))
  const cell = (day: Temporal.PlainDate) => {
    const span = { from: startOf(day, timeZone), to: startOf(day.add({ days: 1 }), timeZone) }
    const shifts = segments.filter((segment) => overlaps(segment, span))
    const isToday = span.from <= now && now < span.to
    return html`<li class="${day.day === 1 ? `from-${day.dayOfWeek}` : 'day'}"${isToday ? html` aria-current="date"` : null}><time datetime="${day.toString()}">${dayName(day)}</time> ${shifts.map((one) => shiftOf(one, span, timeZone, colour))}</li>`
  }
  return html`<ol class="month">${days.map(cell)}</ol>`
}

function shiftOf(
  segment: Segment,
  day: Span,
  timeZone: string,
  colour: (people: readonly string[]) => string,
): Html {
  const { people, from } = segment
  const since = from <= day.from ? null : html`<span class="quiet">${clock(from, timeZone)}</span> `
  const who = people.length === 0 ? html`${icon('▲')} nobody` : people.join(', ')
  return html`<span class="${people.length === 0 ? 'turn gap' : 'turn'}">${swatch(colour(people))} ${since}<strong>${who}</strong></span> `
}

function startOf(day: Temporal.PlainDate, timeZone: string): number {
  return firstInstantOf(day.toPlainDateTime(), timeZone)
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function dayName(day: Temporal.PlainDate): string {
  return `${weekdays[day.dayOfWeek - 1]} ${day.day}`
}

function clock(instant: number, timeZone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone)
  return `${String(local.hour).padStart(2, '0')}:${String(local.minute).padStart(2, '0')}`
}
