import { expect } from 'vitest'
import type { Layer, Schedule, Span, WeeklyWindow } from '../../../src/domain/on-call/schedule.ts'
import { segmentsBetween, type Segment } from '../../../src/domain/on-call/segments.ts'
import { contains, mergeSpans } from '../../../src/domain/on-call/spans.ts'
import { windowOn } from '../../../src/domain/on-call/windows.ts'
import { describeCases, type Expectation, type Fields, listOf, textOf } from '../../support/cases.ts'
import { always, hourMs, instantOf, intervalsOf, iso, weekdayOf, written } from './case-times.ts'
import { scheduleOf } from './rotation-case.ts'

describeCases('on-call', 'window', (input, expectation) => {
  const windows = windowsOf(input)
  const dates = datesOf(input)
  checkWindow([...windows.values()], dates, input, expectation)
  checkNamed(windows, dates, expectation)
  checkYear(windows, dates, expectation)
})

const quarterMs = hourMs / 4
const pair = (value: unknown) => Array.isArray(value) && value.length === 2 && value.every(isClock)
const isClock = (value: unknown) => /^\d{2}:\d{2}$/.test(String(value))

/** By name: the one of `start` and `end`, one for each field with a pair of times, one for each site. */
function windowsOf(input: Fields): ReadonlyMap<string, WeeklyWindow> {
  const days = input['weekdaysMon0'] ?? input['weekdays'] ?? input['weekday']
  const weekdays = days === undefined ? [1, 2, 3, 4, 5, 6, 7] : listOf(days).map(weekdayOf)
  const window = (timeZone: unknown, start: unknown, end: unknown): WeeklyWindow => ({
    timeZone: textOf(timeZone, 'UTC'),
    weekdays,
    start: clockOf(start),
    end: clockOf(end),
  })
  const named = Object.entries(input).filter(([, value]) => pair(value)) as [string, [string, string]][]
  const sites = listOf<[string, unknown, unknown]>(input['sites'])
  return new Map([
    ...(input['start'] === undefined
      ? []
      : [['window', window(input['timeZone'], input['start'], input['end'])] as const]),
    ...named.map(([name, [start, end]]) => [name, window(input['timeZone'], start, end)] as const),
    ...sites.map(([zone, start, end]) => [zone, window(zone, start, end)] as const),
  ])
}

function clockOf(value: unknown): string {
  if (typeof value !== 'number') return String(value)
  return `${String(Math.floor(value)).padStart(2, '0')}:${String((value % 1) * 60).padStart(2, '0')}`
}

/** From `fromDate` to `toDate`, both included, or as listed. */
function datesOf(input: Fields): readonly string[] {
  const listed = listOf<string>(input['dates'] ?? input['date'])
  if (listed.length > 0) return listed
  const from = instantOf(input['fromDate'])
  const days = Math.round((instantOf(input['toDate'] ?? input['fromDate']) - from) / (24 * hourMs))
  return Array.from({ length: days + 1 }, (_, day) => iso(from + day * 24 * hourMs).slice(0, 10))
}

/** The windows that start on the dates, one by one, empty ones too. */
function openings(window: WeeklyWindow, dates: readonly string[]): Span[] {
  return dates
    .filter((date) => window.weekdays.includes(new Date(date).getUTCDay() || 7))
    .map((date) => windowOn(window, date))
}

function checkWindow(
  windows: readonly WeeklyWindow[],
  dates: readonly string[],
  input: Fields,
  expectation: Expectation,
): void {
  const spans = windows.flatMap((window) => openings(window, dates))
  expectation.field('activeUtc', (expected) => {
    const known = intervalsOf(expected)
    // Some cases write openings that meet as one.
    expect(written(known.length < written(spans).length ? mergeSpans(spans) : spans)).toEqual(known)
  })
  expectation.field('hours', (expected) => checkHours(spans, expected))
  for (const name of ['inside', 'active', 'activeAt'])
    expectation.field(name, (expected) => {
      const isRecord = typeof expected === 'object' && !Array.isArray(expected)
      const queries = isRecord ? Object.keys(expected as Fields) : listOf(input['queries'] ?? input['at'])
      const known = isRecord ? Object.values(expected as Fields) : listOf(expected)
      expect(queries.map((at) => spans.some((span) => contains(span, instantOf(at))))).toEqual(known)
    })
}

/** One for each opening, empty ones counted or not; a number alone is that of each, or of all together. */
function checkHours(spans: readonly Span[], expected: unknown): void {
  const hours = spans.map((span) => hoursIn([span]))
  if (typeof expected === 'number') {
    const close = (found: number) => Math.abs(found - expected) < 0.05
    expect(close(hoursIn(spans)) || hours.every(close), `${hours.join(', ')} against ${expected}`).toBe(true)
    return
  }
  const known = listOf<number>(expected)
  const counted = known.length === hours.length ? hours : hours.filter((length) => length > 0)
  expect(counted).toHaveLength(known.length)
  for (const [at, length] of counted.entries()) expect(length).toBeCloseTo(known[at] ?? NaN, 1)
}

/** `anaUtc` and `anaHours` are about the window `ana`; `both…` is where more than one, `gap…` where none of them is open. */
function checkNamed(
  windows: ReadonlyMap<string, WeeklyWindow>,
  dates: readonly string[],
  expectation: Expectation,
): void {
  for (const [name, window] of windows) {
    const spans = openings(window, dates)
    expectation.field(`${name}Utc`, (expected) => expect(written(spans)).toEqual(intervalsOf(expected)))
    expectation.field(`${name}Hours`, (expected) => expect(hoursIn(spans)).toBeCloseTo(Number(expected), 1))
  }
  const all = [...windows.values()].flatMap((window) => openings(window, dates))
  if (all.length === 0) return
  const range = { from: Math.min(...all.map(({ from }) => from)), to: Math.max(...all.map(({ to }) => to)) }
  const segments = segmentsBetween(scheduleOfWindows(windows), range.from, range.to)
  const both = mergeSpans(segments.filter(({ people }) => people.length > 1))
  const gaps = mergeSpans(segments.filter(({ people }) => people.length === 0))
  for (const name of ['bothOnCall', 'both', 'overlap']) checkSpans(name, both, expectation)
  for (const name of ['gap', 'gaps', 'nobodyOnCall']) checkSpans(name, gaps, expectation)
}

function checkSpans(name: string, spans: readonly Span[], expectation: Expectation): void {
  expectation.field(`${name}Utc`, (expected) => expect(written(spans)).toEqual(intervalsOf(expected)))
  expectation.field(`${name}Hours`, (expected) => expect(hoursIn(spans)).toBeCloseTo(Number(expected), 1))
}

function checkYear(
  windows: ReadonlyMap<string, WeeklyWindow>,
  dates: readonly string[],
  expectation: Expectation,
): void {
  const schedule = scheduleOfWindows(windows)
  const counted = { gap: (people: number) => people === 0, double: (people: number) => people > 1 }
  expectation.field('byDate', (expected) => {
    for (const [date, known] of Object.entries(expected as Readonly<Record<string, Fields>>))
      checkDate(schedule, date, known)
    if (dates.length > 0) expect(Object.keys(expected as Fields).toSorted()).toEqual([...dates].toSorted())
  })
  for (const name of expectation.left()) {
    const [, kind, year] = /^(gap|double)HoursIn(\d{4})$/.exec(name) ?? []
    if (kind !== 'gap' && kind !== 'double') continue
    const segments = segmentsBetween(
      schedule,
      Date.parse(`${year}-01-01`),
      Date.parse(`${Number(year) + 1}-01-01`),
    )
    const spans = segments.filter(({ people }) => counted[kind](people.length))
    expectation.field(name, (hours) => expect(hoursIn(spans)).toBeCloseTo(Number(hours), 2))
  }
}

/** Hours of a day in UTC in which a quarter of an hour is not covered, or covered twice. */
function checkDate(schedule: Schedule, date: string, known: Fields): void {
  const start = Date.parse(date)
  const segments = segmentsBetween(schedule, start, start + 24 * hourMs)
  for (const [name, hours] of Object.entries(known)) {
    const wanted = {
      gapUtcHours: (people: number) => people === 0,
      doubleUtcHours: (people: number) => people > 1,
    }[name]
    if (wanted === undefined) throw new Error(`"${name}" of a date is not understood`)
    const quarters = Array.from({ length: 96 }, (_, quarter) => start + quarter * quarterMs)
    const found = quarters.filter((at) => wanted(peopleAt(segments, at)))
    expect([...new Set(found.map((at) => iso(at).slice(11, 13)))], `${date} ${name}`).toEqual(
      listOf(hours).map((hour) => String(hour).padStart(2, '0')),
    )
  }
}

function peopleAt(segments: readonly Segment[], instant: number): number {
  return segments.find((segment) => contains(segment, instant))?.people.length ?? 0
}

function hoursIn(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, to }) => sum + (to - from), 0) / hourMs
}

/** Each window as a layer of somebody called so, all together. */
function scheduleOfWindows(windows: ReadonlyMap<string, WeeklyWindow>): Schedule {
  return scheduleOf(
    [...windows].map(
      ([name, window]): Layer => ({
        name,
        priority: 1,
        turns: { kind: 'shifts', shifts: [{ ...always, people: [name] }] },
        windows: [window],
      }),
    ),
  )
}
