import type { Shift, Span } from '../../../src/domain/on-call/schedule.ts'
import { listOf } from '../../support/cases.ts'

export const hourMs = 3_600_000

/** The day on which times without a date lie. */
export const caseDay = Date.parse('2026-05-01T00:00:00Z')

export const always: Span = { from: -8e15, to: 8e15 }

/** An instant, `HH:MM`, or hours of the case's day. */
export function instantOf(value: unknown): number {
  if (typeof value === 'number') return caseDay + value * hourMs
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(String(value))
  if (clock !== null)
    return caseDay + Number(clock[1]) * hourMs + Number(clock[2]) * 60_000 + Number(clock[3] ?? 0) * 1_000
  const instant = Date.parse(String(value))
  if (Number.isNaN(instant)) throw new Error(`${JSON.stringify(value)} is no time that a case may have`)
  return instant
}

export function iso(instant: number): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z')
}

/** `null` and nobody are the same; names come sorted. */
export function namesOf(value: unknown): string[] {
  return listOf<string>(value).toSorted()
}

/** `[from, to, names]` */
export function shiftOf(value: unknown): Shift {
  const [from, to, people] = listOf(value)
  return { from: instantOf(from), to: instantOf(to), people: namesOf(people) }
}

/** Intervals as written: several, one, or none; empty ones are no intervals. */
export function intervalsOf(value: unknown): string[][] {
  const list = listOf(value)
  const several = list.every((item) => item === null || Array.isArray(item)) ? list : [list]
  return several
    .filter((item) => item !== null)
    .map((item) => listOf<string>(item).map((end) => iso(Date.parse(end))))
    .filter(([from, to]) => from !== to)
}

export function written(spans: readonly Span[]): string[][] {
  return spans.filter(({ from, to }) => from < to).map(({ from, to }) => [iso(from), iso(to)])
}

const weekdayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** ISO weekday of a number with Monday 0, or of a name. */
export function weekdayOf(value: unknown): number {
  if (typeof value === 'number') return value + 1
  const at = weekdayNames.findIndex((name) => name.startsWith(String(value).toLowerCase().slice(0, 3)))
  if (at === -1) throw new Error(`${JSON.stringify(value)} is not a weekday`)
  return at + 1
}
