import { type Component, property, properties, textProperty } from './content-lines.ts'
import { occurrences } from './recurrence.ts'
import { readRule } from './rule.ts'
import { offsetOf, readTime, type TimeZones, timesOf } from './wall-time.ts'
import { dayMs, utc, type Zone } from './zones.ts'

/** Of one zone. Its rules are yearly ones. */
const mostSteps = 50_000
/** Rules are followed from this long before the time that is asked for: the last change before it is within. */
const backMs = 3 * 366 * dayMs

interface Change {
  /** Epoch milliseconds. */
  readonly at: number
  readonly before: number
  readonly after: number
}

const written: TimeZones = { own: utc, named: () => utc, likely: [] }

/**
 * A zone by the rules of a VTIMEZONE.
 * @throws RangeError when they cannot be read
 */
export function zoneByRules(
  component: Component,
  span: { readonly from: number; readonly to: number },
): Zone {
  const parts = component.components.filter(({ name }) => name === 'STANDARD' || name === 'DAYLIGHT')
  if (parts.length === 0)
    throw new RangeError(`the rules of its time zone "${textProperty(component, 'TZID')}" are missing`)
  const budget = { steps: mostSteps }
  const range = { from: span.from - backMs, to: span.to + 2 * dayMs }
  const changes = parts.flatMap((part) => changesOf(part, range, budget)).toSorted((a, b) => a.at - b.at)
  const [first] = changes
  return {
    offsetAt: (instant) => changes.findLast(({ at }) => at <= instant)?.after ?? first?.before ?? 0,
  }
}

/** When the clocks change to what a part says: its onsets are on the clock before it. */
function changesOf(
  part: Component,
  range: { from: number; to: number },
  budget: { steps: number },
): Change[] {
  const before = offsetOf(textProperty(part, 'TZOFFSETFROM'))
  const after = offsetOf(textProperty(part, 'TZOFFSETTO'))
  const begin = property(part, 'DTSTART')
  if (begin === undefined) throw new RangeError('the rules of its time zone have no DTSTART')
  const start = readTime(begin.value, new Map(), written).wall
  const added = timesOf(properties(part, 'RDATE'), written).map(({ time }) => time.wall)
  const repeated = properties(part, 'RRULE').flatMap(({ value }) => {
    const rule = readRule(value)
    const last = rule.until === undefined ? Infinity : readTime(rule.until, new Map(), written).wall
    // The last change of a rule that has ended holds until another part says otherwise, however long ago that was.
    const from = rule.count === undefined ? Math.min(range.from, last - backMs) : start
    return [...occurrences(rule, start, { ...range, from }, budget)].filter((wall) => wall - before <= last)
  })
  return [...new Set([start, ...added, ...repeated])].map((wall) => ({ at: wall - before, before, after }))
}
