import { Temporal } from 'temporal-polyfill'
import { firstInstantOf } from '../values/wall-clock.ts'
import { type Calendar, holidaySpan } from './business-hours.ts'
import { shiftsOf } from './coverage.ts'
import type { Schedule, Span } from './schedule.ts'
import { cutTo, mergeSpans, overlaps } from './spans.ts'

/** What one person carries of a schedule in some time. */
export interface Load {
  readonly person: string
  readonly shifts: number
  readonly totalMs: number
  /** Nights from 22:00 to 06:00 in the person's zone that are theirs, whole or in part, and how long of them. */
  readonly nights: number
  readonly nightMs: number
  /** Weekends from Saturday 00:00 to Monday 00:00 in the person's zone, as nights. */
  readonly weekends: number
  readonly weekendMs: number
  /** Days that are holidays in a calendar of the person's zone, as nights. */
  readonly holidays: number
  readonly holidayMs: number
}

/** What a load is measured by. */
export interface Measure extends Span {
  readonly zoneOf: (person: string) => string
  /** As configured; those that have a person's zone count for them. */
  readonly calendars: readonly Calendar[]
}

const nightBegins = { hour: 22 }
const nightEnds = { hour: 6 }
const saturday = 6

/** Everybody's load in `[from, to)`, the heaviest first; those in a rotation who carry nothing are there with nothing. */
export function loadsOf(schedule: Schedule, measure: Measure): Load[] {
  const shifts = shiftsOf(schedule, measure.from, measure.to)
  const members = schedule.layers.flatMap(({ turns, until }) =>
    turns.kind === 'rotation' && (until === undefined || until > measure.from)
      ? turns.participants.flat()
      : [],
  )
  const people = [...new Set([...members, ...shifts.keys()])].toSorted()
  const known = new Map<string, Times>()
  return people
    .map((person) => {
      const zone = measure.zoneOf(person)
      const times = known.get(zone) ?? timesIn(zone, measure)
      known.set(zone, times)
      return loadOf(person, shifts.get(person) ?? [], times)
    })
    .toSorted((a, b) => b.totalMs - a.totalMs)
}

interface Times {
  readonly nights: readonly Span[]
  readonly weekends: readonly Span[]
  readonly holidays: readonly Span[]
}

function loadOf(person: string, shifts: readonly Span[], { nights, weekends, holidays }: Times): Load {
  const own = mergeSpans(shifts)
  return {
    person,
    shifts: shifts.length,
    totalMs: lengthOf(own),
    nights: touched(nights, own),
    nightMs: lengthOf(cutTo(own, nights)),
    weekends: touched(weekends, own),
    weekendMs: lengthOf(cutTo(own, weekends)),
    holidays: touched(holidays, own),
    holidayMs: lengthOf(cutTo(own, mergeSpans(holidays))),
  }
}

/** The nights, weekends and holidays of a zone that touch the time. */
function timesIn(timeZone: string, { from, to, calendars }: Measure): Times {
  const days = datesOf(timeZone, from, to)
  const at = (day: Temporal.PlainDate, time: { hour: number } | undefined) =>
    firstInstantOf(day.toPlainDateTime(time), timeZone)
  const dates = calendars.filter((one) => one.timeZone === timeZone).flatMap(({ holidays }) => holidays)
  const all: Times = {
    nights: days.map((day) => ({ from: at(day, nightBegins), to: at(day.add({ days: 1 }), nightEnds) })),
    weekends: days
      .filter(({ dayOfWeek }) => dayOfWeek === saturday)
      .map((day) => ({ from: at(day, undefined), to: at(day.add({ days: 2 }), undefined) })),
    holidays: [...new Set(dates)].toSorted().map((date) => holidaySpan(date, timeZone)),
  }
  const inside = (spans: readonly Span[]) => spans.filter((span) => overlaps(span, { from, to }))
  return { nights: inside(all.nights), weekends: inside(all.weekends), holidays: inside(all.holidays) }
}

/** From two days before, so that a weekend or night that has begun is among them. */
function datesOf(timeZone: string, from: number, to: number): Temporal.PlainDate[] {
  const dates: Temporal.PlainDate[] = []
  const local = (instant: number) =>
    Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).toPlainDate()
  const last = local(to)
  for (
    let day = local(from).subtract({ days: 2 });
    Temporal.PlainDate.compare(day, last) <= 0;
    day = day.add({ days: 1 })
  )
    dates.push(day)
  return dates
}

/** How many of the spans the shifts touch; both sorted. */
function touched(spans: readonly Span[], shifts: readonly Span[]): number {
  return spans.filter((span) => shifts.some((shift) => overlaps(span, shift))).length
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, to }) => sum + to - from, 0)
}
