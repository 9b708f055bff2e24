import { type TokenBucket, takeTokens } from '../domain/values/token-bucket.ts'
import { createInterruptions } from './interruptions.ts'

/** A sender that brings more than it may at this time. Nothing of what it brought is stored. */
export class SenderHeldBack extends Error {
  override readonly name = 'SenderHeldBack'
  readonly retryAfterSeconds: number
  constructor(reason: string, retryAfterSeconds: number) {
    super(reason)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export interface QuotaDependencies {
  /** Alerts and changes that a source may bring in a minute, as configured now; `undefined`: as many as it likes. */
  readonly alertsPerMinute: (source: string) => number | undefined
  readonly log: {
    warn(fields: object, message: string): void
    info(fields: object, message: string): void
  }
  /** Milliseconds of any clock that does not go back. */
  readonly clock: () => number
}

/**
 * Hands in what a source brings, unless it is over its limit.
 * @param count alerts and changes
 * @throws SenderHeldBack when it is, or when it has more than its share of what waits
 */
export type WithinQuota = <Receipt>(
  source: string,
  count: number,
  handIn: () => Promise<Receipt>,
) => Promise<Receipt>

const perMs = 60_000
/** Whoever has more than its share waits for the database, which is soon through with what waits. */
const overShareSeconds = 5

/** Keeps sources within their limits. It is kept in this process: each server beside it lets as much pass. */
export function createQuota({ alertsPerMinute, log, clock }: QuotaDependencies): WithinQuota {
  const buckets = new Map<string, TokenBucket>()
  const interruptions = createInterruptions({ log, clock })

  function refuseOverLimit(source: string, count: number): void {
    const most = alertsPerMinute(source)
    if (most === undefined) {
      buckets.delete(source)
      return
    }
    const { bucket, waitMs } = takeTokens(buckets.get(source), count, { most, perMs }, clock())
    buckets.set(source, bucket)
    if (waitMs === 0) return
    const seconds = Math.max(1, Math.ceil(waitMs / 1_000))
    throw new SenderHeldBack(`over its limit of ${most} alerts a minute; come again in ${seconds} s`, seconds)
  }

  /** What was not stored comes again. */
  function giveBack(source: string, count: number): void {
    const bucket = buckets.get(source)
    if (bucket !== undefined) buckets.set(source, { ...bucket, tokens: bucket.tokens + count })
  }

  return async (source, count, handIn) => {
    try {
      if (count > 0) refuseOverLimit(source, count)
      const receipt = await handIn().catch((error: unknown) => {
        giveBack(source, count)
        throw error
      })
      interruptions.passed(source)
      return receipt
    } catch (error) {
      const refusal = isOverShare(error)
        ? new SenderHeldBack(
            'the database does not keep up, and this sender has more waiting than any other; come again',
            overShareSeconds,
          )
        : error
      if (refusal instanceof SenderHeldBack) interruptions.refused(source, refusal.message)
      throw refusal
    }
  }
}

/** What the store says of a sender that gave way to others. */
function isOverShare(error: unknown): boolean {
  return error instanceof Error && 'overShare' in error && error.overShare === true
}
