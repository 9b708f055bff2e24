import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { addressForm, isClickHouseAddress } from './address.ts'
import { linesOf } from './answer-lines.ts'
import { classify } from './errors.ts'
import { rowsOf } from './cells.ts'

/** What Firewatch needs of ClickHouse. Every method throws `ClickHouseUnavailable` or `ClickHouseQueryFailed`. */
export interface ClickHouse {
  /**
   * Runs a query without FORMAT clause. Numbers come as numbers, except that integers beyond 2^53 and decimals of more digits than a
   * number holds come as text with all of them. `nan` and `inf` come as NaN and Infinity, dates and times as ClickHouse writes them, and a
   * `FixedString` without the zero bytes that fill it up.
   * @param params values for `{name:Type}`. For `DateTime` and `DateTime64` a Date or an ISO 8601 text with zone is an instant.
   */
  query<Row>(
    sql: string,
    params?: Readonly<Record<string, unknown>>,
    options?: { readonly maxExecutionTimeMs?: number },
  ): Promise<Row[]>
  /** Stores rows in one insert; keys are column names, and ISO 8601 texts and Dates are instants. */
  insert(table: string, rows: readonly object[]): Promise<void>
  /** Runs a statement without a result. */
  command(sql: string): Promise<void>
  ping(): Promise<void>
  close(): Promise<void>
}

export interface ClickHouseOptions {
  /** `http[s]://[user:password@]host:port[/database]`. Errors name the host only. */
  readonly url: string
  /** Silence after which a request is given up; also the time limit that the server keeps, unless a query has its own. */
  readonly requestTimeoutMs?: number
}

/**
 * Idle sockets are dropped before any server does it (ClickHouse before 23.11 closes them after 3 s): a request on a socket that the other
 * side is just closing fails with ECONNRESET. The timer alone comes late when the event loop is busy, so ages are checked too.
 * Source: https://clickhouse.com/docs/integrations/javascript#keep-alive-configuration-nodejs-only
 */
const keepAlive = { enabled: true, idle_socket_ttl: 2_500, eagerly_destroy_stale_sockets: true }

const format = 'JSONCompactEachRowWithNamesAndTypes'

export function createClickHouse({ url, requestTimeoutMs = 30_000 }: ClickHouseOptions): ClickHouse {
  const address = addressOf(url)
  const client = createClient({
    url,
    request_timeout: requestTimeoutMs,
    keep_alive: keepAlive,
    log: { level: ClickHouseLogLevel.OFF },
    json: { parse: JSON.parse, stringify: (value) => JSON.stringify(value, writeNumber) },
    use_multipart_params_auto: true,
    clickhouse_settings: {
      // The whole result is ready before the first byte, so that an error is never in the middle of rows.
      wait_end_of_query: 1,
      max_execution_time: requestTimeoutMs / 1_000,
      output_format_json_quote_64bit_integers: 1,
      output_format_json_quote_decimals: 1,
      output_format_json_quote_denormals: 1,
      date_time_input_format: 'best_effort',
      // A misspelt column is an error, not a column that is left out.
      input_format_skip_unknown_fields: 0,
    },
  })
  const attempt = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run()
    } catch (error) {
      throw classify(error, address, requestTimeoutMs)
    }
  }
  return {
    async query(sql, params = {}, { maxExecutionTimeMs } = {}) {
      const query_params = bindable(sql, params)
      const limit = maxExecutionTimeMs === undefined ? {} : { max_execution_time: maxExecutionTimeMs / 1_000 }
      const lines = await attempt(async () => {
        const result = await client.query({ query: sql, query_params, format, clickhouse_settings: limit })
        return linesOf(await result.text())
      })
      return rowsOf(lines)
    },
    async insert(table, rows) {
      if (!/^\w+(?:\.\w+)?$/.test(table)) throw new TypeError(`${JSON.stringify(table)} is not a table name`)
      await attempt(() => client.insert({ table, values: [...rows], format: 'JSONEachRow' }))
    },
    async command(sql) {
      await attempt(() => client.command({ query: sql }))
    },
    async ping() {
      await attempt(async () => {
        const answer = await client.ping()
        if (!answer.success) throw answer.error
      })
    },
    close: () => client.close(),
  }
}

/** Checked here because the client's own error carries the whole URL with its password as the cause. */
function addressOf(url: string): string {
  if (!isClickHouseAddress(url)) throw new TypeError(`The ClickHouse URL must look like ${addressForm}`)
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}

/** JSON has no NaN and no Infinity; ClickHouse takes them as texts. Plain JSON would store null, which becomes 0. */
function writeNumber(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'number' || Number.isFinite(value)) return value
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/

/** ClickHouse parses parameters strictly: neither ISO 8601 nor the fraction of a `DateTime`, which holds whole seconds. */
function bindable(sql: string, params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const types = new Map(
    [...sql.matchAll(/\{\s*(\w+)\s*:\s*(?:Nullable\(\s*)?(\w+)/g)].map((match) => [match[1], match[2]]),
  )
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, bindInstant(value, types.get(name))]),
  )
}

function bindInstant(value: unknown, type: string | undefined): unknown {
  if (type !== 'DateTime' && type !== 'DateTime64') return value
  const date = typeof value === 'string' && instant.test(value) ? new Date(value) : value
  if (!(date instanceof Date)) return value
  return type === 'DateTime' ? new Date(Math.floor(date.getTime() / 1_000) * 1_000) : date
}
