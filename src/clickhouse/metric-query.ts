import type { Measured, MetricQuestion } from '../domain/check/check.ts'
import type { Metric, SourceTable } from '../domain/configuration/configuration.ts'
import { ClickHouseUnavailable } from './errors.ts'
import { quotedColumn, quotedTable } from './identifiers.ts'
import { columnsOf, measuredIn, type MeasuredRow } from './measured-rows.ts'

/** What is needed of a ClickHouse client. */
export interface QueryRunner {
  query<Row extends object>(sql: string, params: Readonly<Record<string, unknown>>): Promise<Row[]>
}

interface Statement {
  readonly sql: string
  readonly params: Readonly<Record<string, unknown>>
}

/** Consecutive buckets, epoch milliseconds, half-open. */
interface Span {
  readonly from: number
  readonly to: number
}

/** Measures series: one statement per question, whatever the number of metrics, slices and groups. */
export function createMetricReader(runner: QueryRunner) {
  return {
    async measure(question: MetricQuestion): Promise<Measured> {
      const { sql, params } = metricStatement(question)
      return measuredIn(question, await runner.query<MeasuredRow>(sql, params))
    },

    /** Whether the source has any row in a stretch of time, epoch milliseconds, half-open. */
    async hasRows(source: SourceTable, from: number, to: number): Promise<boolean> {
      const time = quotedColumn(source.timeColumn)
      const sql = `SELECT 1 AS present FROM ${quotedTable(source.table)} WHERE ${within(time, 'from', 'to')} LIMIT 1`
      return (await runner.query(sql, { from: new Date(from), to: new Date(to) })).length > 0
    },

    /** True when ClickHouse could not be asked; false when it refused the question. */
    isUnavailable: (error: unknown): boolean => error instanceof ClickHouseUnavailable,
  }
}

/**
 * Metric and slice expressions are the catalogue's; everything else is bound. Grouping sets read the rows once for all slices.
 * @throws RangeError when buckets overlap or do not begin at whole seconds
 */
export function metricStatement(question: MetricQuestion): Statement {
  const { source, bucketMs, metrics, slices } = question
  const time = quotedColumn(source.timeColumn)
  const spans = spansOf(question.buckets, bucketMs)
  const keys = slices.map(({ sql, groups }, index) => groupExpression(sql, groups, index))
  const inSlice = keys.map((_, index) => `grouping(fw_slice_${index}) = 0`)
  const choose = (values: readonly string[], otherwise: string) =>
    keys.length === 0
      ? otherwise
      : `multiIf(${inSlice.map((condition, index) => `${condition}, ${values[index]}`).join(', ')}, ${otherwise})`
  const columns = [
    'fw_bucket',
    `${choose(
      keys.map((_, index) => String(index + 1)),
      '0',
    )} AS fw_slice`,
    `${choose(
      keys.map((_, index) => `fw_slice_${index}`),
      "''",
    )} AS fw_group`,
    'toFloat64(count()) AS fw_rows',
    ...metrics.flatMap(metricColumns),
  ]
  const sets = ['(fw_bucket)', ...keys.map((_, index) => `(fw_bucket, fw_slice_${index})`)]
  const sql = [
    `WITH ${[`${bucketExpression(time, spans)} AS fw_bucket`, ...keys].join(',\n  ')}`,
    `SELECT ${columns.join(',\n  ')}`,
    `FROM ${quotedTable(source.table)}`,
    `WHERE ${spans.map((_, index) => `(${within(time, `from_${index}`, `to_${index}`)})`).join(' OR ')}`,
    `GROUP BY GROUPING SETS (${sets.join(', ')})`,
    `SETTINGS max_rows_to_group_by = ${mostGroups}, group_by_overflow_mode = 'throw'`,
  ].join('\n')
  return { sql, params: { ...spanParameters(spans), length: bucketMs / 1000, ...groupParameters(question) } }
}

/**
 * Bound as `DateTime64` although they are whole seconds: ClickHouse 26.7 turns `time < {to:DateTime}` into `time <= to − 1 s` when it picks
 * the parts to read, and so loses rows of the last second of a `DateTime64` column. Its index is used with either.
 */
const instant = 'DateTime64(3)'

function within(time: string, from: string, to: string): string {
  return `${time} >= {${from}:${instant}} AND ${time} < {${to}:${instant}}`
}

/** A slice over a column with more values than this (times buckets) fails with a clear error instead of filling the memory. */
const mostGroups = 2_000_000

/**
 * Lists of groups go along, so that values nobody asked for make one group together; longer ones than this do not. ClickHouse's limit for
 * one field of a request is 128 KiB (`http_max_field_value_size`).
 */
const longestGroupList = 100_000

function groupExpression(sql: string, groups: readonly string[], index: number): string {
  // Of a FixedString without the zero bytes that fill it up: no list of groups names them.
  const group = `toStringCutToZero(ifNull(toString(${sql}), ''))`
  const bounded = goesAlong(groups) ? `if(${group} IN {groups_${index}:Array(String)}, ${group}, '')` : group
  return `${bounded} AS fw_slice_${index}`
}

function groupParameters({ slices }: MetricQuestion): Record<string, readonly string[]> {
  const along = slices.map(({ groups }, index) => [`groups_${index}`, groups] as const)
  return Object.fromEntries(along.filter(([, groups]) => goesAlong(groups)))
}

function goesAlong(groups: readonly string[]): boolean {
  return groups.reduce((sum, group) => sum + 4 * group.length + 3, 0) <= longestGroupList
}

function metricColumns(metric: Metric, index: number): string[] {
  const { value, of } = columnsOf(metric, index)
  if (metric.kind !== 'ratio') return [`toFloat64(${metric.sql}) AS ${value}`]
  return [`toFloat64(${metric.numerator}) AS ${value}`, `toFloat64(${metric.denominator}) AS ${of}`]
}

/** The start of a row's bucket in epoch seconds. */
function bucketExpression(time: string, spans: readonly Span[]): string {
  const inSpan = (index: number) => {
    const from = `{from_${index}:${instant}}`
    return `toUnixTimestamp(${from}) + intDiv(dateDiff('second', ${from}, ${time}), {length:UInt32}) * {length:UInt32}`
  }
  const cases = spans.map((_, index) => [`${time} >= {from_${index}:${instant}}`, inSpan(index)])
  const last = cases.pop()
  if (cases.length === 0 || last === undefined) return last?.[1] ?? '0'
  return `multiIf(${cases.flat().join(', ')}, ${last[1]})`
}

/** Buckets that follow one another as one span; latest first, so that a row belongs to the first span that it is not before. */
function spansOf(buckets: readonly number[], bucketMs: number): Span[] {
  const spans: Span[] = []
  for (const from of buckets.toSorted((a, b) => b - a)) {
    if (from % 1000 !== 0 || bucketMs % 1000 !== 0)
      throw new RangeError('buckets begin at whole seconds and last whole seconds')
    const next = spans.at(-1)
    if (next?.from === from + bucketMs) spans[spans.length - 1] = { from, to: next.to }
    else if (next === undefined || next.from > from + bucketMs) spans.push({ from, to: from + bucketMs })
    else
      throw new RangeError(
        `buckets of ${bucketMs / 1000} s overlap near ${new Date(from).toISOString()}: use shorter ones`,
      )
  }
  return spans
}

function spanParameters(spans: readonly Span[]): Record<string, Date> {
  return Object.fromEntries(
    spans.flatMap(({ from, to }, index) => [
      [`from_${index}`, new Date(from)],
      [`to_${index}`, new Date(to)],
    ]),
  )
}
