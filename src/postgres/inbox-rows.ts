import { type RawBuilder, sql } from 'kysely'
import type { InboxRow } from '../domain/alert/stored-alert.ts'
import type { Database } from './database.ts'

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
  readonly homes: readonly string[] | null
  readonly expires_at: Date | null
  readonly before_ended_at: Date | null
  readonly before_accepted_at: Date | null
}

/**
 * Takes the oldest rows that wait, with what the rest of the database knows of their alerts; nobody else sees them until the lease is over. Whoever
 * dies with rows in hand leaves them to the next. In the order of acceptance.
 * @param except ids to pass over
 */
export async function claimWaiting(
  db: Database,
  limit: number,
  except: readonly number[],
  leaseMs: number,
): Promise<InboxRow[]> {
  const found = await sql<InboxRecord>`
    WITH claimed AS (
      UPDATE alert_inbox SET leased_until = now() + ${leaseMs} * interval '1 millisecond'
      WHERE id IN (
        SELECT id FROM alert_inbox
        WHERE dispatched_at IS NULL AND (leased_until IS NULL OR leased_until <= now()) AND id <> ALL(${except}::bigint[])
        ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED
      )
      RETURNING *
    )
    SELECT row.*, home.grouping_keys AS homes, before.ended_at AS before_ended_at, before.accepted_at AS before_accepted_at
    FROM claimed AS row
    LEFT JOIN LATERAL (
      SELECT array_agg(grouping_key ORDER BY number) AS grouping_keys FROM (
        SELECT incidents.grouping_key, incidents.number
        FROM incident_alerts AS alerts JOIN incidents ON incidents.number = alerts.incident
        WHERE alerts.fingerprint = row.fingerprint AND alerts.source = row.source AND alerts.status = 'firing'
          AND incidents.state <> 'resolved'
        UNION
        SELECT incidents.grouping_key, incidents.number
        FROM incident_alerts AS alerts JOIN incidents ON incidents.number = alerts.incident
        WHERE alerts.fingerprint = row.fingerprint AND alerts.source = row.source AND alerts.is_split
          AND incidents.state <> 'resolved'
      ) AS open
    ) AS home ON true
    LEFT JOIN LATERAL (
      SELECT coalesce(ends_at, starts_at) AS ended_at, accepted_at FROM alert_inbox AS earlier
      WHERE earlier.fingerprint = row.fingerprint AND earlier.source = row.source AND earlier.status = 'resolved' AND earlier.id < row.id
      ORDER BY ended_at DESC LIMIT 1
    ) AS before ON row.status = 'firing'
    ORDER BY row.id
  `.execute(db)
  return found.rows.map(fromRecord)
}

/** Rows that no alert has been brought to yet, in the order of acceptance; whoever brings them may have them in hand. */
export async function waitingRows(db: Database): Promise<InboxRow[]> {
  const { rows } = await sql<Omit<InboxRecord, 'homes' | 'before_ended_at' | 'before_accepted_at'>>`
    SELECT * FROM alert_inbox WHERE dispatched_at IS NULL ORDER BY id`.execute(db)
  return rows.map((row) =>
    fromRecord({ ...row, homes: null, before_ended_at: null, before_accepted_at: null }),
  )
}

/** Gives rows back before their lease is over. */
export async function releaseRows(db: Database, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await sql`UPDATE alert_inbox SET leased_until = NULL WHERE id = ANY(${ids}::bigint[])`.execute(db)
}

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
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.toISOString() }),
    homes: row.homes ?? [],
    resolvedBefore:
      row.before_ended_at === null || row.before_accepted_at === null
        ? null
        : { endedAt: row.before_ended_at.toISOString(), acceptedAt: row.before_accepted_at.toISOString() },
  }
}

/** For good: these rows have reached their incidents. */
export function tickOff(ids: readonly number[]): RawBuilder<unknown> {
  return sql`UPDATE alert_inbox SET dispatched_at = now() WHERE id = ANY(${ids}::bigint[])`
}
