import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import {
  keptSince,
  type Retention,
  type RetentionKind,
  retentionKinds,
} from '../domain/configuration/retention.ts'
import type { Records } from './records.ts'

export interface RetentionParts {
  readonly records: Pick<Records, 'retention'>
  readonly retention: () => Retention
  readonly deleted: (kind: RetentionKind, rows: number) => void
  readonly log: Pick<Logger, 'info' | 'error'>
  readonly now: () => Date
}

const everyMs = 3_600_000
/** Others use the database too. */
const pauseMs = 100

/** Deletes what is no longer kept, once an hour until it is stopped. Several workers may do so at once: what one deletes, the others do not find. */
export function startRetention(parts: RetentionParts): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const running = keepDeleting(parts, stopping.signal)
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

async function keepDeleting(parts: RetentionParts, signal: AbortSignal): Promise<void> {
  // Not at once, since a start has better to do, and not all workers at the same time.
  let waitMs = Math.random() * (everyMs / 10)
  for (;;) {
    await pause(waitMs, signal)
    if (signal.aborted) return
    await deleteOld(parts, signal)
    waitMs = everyMs * (0.9 + Math.random() / 5)
  }
}

/** One run over every kind. One that fails is logged and tried again with the next run; the others go on. */
export async function deleteOld(parts: RetentionParts, signal: AbortSignal): Promise<void> {
  const { retention, log, now } = parts
  const rows: Partial<Record<RetentionKind, number>> = {}
  for (const kind of retentionKinds) {
    if (signal.aborted) break
    try {
      const count = await deleteKind(kind, keptSince(retention(), kind, now()), parts, signal)
      if (count > 0) rows[kind] = count
    } catch (error) {
      log.error(
        { err: error, kind },
        'records past their retention could not be deleted; the next run tries again',
      )
    }
  }
  if (Object.keys(rows).length > 0) log.info({ rows }, 'records past their retention were deleted')
}

async function deleteKind(
  kind: RetentionKind,
  before: Date,
  { records, deleted }: RetentionParts,
  signal: AbortSignal,
): Promise<number> {
  const next = records.retention[kind](before)
  let count = 0
  for (;;) {
    const batch = await next()
    count += batch.deleted
    if (batch.deleted > 0) deleted(kind, batch.deleted)
    if (!batch.more || signal.aborted) return count
    await pause(pauseMs, signal)
  }
}

/** Ends early when `signal` aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}
