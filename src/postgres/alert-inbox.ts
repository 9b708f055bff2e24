import { sql, type Kysely } from 'kysely'
import type { AcceptedAlert } from '../domain/alert.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

/** Notified when rows come in; carries no payload. */
export const inboxChannel = 'firewatch_inbox'

export interface Acceptance {
  readonly accepted: number
  /** Events that were stored before. */
  readonly duplicates: number
}

export type AlertInbox = ReturnType<typeof createAlertInbox>

interface Waiting {
  readonly alerts: readonly AcceptedAlert[]
  readonly resolve: (acceptance: Acceptance) => void
  readonly reject: (error: unknown) => void
}

/** Most alerts that requests of the same moment share a transaction for. */
const mostTogether = 5_000

/** Where every alert enters: a row, committed before its sender hears of success. */
export function createAlertInbox(db: Database) {
  const waiting: Waiting[] = []
  let writing = false

  /** Requests that come in while a transaction is under way share the next one: a commit costs the same for one alert and for a thousand. */
  async function write(): Promise<void> {
    if (writing) return
    writing = true
    while (waiting.length > 0) await writeTogether(db, next(waiting))
    writing = false
  }

  return {
    /** Stores the alerts that are not stored yet, and returns when they are committed. */
    acceptAlerts(alerts: readonly AcceptedAlert[]): Promise<Acceptance> {
      if (alerts.length === 0) return Promise.resolve({ accepted: 0, duplicates: 0 })
      return new Promise((resolve, reject) => {
        waiting.push({ alerts, resolve, reject })
        void write()
      })
    },
  }
}

/** At least one request, and as many more as fit. */
function next(waiting: Waiting[]): Waiting[] {
  let alerts = 0
  const taken = waiting.findIndex((one, index) => {
    alerts += one.alerts.length
    return index > 0 && alerts > mostTogether
  })
  return waiting.splice(0, taken === -1 ? waiting.length : taken)
}

async function writeTogether(db: Database, together: readonly Waiting[]): Promise<void> {
  try {
    const stored = await storeAlerts(
      db,
      together.flatMap(({ alerts }) => alerts),
    )
    for (const { alerts, resolve } of together) {
      // The same event in two requests counts for the first.
      const accepted = alerts.filter(({ eventId }) => stored.delete(eventId)).length
      resolve({ accepted, duplicates: alerts.length - accepted })
    }
  } catch (error) {
    const [first] = together
    if (together.length === 1) first?.reject(error)
    // One request's alerts must not fail the others': each is tried alone.
    else await Promise.all(together.map((one) => writeTogether(db, [one])))
  }
}

/**
 * Stores alerts in one statement and wakes the dispatcher as it commits.
 * @returns ids of the events that were not there before
 */
export async function storeAlerts(
  db: Kysely<Schema>,
  alerts: readonly AcceptedAlert[],
): Promise<Set<string>> {
  if (alerts.length === 0) return new Set()
  const inserted = await sql<{ event_id: string }>`
    WITH inserted AS (
      INSERT INTO alert_inbox (event_id, source, fingerprint, status, labels, annotations, starts_at, ends_at)
      SELECT * FROM unnest(
        ${alerts.map(({ eventId }) => eventId)}::text[],
        ${alerts.map(({ source }) => source)}::text[],
        ${alerts.map(({ fingerprint }) => fingerprint)}::text[],
        ${alerts.map(({ status }) => status)}::text[],
        ${alerts.map(({ labels }) => JSON.stringify(labels))}::jsonb[],
        ${alerts.map(({ annotations }) => JSON.stringify(annotations))}::jsonb[],
        ${alerts.map(({ startsAt }) => startsAt)}::timestamptz[],
        ${alerts.map(({ endsAt }) => endsAt ?? null)}::timestamptz[]
      )
      ON CONFLICT (event_id) DO NOTHING
      RETURNING event_id
    ), notified AS (
      SELECT pg_notify(${inboxChannel}, '') FROM (SELECT FROM inserted LIMIT 1) AS any_inserted
    )
    SELECT event_id FROM inserted LEFT JOIN notified ON true
  `.execute(db)
  return new Set(inserted.rows.map(({ event_id }) => event_id))
}
