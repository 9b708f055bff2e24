import { cutText } from '../domain/page/delivery.ts'
import { ClickHouseError } from '@clickhouse/client'

/**
 * ClickHouse could not be reached, did not answer in time, or has too much to do: worth another try. After an insert it is unknown whether
 * the rows were stored.
 */
export class ClickHouseUnavailable extends Error {
  override readonly name = 'ClickHouseUnavailable'
}

/** ClickHouse refused or gave up the query; the same query would end the same way. */
export class ClickHouseQueryFailed extends Error {
  override readonly name = 'ClickHouseQueryFailed'
  /** ClickHouse's number, such as 60 for an unknown table or 159 for a query past its time limit. */
  readonly code: number
  /** Its name, such as `UNKNOWN_TABLE`. */
  readonly type: string

  constructor(code: number, type: string, message: string) {
    super(message)
    this.code = code
    this.type = type
  }
}

/**
 * Codes that speak of the server's state and not of the query: TOO_MANY_SIMULTANEOUS_QUERIES, NO_FREE_CONNECTION, SOCKET_TIMEOUT, NETWORK_ERROR,
 * ABORTED and QUERY_WAS_CANCELLED (it shuts down), TABLE_IS_READ_ONLY, TOO_MANY_PARTS, CANNOT_SCHEDULE_TASK, KEEPER_EXCEPTION.
 * Source: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
 */
const passingCodes = new Set(['202', '203', '209', '210', '236', '242', '252', '394', '439', '999'])

const longestMessage = 1_000

/**
 * The one place that classifies what `@clickhouse/client` throws.
 * @param address where the server is, without user and password
 */
export function classify(
  error: unknown,
  address: string,
  requestTimeoutMs: number,
): ClickHouseUnavailable | ClickHouseQueryFailed {
  if (error instanceof ClickHouseError && !passingCodes.has(error.code))
    return new ClickHouseQueryFailed(Number(error.code), error.type ?? 'UNKNOWN', shorten(error.message))
  const reason = unavailableReason(error, requestTimeoutMs)
  return new ClickHouseUnavailable(`ClickHouse at ${address} is unavailable: ${shorten(reason)}`)
}

function unavailableReason(error: unknown, requestTimeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.message === 'Timeout error.') return `no answer within ${requestTimeoutMs} ms`
  // `localhost` is tried as ::1 and as 127.0.0.1, and the reasons are inside.
  if (error instanceof AggregateError) return error.errors.map(String).join('; ')
  return error.message === '' ? error.name : error.message
}

/** Its stack and the server's version are cut off: the message is for people. */
function shorten(message: string): string {
  const line = message.replace(/,? ?Stack trace[\s\S]*$/, '').trim()
  return cutText(line, longestMessage)
}
