import type { Readable } from 'node:stream'
import { ClickHouseLogLevel, createClient, type DataFormat } from '@clickhouse/client'
import { classify, ClickHouseQueryFailed } from './errors.ts'

/** A statement as a person wrote it. */
export interface WrittenStatement {
  readonly sql: string
  /** The format of the answer where the statement names none. */
  readonly format: string
  readonly database: string | undefined
  /** Rows of an INSERT, in the format that it names. */
  readonly rows?: Readable
  /** About so many rows of the answer are wanted; more may come. */
  readonly limit?: number
}

export interface StatementAnswer {
  readonly body: Readable
  /** Rows that an INSERT stored, as far as ClickHouse says so. */
  readonly writtenRows: number
}

export interface StatementRunner {
  /** @throws ClickHouseUnavailable, ClickHouseQueryFailed */
  run(statement: WrittenStatement): Promise<StatementAnswer>
  close(): Promise<void>
}

/** ClickHouse refuses a setting to users who may only read: READONLY. */
const readOnly = 164
/** Silence after the server's own time limit, so that its error has time to arrive. */
const graceMs = 5_000

/**
 * Runs what people write, one statement after the other.
 * @param timeoutMs after which a statement is given up, by the server and then by us
 */
export function createStatementRunner(url: string, timeoutMs: number): StatementRunner {
  const address = new URL(url).host
  const client = createClient({
    url,
    request_timeout: timeoutMs + graceMs,
    keep_alive: { enabled: false },
    log: { level: ClickHouseLogLevel.OFF },
  })
  async function attempt(
    { sql, format, database, rows }: WrittenStatement,
    settings: Readonly<Record<string, number | string>>,
  ): Promise<StatementAnswer> {
    const parameters = {
      query: sql,
      clickhouse_settings: {
        ...settings,
        // The whole result is ready before the first byte, so that an error is never in the middle of rows.
        wait_end_of_query: 1,
        default_format: format as DataFormat,
        ...(database === undefined ? {} : { database }),
      },
      abort_signal: AbortSignal.timeout(timeoutMs + graceMs),
    } as const
    const { stream, summary } = await client.exec(
      rows === undefined ? parameters : { ...parameters, values: rows },
    )
    return { body: stream, writtenRows: Number(summary?.written_rows ?? 0) }
  }
  return {
    async run(statement) {
      const { limit } = statement
      const settings = {
        max_execution_time: timeoutMs / 1_000,
        ...(limit === undefined ? {} : { max_result_rows: limit, result_overflow_mode: 'break' }),
      }
      try {
        return await attempt(statement, settings)
      } catch (error) {
        const failure = classify(error, address, timeoutMs)
        const isRefusedSetting = failure instanceof ClickHouseQueryFailed && failure.code === readOnly
        if (!isRefusedSetting || statement.rows !== undefined) throw failure
        return attempt(statement, {}).catch((second: unknown) => {
          throw classify(second, address, timeoutMs)
        })
      }
    },
    close: () => client.close(),
  }
}
