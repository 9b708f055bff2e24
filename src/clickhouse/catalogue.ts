import type { ClickHouse } from './client.ts'
import { quotedIdentifier } from '../domain/values/sql-identifier.ts'

/** A table that has a time, as ClickHouse's own tables list it. */
export interface CatalogueTable {
  readonly database: string
  readonly table: string
  /** Columns that hold an instant or a day, the likeliest first. */
  readonly timeColumns: readonly string[]
  /** Columns that hold numbers. */
  readonly numbers: readonly string[]
}

/** Names that firewatch.yaml cannot hold are left out. */
const unwritable = /\0|\ufffd/

interface ColumnRow {
  readonly database: string
  readonly table: string
  readonly name: string
  readonly type: string
}

/**
 * Tables of people with a time column, by name.
 * @throws ClickHouseUnavailable, ClickHouseQueryFailed
 */
export async function catalogueOf(clickhouse: Pick<ClickHouse, 'query'>): Promise<CatalogueTable[]> {
  const rows = await clickhouse.query<ColumnRow>(
    `
    SELECT database, table, name, type FROM system.columns
    WHERE lower(database) NOT IN ('system', 'information_schema') AND (database, table) IN (
      SELECT database, table FROM system.columns WHERE match(type, {time:String}) GROUP BY database, table
    ) AND NOT startsWith(table, '.inner')
    ORDER BY database, table, position`,
    { time: isTime.source },
  )
  const tables = Map.groupBy(rows, ({ database, table }) => JSON.stringify([database, table]))
  return [...tables.values()].flatMap((columns) => {
    const { database = '', table = '' } = columns[0] ?? {}
    const named = (pattern: RegExp) =>
      columns.filter(({ name, type }) => pattern.test(type) && !unwritable.test(name)).map(({ name }) => name)
    const timeColumns = [...named(isInstant), ...named(isDay)]
    if (timeColumns.length === 0 || unwritable.test(database + table)) return []
    return [{ database, table, timeColumns, numbers: named(isNumber) }]
  })
}

const isInstant = /^(?:Nullable\(|LowCardinality\()*DateTime/
const isDay = /^(?:Nullable\(|LowCardinality\()*Date(?:32)?\)*$/
const isTime = /^(?:Nullable\(|LowCardinality\()*Date/
const isNumber = /^(?:Nullable\(|LowCardinality\()*(?:U?Int|B?Float|Decimal)/

/**
 * What an expression came to in the buckets of the last day that have rows; at most the newest 2,000.
 * @throws ClickHouseUnavailable, ClickHouseQueryFailed
 */
export async function recentValues(
  clickhouse: Pick<ClickHouse, 'query'>,
  asked: {
    readonly database: string
    readonly table: string
    readonly timeColumn: string
    readonly sql: string
    readonly bucketSeconds: number
  },
): Promise<number[]> {
  const time = `toDateTime(${quotedIdentifier(asked.timeColumn)})`
  const rows = await clickhouse.query<{ value: number }>(
    `SELECT toFloat64(${asked.sql}) AS value
     FROM ${quotedIdentifier(asked.database)}.${quotedIdentifier(asked.table)}
     WHERE ${time} >= now() - INTERVAL 1 DAY AND ${time} <= now()
     GROUP BY intDiv(toUnixTimestamp(${time}), {bucket:UInt32}) AS bucket
     ORDER BY bucket DESC LIMIT 2000`,
    { bucket: asked.bucketSeconds },
  )
  return rows.map(({ value }) => value).filter(Number.isFinite)
}
