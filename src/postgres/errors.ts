/**
 * What a failure of PostgreSQL means for what was asked.
 * - `final`: it will fail again: the data, a constraint or the statement itself is wrong.
 * - `retry`: nothing of it was kept; the same may succeed later.
 * - `unknown`: it may have been committed. Everything that Firewatch writes can be written again without harm, so it is repeated too.
 */
export type StoreFault = 'final' | 'retry' | 'unknown'

/** A failure of PostgreSQL, classified. Its message is the server's or the driver's own. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly fault: StoreFault
  /** SQLSTATE, or the code of Node for a fault of the network; `null` when the driver gave none. */
  readonly code: string | null
  constructor(fault: StoreFault, error: Error) {
    super(error.message, { cause: error })
    this.fault = fault
    this.code = codeOf(error)
  }
}

/** Too much waits for PostgreSQL already: nothing of this was begun. */
export class StoreBusy extends StoreError {
  /** Its sender has more waiting than any other, and gives way to them. */
  readonly overShare: boolean
  constructor(reason: string, overShare: boolean) {
    super('retry', new Error(reason))
    this.overShare = overShare
  }
}

/** Source: https://www.postgresql.org/docs/current/errcodes-appendix.html. No class begins with E, as Node's codes such as EPIPE do. */
const sqlState = /^[0-9A-DF-Z][0-9A-Z]{4}$/
/** Statement completion unknown, transaction resolution unknown. */
const unresolved = new Set(['40003', '08007'])
/** Data exception, constraint violation, syntax error or access rule violation. */
const finalClasses = new Set(['22', '23', '42'])
/** Cut off by a shutdown or a crash; the server cannot tell how far a COMMIT got. */
const cutOff = /^57P0[1-5]$/

/** @param committing whether the statement was COMMIT */
export function toStoreError(error: unknown, committing: boolean): StoreError {
  if (error instanceof StoreError) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  return new StoreError(faultOf(codeOf(cause), committing), cause)
}

/**
 * Whatever is not known to be final may pass: to try again costs little, and to give up loses something.
 * @param code SQLSTATE, Node's code, or none: then the connection failed, in the words of the driver only
 */
export function faultOf(code: string | null, committing: boolean): StoreFault {
  if (code === null || !sqlState.test(code) || cutOff.test(code)) return committing ? 'unknown' : 'retry'
  if (unresolved.has(code)) return 'unknown'
  return finalClasses.has(code.slice(0, 2)) ? 'final' : 'retry'
}

/** The failure of PostgreSQL that an error is, or was caused by. */
export function storeErrorIn(error: unknown): StoreError | undefined {
  if (!(error instanceof Error)) return undefined
  return error instanceof StoreError ? error : storeErrorIn(error.cause)
}

function codeOf(error: Error): string | null {
  return 'code' in error && typeof error.code === 'string' ? error.code : null
}
