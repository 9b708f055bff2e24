import { setTimeout as delay } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import type { AcceptedAlert } from '../domain/alert/alert.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'
import { createSharedWork } from './shared-work.ts'

/** Notified when rows come in; carries no payload. */
export const inboxChannel = 'firewatch_inbox'

export interface Acceptance {
  readonly accepted: number
  /** Events that were stored before. */
  readonly duplicates: number
}

export type AlertInbox = ReturnType<typeof createAlertInbox>

/** Connections that the inbox takes at most to write. */
export const inboxWriters = 4
/** Some 20 MB in memory, and seconds of writing. */
const mostWaiting = 30_000
const mostTogether = 1_000
/** Of one request; far less than a statement may last. */
const mostInStatement = 10_000
const patienceMs = 3_000
/** A dispatcher that was just woken is at work. */
const wakeEveryMs = 5

/**
 * Where every alert enters: a row, committed before its sender hears of success.
 * @param wake tells the dispatcher that rows came in; by default whichever listens
 */
export function createAlertInbox(db: Database, wake: () => void = createWaker(db)) {
  const queue = createSharedWork<AcceptedAlert, Acceptance>({
    async work(requests) {
      const stored = await insertAlerts(db, requests.flat())
      if (stored.size > 0) wake()
      return requests.map((alerts) => {
        // The same event in two requests counts for the first.
        const accepted = alerts.filter(({ eventId }) => stored.delete(eventId)).length
        return { accepted, duplicates: alerts.length - accepted }
      })
    },
    atOnce: inboxWriters,
    mostTogether,
    mostWaiting,
    patienceMs,
  })

  return {
    /**
     * Stores the alerts that are not stored yet, and returns when all are committed. Sources take turns. Very many are stored in parts: where one fails, those
     * before it stay, and count once when they are sent again.
     * @param alerts all of the same source
     * @throws StoreError `retry`; {@link StoreBusy} when PostgreSQL does not keep up
     */
    async acceptAlerts(alerts: readonly AcceptedAlert[]): Promise<Acceptance> {
      let [accepted, duplicates] = [0, 0]
      // One after the other: rows keep the order of the request, and another source has its turn in between.
      for (let from = 0; from < alerts.length; from += mostInStatement) {
        const part = alerts.slice(from, from + mostInStatement)
        const stored = await queue.add(part, part[0]?.source)
        accepted += stored.accepted
        duplicates += stored.duplicates
      }
      return { accepted, duplicates }
    },
  }
}

/**
 * Wakes the dispatcher after rows were committed, with one statement for all that came in meanwhile. Within their transactions it would make their
 * commits wait for each other: PostgreSQL holds one lock for all that notify. Where it is lost, the dispatcher looks by itself.
 */
function createWaker(db: Database): () => void {
  let underWay = false
  let again = false
  async function notify(): Promise<void> {
    underWay = true
    do {
      again = false
      await sql`SELECT pg_notify(${inboxChannel}, '')`.execute(db).catch(() => undefined)
      await delay(wakeEveryMs)
    } while (again)
    underWay = false
  }
  return () => {
    again = true
    if (!underWay) void notify()
  }
}

/** Stores alerts with what belongs to the same transaction, in one statement that wakes the dispatcher as it commits. */
export async function storeAlerts(
  transaction: Kysely<Schema>,
  alerts: readonly AcceptedAlert[],
): Promise<void> {
  if (alerts.length === 0) return
  await sql`
    WITH inserted AS (${insertion(alerts)})
    SELECT pg_notify(${inboxChannel}, '') FROM (SELECT FROM inserted LIMIT 1) AS any_inserted
  `.execute(transaction)
}

/** @returns ids of the events that were not there before */
async function insertAlerts(db: Database, alerts: readonly AcceptedAlert[]): Promise<Set<string>> {
  const inserted = await insertion(alerts).execute(db)
  return new Set(inserted.rows.map(({ event_id }) => event_id))
}

/** In the order given. One JSON parameter costs less than an array for each column. */
function insertion(alerts: readonly AcceptedAlert[]) {
  return sql<{ event_id: string }>`
    INSERT INTO alert_inbox (event_id, source, fingerprint, status, labels, annotations, starts_at, ends_at, expires_at)
    SELECT * FROM json_to_recordset(${JSON.stringify(alerts)}::json) AS alert (
      "eventId" text, source text, fingerprint text, status text, labels jsonb, annotations jsonb,
      "startsAt" timestamptz, "endsAt" timestamptz, "expiresAt" timestamptz
    )
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id`
}
