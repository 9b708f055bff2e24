import type { Metric } from '../configuration/configuration.ts'
import { cutText } from '../page/delivery.ts'
import { toJson } from '../values/canonical-json.ts'
import { readVerdicts, type Verdict } from '../check/verdict.ts'

export type Row = Readonly<Record<string, unknown>>

/** What an evidence query answered. Columns are named apart, since stored objects forget the order of their members. */
export interface RowsResult {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** More rows came than are kept. */
  readonly truncated: boolean
  /** Columns that are not kept; absent where all are. */
  readonly moreColumns?: number
}

/** Why a question has no answer. */
export interface FailedResult {
  readonly error: string
}

/** How a check judged one series, bucket by bucket. */
export interface VerdictsResult {
  readonly metricTitle: string
  readonly metricKind: Metric['kind']
  /** What values are counted in, such as `ms`; absent where the metric names nothing. */
  readonly unit?: string
  readonly bucketMs: number
  readonly verdicts: readonly Verdict[]
  /** Later verdicts that are not kept. */
  readonly more: number
}

/** Rows kept of one answer. */
export const mostRows = 200
/** Columns kept of one answer. */
const mostColumns = 200
const longestText = 1_000

/**
 * An answer, bounded: at most {@link mostRows} rows of 200 columns, and no cell longer than 1,000 characters. An array, a map or a
 * tuple of more becomes the beginning of its JSON.
 */
export function boundedRows(rows: readonly Row[]): RowsResult {
  const kept = rows.slice(0, mostRows)
  const all = [...new Set(kept.flatMap((row) => Object.keys(row)))]
  const columns = all.slice(0, mostColumns)
  return {
    columns,
    rows: kept.map((row) => shortened(row, columns)),
    truncated: rows.length > kept.length,
    ...(all.length > columns.length ? { moreColumns: all.length - columns.length } : {}),
  }
}

/** An error as the answer. Some errors have no message, such as a refused connection to several addresses. */
export function failed(error: unknown): FailedResult {
  if (!(error instanceof Error)) return { error: cutText(String(error), longestText) }
  return { error: cutText(error.message.trim() === '' ? error.name : error.message, longestText) }
}

/** The rows of a result that has some; a bare list of rows counts as complete. */
export function rowsOf(result: unknown): RowsResult | undefined {
  const rows: unknown = Array.isArray(result) ? result : memberOf(result, 'rows')
  if (!Array.isArray(rows) || !rows.every(isRow)) return undefined
  const columns: unknown = memberOf(result, 'columns')
  const more: unknown = memberOf(result, 'moreColumns')
  const named = Array.isArray(columns) ? columns.filter((column) => typeof column === 'string') : []
  return {
    columns: named.length > 0 ? named : [...new Set(rows.flatMap((row) => Object.keys(row)))],
    rows,
    truncated: memberOf(result, 'truncated') === true,
    ...(typeof more === 'number' ? { moreColumns: more } : {}),
  }
}

/** Why there is no result, if there is none. */
export function errorOf(result: unknown): string | undefined {
  return textMember(result, 'error')
}

/** The words of a result that is a statement or a note. */
export function wordsOf(result: unknown): string | undefined {
  return typeof result === 'string' ? result : textMember(result, 'text')
}

export function verdictsOf(result: unknown): VerdictsResult | undefined {
  const title = textMember(result, 'metricTitle')
  const verdicts = memberOf(result, 'verdicts')
  if (title === undefined || !Array.isArray(verdicts)) return undefined
  return { ...(result as VerdictsResult), verdicts: readVerdicts(verdicts) }
}

/** A number, also where ClickHouse writes a 64-bit integer as text. */
export function numberIn(cell: unknown): number | undefined {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined
  if (typeof cell !== 'string' || !/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(cell)) return undefined
  const value = Number(cell)
  return Number.isFinite(value) ? value : undefined
}

function shortened(row: Row, columns: readonly string[]): Row {
  const kept = columns.filter((column) => Object.hasOwn(row, column))
  return Object.fromEntries(kept.map((column) => [column, bounded(row[column])]))
}

function bounded(written: unknown): unknown {
  const cell = withNames(written)
  if (typeof cell === 'string') return cutText(cell, longestText)
  if (typeof cell !== 'object' || cell === null) return cell
  const json = JSON.stringify(toJson(cell))
  return json.length <= longestText ? cell : cutText(json, longestText)
}

/** What is no number by ClickHouse's name: evidence is stored as JSON, to which NaN is as little as NULL. */
function withNames(cell: unknown): unknown {
  if (typeof cell === 'number' && !Number.isFinite(cell))
    return Number.isNaN(cell) ? 'nan' : cell > 0 ? 'inf' : '-inf'
  if (Array.isArray(cell)) return cell.map(withNames)
  if (!isRow(cell)) return cell
  return Object.fromEntries(Object.entries(cell).map(([name, member]) => [name, withNames(member)]))
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function memberOf(value: unknown, name: string): unknown {
  return isRow(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function textMember(value: unknown, name: string): string | undefined {
  const member = memberOf(value, name)
  return typeof member === 'string' ? member : undefined
}
