import type { Labels } from '../alert/alert.ts'
import {
  errorOf,
  numberIn,
  rowsOf,
  wordsOf,
  verdictsOf,
  type Row,
  type RowsResult,
} from './evidence-result.ts'
import type { BaselineKind } from '../check/baseline.ts'
import { baselineWords, describeVerdict, worstVerdict } from '../check/verdict-words.ts'
import { formatChange, formatNumber } from '../values/numbers.ts'
import type { Series } from '../check/verdict.ts'
import { stretchBefore } from '../values/wall-clock.ts'

/** The windows that evidence is asked for, half-open, ISO 8601 in UTC. */
export interface QueryWindow {
  readonly from: string
  readonly to: string
  readonly dayFrom: string
  readonly dayTo: string
  readonly weekFrom: string
  readonly weekTo: string
}

export interface WindowOf {
  readonly startedAt: string
  /** Up to when there are measurements. */
  readonly until: string
  readonly bucketMs: number
  readonly timeZone: string
}

/**
 * The incident's window in whole buckets, at least one, with the windows a day and a week before. Those begin at the same local clock time
 * and last as long, so that totals compare also where the clocks changed in between.
 */
export function windowsOf({ startedAt, until, bucketMs, timeZone }: WindowOf): QueryWindow {
  const from = Math.floor(Date.parse(startedAt) / bucketMs) * bucketMs
  const to = Math.max(Math.floor(Date.parse(until) / bucketMs) * bucketMs, from + bucketMs)
  const [day, week] = [1, 7].map((days) => stretchBefore(from, days, bucketMs, timeZone)) as [number, number]
  const lasts = to - from
  return {
    from: iso(from),
    to: iso(to),
    dayFrom: iso(day),
    dayTo: iso(day + lasts),
    weekFrom: iso(week),
    weekTo: iso(week + lasts),
  }
}

/** What an evidence query's parameters are bound to; see `EvidenceQuery`. */
export function queryParameters(
  window: QueryWindow,
  bucketMs: number,
): Readonly<Record<string, Date | number>> {
  const instants = Object.entries(window).map(([name, at]) => [name, new Date(at)] as const)
  return { ...Object.fromEntries(instants), bucketSeconds: Math.round(bucketMs / 1000) }
}

/** The series behind an alert, where a check raised it. */
export function seriesOf(labels: Labels): Series | undefined {
  const { check = labels['alertname'], metric, slice = 'total', group = 'total' } = labels
  return check === undefined || metric === undefined ? undefined : { check, metric, slice, group }
}

/** What an answer says, in one sentence. */
export function findingOf(title: string, result: unknown): string {
  const error = errorOf(result)
  if (error !== undefined) return `${title}: could not be asked (${error})`
  const verdicts = verdictsOf(result)
  if (verdicts !== undefined) {
    const worst = worstVerdict(verdicts.verdicts)
    return worst === undefined
      ? `${title}: nothing was measured`
      : describeVerdict(verdicts.metricTitle, worst)
  }
  const rows = rowsOf(result)
  if (rows === undefined) return `${title}: ${wordsOf(result) ?? 'kept in the record'}`
  if (rows.rows.length === 0) return `${title}: no rows`
  const change = largestChange(rows)
  return `${title}: ${change === undefined ? rowsInShort(rows) : describeChange(change)}`
}

interface Change {
  readonly row: Row
  readonly column: string
  readonly value: number
  readonly base: number
  readonly against: BaselineKind
}

/** Columns that hold the value of a window before, alone or after the name of their column: `likes`, `likes_day`, `likes_week`. */
const comparison = /^(?:(?<column>.+)_)?(?<window>day|day_ago|yesterday|week|week_ago)$/
const currentColumns = ['now', 'today', 'value', 'current']

function largestChange({ rows, columns }: RowsResult): Change | undefined {
  const changes = rows.flatMap((row) => columns.flatMap((column) => changeIn(row, column, columns)))
  return changes.toSorted((a, b) => distance(b) - distance(a))[0]
}

function changeIn(row: Row, baseColumn: string, columns: readonly string[]): Change[] {
  const parts = comparison.exec(baseColumn)?.groups
  if (parts === undefined) return []
  const column = parts['column'] ?? currentColumns.find((name) => columns.includes(name))
  const value = column === undefined ? undefined : numberIn(row[column])
  const base = numberIn(row[baseColumn])
  if (column === undefined || value === undefined || base === undefined) return []
  return [
    {
      row,
      column,
      value,
      base,
      against: { kind: 'before', daysAgo: (parts['window'] ?? '').startsWith('week') ? 7 : 1 },
    },
  ]
}

/** 1 − min/max: a fall to a tenth is as far as a rise to the tenfold. */
function distance({ value, base }: Change): number {
  const [small, large] = Math.abs(value) < Math.abs(base) ? [value, base] : [base, value]
  return large === 0 ? 0 : 1 - small / large
}

function describeChange({ row, column, value, base, against }: Change): string {
  const where = Object.entries(row)
    .filter(([, cell]) => typeof cell === 'string' && numberIn(cell) === undefined)
    .map(([name, cell]) => `${name} ${String(cell)}`)
  const what = [...where, ...(currentColumns.includes(column) ? [] : [column])].join(', ')
  return `${what === '' ? 'value' : what} at ${formatNumber(value)}, ${formatChange(value, base)} ${baselineWords(against)} (${formatNumber(base)})`
}

function rowsInShort({ rows, columns, truncated }: RowsResult): string {
  const cells = columns.slice(0, 6).map((column) => `${column} ${cellText(rows[0]?.[column])}`)
  const count = `${truncated ? 'more than ' : ''}${rows.length} ${rows.length === 1 ? 'row' : 'rows, the first'}`
  return `${count}: ${cells.join(', ')}`
}

function cellText(cell: unknown): string {
  const value = numberIn(cell)
  if (value !== undefined) return formatNumber(value)
  return typeof cell === 'string' ? cell : JSON.stringify(cell ?? null)
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
