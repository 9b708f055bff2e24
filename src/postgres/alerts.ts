import { type RawBuilder, sql, type Selectable } from 'kysely'
import { alertIdentity } from '../domain/alert/alert.ts'
import { type InboxRow, nextStates, type StoredAlert } from '../domain/alert/stored-alert.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

/**
 * Alerts as they are by themselves, of whatever incident. Read under a lock, in one order, so that events of one alert in several transactions are
 * applied one after another and no two wait for each other.
 * @returns what the events make of them: those to store
 */
export async function alertsAfter(transaction: Database, rows: readonly InboxRow[]): Promise<StoredAlert[]> {
  const ids = [...new Map(rows.map((row) => [alertIdentity(row), row])).values()]
  const { rows: stored } = await sql<Selectable<Schema['alerts']>>`
    SELECT alerts.* FROM alerts JOIN unnest(
      ${ids.map(({ source }) => source)}::text[], ${ids.map(({ fingerprint }) => fingerprint)}::text[]
    ) AS asked (source, fingerprint) USING (source, fingerprint)
    ORDER BY source, fingerprint FOR UPDATE OF alerts`.execute(transaction)
  return nextStates(rows, stored.map(alertFromRow))
}

/** Stores them, in one statement; of two that know of the same alert the one with the newer event has it. */
export function alertsUpsert(alerts: readonly StoredAlert[]): RawBuilder<unknown> {
  return sql`
    INSERT INTO alerts (source, fingerprint, status, labels, annotations, starts_at, ends_at, expires_at, changed_at, source_at, inbox_id)
    SELECT * FROM unnest(
      ${alerts.map(({ source }) => source)}::text[],
      ${alerts.map(({ fingerprint }) => fingerprint)}::text[],
      ${alerts.map(({ status }) => status)}::text[],
      ${alerts.map(({ labels }) => JSON.stringify(labels))}::jsonb[],
      ${alerts.map(({ annotations }) => JSON.stringify(annotations))}::jsonb[],
      ${alerts.map(({ startsAt }) => startsAt)}::timestamptz[],
      ${alerts.map(({ endsAt }) => endsAt)}::timestamptz[],
      ${alerts.map(({ expiresAt }) => expiresAt ?? null)}::timestamptz[],
      ${alerts.map(({ changedAt }) => changedAt)}::timestamptz[],
      ${alerts.map(({ sourceAt }) => sourceAt)}::timestamptz[],
      ${alerts.map(({ inboxId }) => inboxId)}::bigint[]
    )
    ON CONFLICT (source, fingerprint) DO UPDATE
      SET status = excluded.status, labels = excluded.labels, annotations = excluded.annotations, starts_at = excluded.starts_at,
          ends_at = excluded.ends_at, expires_at = excluded.expires_at, changed_at = excluded.changed_at,
          source_at = excluded.source_at, inbox_id = excluded.inbox_id
      WHERE alerts.inbox_id < excluded.inbox_id`
}

/** An alert as it stands in its row. */
export function alertFromRow(row: Selectable<Schema['alerts']>): StoredAlert {
  return {
    source: row.source,
    fingerprint: row.fingerprint,
    status: row.status,
    labels: row.labels,
    annotations: row.annotations,
    startsAt: row.starts_at.toISOString(),
    endsAt: row.ends_at?.toISOString() ?? null,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.toISOString() }),
    changedAt: row.changed_at.toISOString(),
    sourceAt: row.source_at.toISOString(),
    inboxId: row.inbox_id,
  }
}
