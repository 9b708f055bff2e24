import { errorMessage } from '../domain/values/error-message.ts'

/** An error as ClickHouse would report it: code and type are from its list of error codes. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly code: number
  readonly type: string

  constructor(code: number, type: string, message: string) {
    super(message)
    this.code = code
    this.type = type
  }

  /** The body of the answer, in the form that ClickHouse's clients parse. */
  get body(): string {
    return `Code: ${this.code}. DB::Exception: ${this.message} (${this.type})\n`
  }
}

export const syntaxError = (message: string) => new QueryError(62, 'SYNTAX_ERROR', message)
export const notSupported = (message: string) => new QueryError(48, 'NOT_IMPLEMENTED', message)
export const accessDenied = (message: string) => new QueryError(497, 'ACCESS_DENIED', message)
export const settingRefused = (message: string) =>
  new QueryError(452, 'SETTING_CONSTRAINT_VIOLATION', message)
export const authenticationFailed = (message: string) => new QueryError(516, 'AUTHENTICATION_FAILED', message)
export const badArguments = (message: string) => new QueryError(36, 'BAD_ARGUMENTS', message)
export const tooManyBytes = (message: string) => new QueryError(307, 'TOO_MANY_BYTES', message)
export const tooManyQueries = (message: string) =>
  new QueryError(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', message)
export const cancelled = (message: string) => new QueryError(394, 'QUERY_WAS_CANCELLED', message)

/**
 * What the engine threw, as an error with code and type. Its text is `Code: N. DB::Exception: … (TYPE)`, at times with the same marks nested,
 * and for inserts with the path of the file that carried the rows, which tells the sender nothing.
 */
export function queryErrorOf(error: unknown): QueryError {
  if (error instanceof QueryError) return error
  const text = errorMessage(error)
  const match = /^Code: (\d+)\. DB::Exception: ([\s\S]*?)\s*\(([A-Z0-9_]{3,})\)(?: \(version|\s*$)/.exec(
    text.replace(/^(?:Code: \d+\. DB::Exception: )+(?=Code: \d+\. DB::Exception: )/, ''),
  )
  if (match === null) return new QueryError(1002, 'UNKNOWN_EXCEPTION', text)
  const message = (match[2] ?? '').replace(/\s*:?\s*\(in file\/uri [\s\S]*$/, '')
  return new QueryError(Number(match[1]), match[3] ?? '', message)
}

const badRequest = [6, 25, 26, 27, 36, 38, 41, 43, 53, 62, 72, 117, 457]
const unknownName = [46, 47, 60, 81, 73, 115]

const statusOfCode: ReadonlyMap<number, number> = new Map([
  ...badRequest.map((code) => [code, 400] as const),
  ...unknownName.map((code) => [code, 404] as const),
  [48, 501],
  [159, 408],
  [164, 403],
  [202, 503],
  [307, 413],
  // Its client has left, or the server is stopping.
  [394, 499],
  [452, 403],
  [497, 403],
  [516, 401],
])

/** The HTTP status that goes with a code, much as ClickHouse chooses it; clients decide by the code. */
export function httpStatusOf(error: QueryError): number {
  return statusOfCode.get(error.code) ?? 500
}
