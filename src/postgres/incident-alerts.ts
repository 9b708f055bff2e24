import { type RawBuilder, sql } from 'kysely'
import type { StoredAlert } from '../domain/alert/stored-alert.ts'
import type { Database } from './database.ts'

/** Alerts of an incident as dispatching knows them: those of these fingerprints, or all. */
export async function knownAlerts(
  db: Database,
  incident: number,
  fingerprints: readonly string[] | null,
): Promise<StoredAlert[]> {
  const stored = await db
    .selectFrom('alerts')
    .selectAll()
    .where('incident', '=', incident)
    .$if(fingerprints !== null, (query) =>
      query.where('fingerprint', '=', sql<string>`ANY(${fingerprints}::text[])`),
    )
    .execute()
  return stored.map((row) => ({
    fingerprint: row.fingerprint,
    status: row.status,
    labels: row.labels,
    annotations: row.annotations,
    startsAt: row.starts_at.toISOString(),
    endsAt: row.ends_at?.toISOString() ?? null,
    changedAt: row.changed_at.toISOString(),
    sourceAt: (row.source_at ?? row.ends_at ?? row.starts_at).toISOString(),
    inboxId: row.inbox_id,
  }))
}

/** One statement, whatever the number of alerts. */
export async function storeIncidentAlerts(
  transaction: Database,
  incident: number,
  alerts: readonly StoredAlert[],
): Promise<void> {
  await alertsInsert(sql<number>`${incident}::bigint`, alerts).execute(transaction)
}

/** @param incident its number; where that is NULL, nothing is stored */
export function alertsInsert(
  incident: RawBuilder<number>,
  alerts: readonly StoredAlert[],
): RawBuilder<unknown> {
  return sql`
    INSERT INTO alerts (incident, fingerprint, status, labels, annotations, starts_at, ends_at, changed_at, source_at, inbox_id)
    SELECT ${incident}, given.* FROM unnest(
      ${alerts.map(({ fingerprint }) => fingerprint)}::text[],
      ${alerts.map(({ status }) => status)}::text[],
      ${alerts.map(({ labels }) => JSON.stringify(labels))}::jsonb[],
      ${alerts.map(({ annotations }) => JSON.stringify(annotations))}::jsonb[],
      ${alerts.map(({ startsAt }) => startsAt)}::timestamptz[],
      ${alerts.map(({ endsAt }) => endsAt)}::timestamptz[],
      ${alerts.map(({ changedAt }) => changedAt)}::timestamptz[],
      ${alerts.map(({ sourceAt }) => sourceAt)}::timestamptz[],
      ${alerts.map(({ inboxId }) => inboxId)}::bigint[]
    ) AS given
    WHERE ${incident} IS NOT NULL
    ON CONFLICT (incident, fingerprint) DO UPDATE
      SET status = excluded.status, labels = excluded.labels, annotations = excluded.annotations,
          starts_at = excluded.starts_at, ends_at = excluded.ends_at, changed_at = excluded.changed_at,
          source_at = excluded.source_at, inbox_id = excluded.inbox_id`
}
