import { type RawBuilder, sql } from 'kysely'
import { firingTitle, prominenceOf } from '../domain/alert/alert-title.ts'
import { isDeclared } from '../domain/alert/declaration.ts'
import type { StoredAlert } from '../domain/alert/stored-alert.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { Database } from './database.ts'

/** Alerts of an incident as dispatching knows them: those of these fingerprints, or all. */
export async function knownAlerts(
  db: Database,
  incident: number,
  fingerprints: readonly string[] | null,
): Promise<StoredAlert[]> {
  const stored = await db
    .selectFrom('incident_alerts')
    .selectAll()
    .where('incident', '=', incident)
    .$if(fingerprints !== null, (query) =>
      query.where('fingerprint', '=', sql<string>`ANY(${fingerprints}::text[])`),
    )
    .execute()
  return stored.map((row) => ({
    source: row.source,
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
    INSERT INTO incident_alerts (incident, source, fingerprint, status, labels, annotations, starts_at, ends_at, changed_at, source_at, inbox_id, prominence)
    SELECT ${incident}, given.* FROM unnest(
      ${alerts.map(({ source }) => source)}::text[],
      ${alerts.map(({ fingerprint }) => fingerprint)}::text[],
      ${alerts.map(({ status }) => status)}::text[],
      ${alerts.map(({ labels }) => JSON.stringify(labels))}::jsonb[],
      ${alerts.map(({ annotations }) => JSON.stringify(annotations))}::jsonb[],
      ${alerts.map(({ startsAt }) => startsAt)}::timestamptz[],
      ${alerts.map(({ endsAt }) => endsAt)}::timestamptz[],
      ${alerts.map(({ changedAt }) => changedAt)}::timestamptz[],
      ${alerts.map(({ sourceAt }) => sourceAt)}::timestamptz[],
      ${alerts.map(({ inboxId }) => inboxId)}::bigint[],
      ${alerts.map(prominenceOf)}::double precision[]
    ) AS given
    WHERE ${incident} IS NOT NULL
    ON CONFLICT (incident, source, fingerprint) DO UPDATE
      SET status = excluded.status, labels = excluded.labels, annotations = excluded.annotations,
          starts_at = excluded.starts_at, ends_at = excluded.ends_at, changed_at = excluded.changed_at,
          source_at = excluded.source_at, inbox_id = excluded.inbox_id,
          prominence = excluded.prominence,
          in_group = incident_alerts.in_group OR 'firing' IN (excluded.status, incident_alerts.status),
          moved_to = CASE WHEN excluded.status = 'firing' THEN NULL ELSE incident_alerts.moved_to END`
}

/** What a title tells of: the worst, and enough of the others to know what they are. */
const titled = 20

/**
 * What people know an open incident by, once more alerts fire in it than before; `undefined` where a person named it.
 * @param firing how many of its alerts fire now
 */
export async function grownTitle(
  transaction: Database,
  { number, groupingKey, service }: Pick<Incident, 'number' | 'groupingKey' | 'service'>,
  firing: number,
): Promise<string | undefined> {
  if (isDeclared({ groupingKey })) return undefined
  const worst = await transaction
    .selectFrom('incident_alerts')
    .select(['labels', 'annotations'])
    .where('incident', '=', number)
    .where('status', '=', 'firing')
    .orderBy('prominence', 'desc')
    .orderBy('starts_at')
    .orderBy('fingerprint')
    .limit(titled)
    .execute()
  return worst.length === 0 ? undefined : firingTitle(worst, firing, service)
}
