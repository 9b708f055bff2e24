import { sql } from 'kysely'
import type { InboxRow } from '../domain/dispatch.ts'
import type { Database } from './database.ts'

/** Locks the oldest rows that wait, passing over those that another has locked. Answers their ids. */
export async function lockWaiting(
  transaction: Database,
  limit: number,
  except: readonly number[],
): Promise<number[]> {
  const locked = await sql<{ id: number }>`
    SELECT id FROM alert_inbox
    WHERE dispatched_at IS NULL AND id <> ALL(${except}::bigint[])
    ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED
  `.execute(transaction)
  return locked.rows.map(({ id }) => id)
}

interface InboxRecord {
  readonly id: number
  readonly event_id: string
  readonly source: string
  readonly fingerprint: string
  readonly status: 'firing' | 'resolved'
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly starts_at: Date
  readonly ends_at: Date | null
  readonly accepted_at: Date
  readonly home: string | null
  readonly before_ended_at: Date | null
  readonly before_accepted_at: Date | null
}

/** Rows with what the rest of the database knows of their alerts, in the order of acceptance. */
export async function readRows(transaction: Database, ids: readonly number[]): Promise<InboxRow[]> {
  const found = await sql<InboxRecord>`
    ${selectWithContext} FROM alert_inbox AS row ${context}
    WHERE row.id = ANY(${ids}::bigint[])
    ORDER BY row.id
  `.execute(transaction)
  return found.rows.map(fromRecord)
}

/**
 * Leases the oldest rows that wait, in one statement: nobody else is given them for `leaseMs`, and no transaction stays open meanwhile. A row that
 * is neither ticked off nor released by then waits again, as when its dispatcher died.
 * @returns at most `limit` rows in the order of acceptance
 */
export async function claimWaiting(db: Database, limit: number, leaseMs: number): Promise<InboxRow[]> {
  const claimed = await sql<InboxRecord>`
    WITH waiting AS (
      SELECT id FROM alert_inbox
      WHERE dispatched_at IS NULL AND (leased_until IS NULL OR leased_until <= now())
      ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), claimed AS (
      UPDATE alert_inbox SET leased_until = now() + ${leaseMs} * interval '1 millisecond'
      FROM waiting WHERE alert_inbox.id = waiting.id
      RETURNING alert_inbox.*
    )
    ${selectWithContext} FROM claimed AS row ${context}
    ORDER BY row.id
  `.execute(db)
  return claimed.rows.map(fromRecord)
}

/**
 * Gives leased rows back, to be claimed again at once or after a pause.
 * @param afterMs how long they are passed over, by every dispatcher
 */
export async function release(db: Database, ids: readonly number[], afterMs = 0): Promise<void> {
  await sql`
    UPDATE alert_inbox SET leased_until = now() + ${afterMs} * interval '1 millisecond'
    WHERE id = ANY(${ids}::bigint[]) AND dispatched_at IS NULL
  `.execute(db)
}

const selectWithContext = sql`
  SELECT row.*, home.grouping_key AS home, before.ended_at AS before_ended_at, before.accepted_at AS before_accepted_at`

/** The open incident in which a row's alert fires, and what an earlier row said of its end. */
const context = sql`
    LEFT JOIN LATERAL (
      SELECT incidents.grouping_key FROM alerts JOIN incidents ON incidents.number = alerts.incident
      WHERE alerts.fingerprint = row.fingerprint AND alerts.status = 'firing' AND incidents.state <> 'resolved'
      ORDER BY incidents.number DESC LIMIT 1
    ) AS home ON true
    LEFT JOIN LATERAL (
      SELECT coalesce(ends_at, starts_at) AS ended_at, accepted_at FROM alert_inbox AS earlier
      WHERE earlier.fingerprint = row.fingerprint AND earlier.status = 'resolved' AND earlier.id < row.id
      ORDER BY ended_at DESC LIMIT 1
    ) AS before ON row.status = 'firing'`

function fromRecord(row: InboxRecord): InboxRow {
  return {
    id: row.id,
    eventId: row.event_id,
    source: row.source,
    fingerprint: row.fingerprint,
    status: row.status,
    labels: row.labels,
    annotations: row.annotations,
    startsAt: row.starts_at.toISOString(),
    ...(row.ends_at === null ? {} : { endsAt: row.ends_at.toISOString() }),
    acceptedAt: row.accepted_at.toISOString(),
    home: row.home,
    resolvedBefore:
      row.before_ended_at === null || row.before_accepted_at === null
        ? null
        : { endedAt: row.before_ended_at.toISOString(), acceptedAt: row.before_accepted_at.toISOString() },
  }
}

/** For good: these rows have reached their incidents. */
export async function tickOff(transaction: Database, ids: readonly number[]): Promise<void> {
  await sql`UPDATE alert_inbox SET dispatched_at = now() WHERE id = ANY(${ids}::bigint[])`.execute(
    transaction,
  )
}
