import { type RawBuilder, sql, type Selectable } from 'kysely'
import { alertIdentity } from '../domain/alert/alert.ts'
import { type InboxRow, nextStates, type StoredAlert, withKnownEnds } from '../domain/alert/stored-alert.ts'
import type { Database } from './database.ts'
import { storeErrorIn } from './errors.ts'
import type { Schema } from './schema.ts'

/** What events make of alerts as they are by themselves, of whatever incident. */
export interface AlertsAfter {
  /** The events, which know of their alerts' ends by now. */
  readonly rows: readonly InboxRow[]
  /** Those that nobody had heard of, and those that change. */
  readonly unheard: readonly StoredAlert[]
  readonly changed: readonly StoredAlert[]
}

/**
 * Read under a lock, in one order, so that events of one alert in several transactions are applied one after another and no two wait for each other.
 * Nothing may be locked before in the same transaction.
 */
export async function alertsAfter(transaction: Database, rows: readonly InboxRow[]): Promise<AlertsAfter> {
  const ids = [...new Map(rows.map((row) => [alertIdentity(row), row])).values()]
  const found = await sql<Selectable<Schema['alerts']>>`
    SELECT alerts.* FROM alerts JOIN unnest(
      ${ids.map(({ source }) => source)}::text[], ${ids.map(({ fingerprint }) => fingerprint)}::text[]
    ) AS asked (source, fingerprint) USING (source, fingerprint)
    ORDER BY source, fingerprint FOR UPDATE OF alerts`.execute(transaction)
  const stored = found.rows.map(alertFromRow)
  const known = new Set(stored.map(alertIdentity))
  const states = nextStates(rows, stored)
  return {
    rows: withKnownEnds(rows, stored),
    unheard: states.filter((state) => !known.has(alertIdentity(state))),
    changed: states.filter((state) => known.has(alertIdentity(state))),
  }
}

/**
 * Stores them, as parts of a WITH clause. Where another transaction stored one of the unheard meanwhile, it fails: see {@link knowingAlerts}.
 */
export function alertsStored({
  unheard,
  changed,
}: Pick<AlertsAfter, 'unheard' | 'changed'>): RawBuilder<unknown> {
  return sql`
    unheard AS (
      INSERT INTO alerts (source, fingerprint, status, labels, annotations, starts_at, ends_at, expires_at, changed_at, source_at, inbox_id)
      SELECT * FROM ${asTable(unheard)} ORDER BY source, fingerprint
    ),
    changed AS (
      UPDATE alerts SET status = given.status, labels = given.labels, annotations = given.annotations, starts_at = given.starts_at,
        ends_at = given.ends_at, expires_at = given.expires_at, changed_at = given.changed_at, source_at = given.source_at, inbox_id = given.inbox_id
      FROM ${asTable(changed)} WHERE alerts.source = given.source AND alerts.fingerprint = given.fingerprint
    )`
}

function asTable(alerts: readonly StoredAlert[]): RawBuilder<unknown> {
  return sql`unnest(
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
    ) AS given (source, fingerprint, status, labels, annotations, starts_at, ends_at, expires_at, changed_at, source_at, inbox_id)`
}

/** Does the work once more when another transaction stored an alert that this one had not found: each time there is one less. */
export async function knowingAlerts<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isHeardMeanwhile(error)) throw error
    }
  }
}

function isHeardMeanwhile(error: unknown): boolean {
  const cause = storeErrorIn(error)?.cause ?? error
  return cause instanceof Error && 'constraint' in cause && cause.constraint === 'alerts_pkey'
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
