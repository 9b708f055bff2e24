import { cutText } from '../domain/page/delivery.ts'
import type { AuditEntry } from '../domain/access/audit-entry.ts'
import type { Database } from './database.ts'

interface StoredAuditEntry extends AuditEntry {
  readonly id: number
}

interface AuditQuery {
  readonly actor?: string
  readonly outcome?: AuditEntry['outcome']
  /** Only older entries. */
  readonly before?: number
  readonly limit: number
}

/** Rows of one INSERT: PostgreSQL takes 65,535 parameters. */
const mostAtOnce = 1_000
const longestText = 1_000
/** Entries that may wait for the one before. A store that is away must not fill our memory. */
const mostWaiting = 10_000

/**
 * Every change and every refusal, in the order in which they came. One INSERT is under way at a time and takes all that wait, so that a flood of
 * refusals holds one connection. @param onLost told of entries that could not be stored: they must stand somewhere
 */
export function createAuditLog(
  db: Database,
  onLost: (entries: readonly AuditEntry[], reason: unknown) => void,
) {
  let waiting: { readonly entry: AuditEntry; readonly settled: () => void }[] = []
  let writing: Promise<void> | undefined

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostAtOnce)
      waiting = waiting.slice(mostAtOnce)
      const entries = batch.map(({ entry }) => entry)
      const insert = db.insertInto('audit_log').values(entries.map(toRow))
      await insert.execute().catch((error: unknown) => onLost(entries, error))
      for (const { settled } of batch) settled()
    }
    writing = undefined
  }

  return {
    /** Resolves when the entry is stored, or was handed to `onLost`. */
    append(entry: AuditEntry): Promise<void> {
      if (waiting.length >= mostWaiting) {
        onLost([entry], new Error(`${mostWaiting} entries wait already`))
        return Promise.resolve()
      }
      const { promise, resolve: settled } = Promise.withResolvers<void>()
      waiting.push({ entry, settled })
      writing ??= Promise.resolve().then(drain)
      return promise
    },

    /** Resolves when nothing waits. */
    async idle(): Promise<void> {
      await writing
    },

    /** Newest first. */
    async read({ actor, outcome, before, limit }: AuditQuery): Promise<StoredAuditEntry[]> {
      const rows = await db
        .selectFrom('audit_log')
        .selectAll()
        .where((one) =>
          one.and([
            ...(actor === undefined ? [] : [one('actor', '=', actor)]),
            ...(outcome === undefined ? [] : [one('outcome', '=', outcome)]),
            ...(before === undefined ? [] : [one('id', '<', before)]),
          ]),
        )
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(({ request_id: requestId, at, ...row }) => ({
        ...row,
        at: at.toISOString(),
        requestId,
      }))
    },
  }
}

/** One text that PostgreSQL refuses would lose the entries that are stored along with it. */
function toRow({ at, actor, credential, action, target, outcome, reason, requestId }: AuditEntry) {
  return {
    at: new Date(at),
    actor: storable(actor),
    credential,
    action,
    target: storable(target),
    outcome,
    reason: storable(reason),
    request_id: requestId,
  }
}

function storable(text: string | null): string | null {
  return text === null ? null : cutText(text, longestText)
}
