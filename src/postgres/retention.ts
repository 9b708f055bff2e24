import { sql } from 'kysely'
import type { RetentionKind } from '../domain/configuration/retention.ts'
import type { Database } from './database.ts'
import { judgedNames } from './verdicts.ts'

/** One small step of deleting. */
export interface DeletedBatch {
  readonly deleted: number
  /** Whether another step may find something. */
  readonly more: boolean
}

/** The next step, each in a transaction of its own. */
export type NextBatch = () => Promise<DeletedBatch>

/** Rows of one step: some tens of milliseconds of work. */
const rowsAtOnce = 5_000
/** Incidents of one step, each with some hundreds of rows behind it. */
const incidentsAtOnce = 20
/** Processes of an older configuration may still run, and open incidents by it. */
const newestRevisions = 10
/** Evidence looks back a little before an incident began. */
const leadOfIncident = sql`interval '1 day'`

/**
 * Incidents whose records somebody works with: open ones, those whose review is not drafted yet, and those that are looked at again because alerts fired on
 * over a person's resolve.
 */
const inUse = sql`(i.state <> 'resolved' OR i.machine #>> '{closing,successorAt}' IS NOT NULL
  OR (i.replayed_at IS NULL AND NOT EXISTS (SELECT FROM reviews WHERE reviews.incident = i.number)))`

/** Deletes what is older than an instant, kind by kind, in steps small enough to hold nobody up. */
export function createRetentionRecords(db: Database): Record<RetentionKind, (before: Date) => NextBatch> {
  return {
    inbox: (before) => inboxBatches(db, before),
    verdicts: (before) => verdictBatches(db, before),
    incidents: (before) => () => deleteIncidents(db, before),
    audits: (before) => rows(db, sql`audit_findings`, sql`id`, sql`ended_at < ${before}`),
    notices: (before) => rows(db, sql`on_call_notices`, sql`id`, sql`finished_at < ${before}`),
    credentials: (before) => rows(db, sql`credentials`, sql`secret_hash`, sql`expires_at < ${before}`),
    configurations: (before) => rows(db, sql`config_revisions`, sql`revision`, unreferenced(before)),
  }
}

function rows(
  db: Database,
  table: ReturnType<typeof sql>,
  key: ReturnType<typeof sql>,
  where: ReturnType<typeof sql>,
): NextBatch {
  return async () => {
    const { rows: deleted } = await sql`
      DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${where} LIMIT ${rowsAtOnce}) RETURNING 1`.execute(
      db,
    )
    return { deleted: deleted.length, more: deleted.length === rowsAtOnce }
  }
}

/**
 * Walks the inbox by id, in which order rows came in, up to the first that is kept for its age. Rows that wait stay, and so do those of alerts
 * that fire in an open incident: by them a repeat is known.
 */
function inboxBatches(db: Database, before: Date): NextBatch {
  let after = 0
  return async () => {
    const { rows: found } = await sql<{ deleted: number; last: number | null; more: boolean | null }>`
      WITH next AS (
        SELECT id, accepted_at < ${before} AS old FROM alert_inbox WHERE id > ${after} ORDER BY id LIMIT ${rowsAtOnce}
      ), gone AS (
        DELETE FROM alert_inbox AS row USING next
        WHERE row.id = next.id AND next.old AND row.dispatched_at IS NOT NULL
          AND NOT EXISTS (
            SELECT FROM alerts WHERE alerts.source = row.source AND alerts.fingerprint = row.fingerprint AND alerts.status = 'firing'
          )
        RETURNING row.id
      )
      SELECT (SELECT count(*) FROM gone) AS deleted, max(id) AS last, bool_and(old) AS more FROM next`.execute(
      db,
    )
    const { deleted = 0, last = null, more = false } = found[0] ?? {}
    after = last ?? after
    if (more !== true) {
      await forgetEnded(db, before)
      await forgetChanges(db, before)
    }
    return { deleted, more: more === true }
  }
}

/** Of an alert that ended, what its last event said is known as long as the event. */
async function forgetEnded(db: Database, before: Date): Promise<void> {
  await sql`
    DELETE FROM alerts WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM alerts WHERE status = 'resolved' AND changed_at < ${before} LIMIT ${10 * rowsAtOnce}
    ))`.execute(db)
}

/** Changes go with the inbox, but for those that an incident somebody works with began after. */
async function forgetChanges(db: Database, before: Date): Promise<void> {
  await sql`
    DELETE FROM change_events WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM change_events
      WHERE at < least(${before}::timestamptz, (SELECT min(i.started_at) - ${leadOfIncident} FROM incidents i WHERE ${inUse}))
      LIMIT ${10 * rowsAtOnce}
    ))`.execute(db)
}

/** Check by check, in the order of the primary key: one index serves writing and deleting. */
function verdictBatches(db: Database, before: Date): NextBatch {
  let checks: { readonly name: string; readonly before: Date }[] | undefined
  return async () => {
    checks ??= await judgedChecks(db, before)
    const [check] = checks
    if (check === undefined) return { deleted: 0, more: false }
    const { rows: deleted } = await sql`
      DELETE FROM verdicts WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM verdicts WHERE check_name = ${check.name} AND bucket_at < ${check.before}
        ORDER BY bucket_at LIMIT ${rowsAtOnce}
      )) RETURNING 1`.execute(db)
    if (deleted.length < rowsAtOnce) checks.shift()
    return { deleted: deleted.length, more: checks.length > 0 }
  }
}

/** Every check that has verdicts; of one that an incident in use is about, those of that time stay. */
async function judgedChecks(db: Database, before: Date): Promise<{ name: string; before: Date }[]> {
  const { rows: checks } = await sql<{ name: string; before: Date }>`
    WITH RECURSIVE ${judgedNames}, needed AS (
      SELECT alerts.labels ->> 'alertname' AS name, min(i.started_at) - ${leadOfIncident} AS since
      FROM incidents i JOIN incident_alerts AS alerts ON alerts.incident = i.number WHERE ${inUse} GROUP BY 1
    )
    SELECT judged.name, least(${before}::timestamptz, needed.since) AS before
    FROM judged LEFT JOIN needed USING (name) WHERE judged.name IS NOT NULL`.execute(db)
  return checks
}

/** Whole incidents, oldest first. One whose review is not older than `before` stays with it. */
function deleteIncidents(db: Database, before: Date): Promise<DeletedBatch> {
  return db.transaction().execute(async (transaction) => {
    const { rows: found } = await sql<{ number: number }>`
      SELECT number FROM incidents i
      WHERE state = 'resolved' AND coalesce(replayed_at, resolved_at) < ${before} AND NOT ${inUse}
        AND NOT EXISTS (SELECT FROM reviews WHERE reviews.incident = i.number AND drafted_at >= ${before})
      ORDER BY coalesce(replayed_at, resolved_at) LIMIT ${incidentsAtOnce} FOR UPDATE SKIP LOCKED`.execute(
      transaction,
    )
    const numbers = found.map(({ number }) => number)
    if (numbers.length === 0) return { deleted: 0, more: false }
    await transaction
      .updateTable('incidents')
      .set({ recurrence_of: null })
      .where('recurrence_of', 'in', numbers)
      .execute()
    for (const table of ofIncidents)
      await transaction.deleteFrom(table).where('incident', 'in', numbers).execute()
    await transaction.deleteFrom('incidents').where('number', 'in', numbers).execute()
    return { deleted: numbers.length, more: numbers.length === incidentsAtOnce }
  })
}

const ofIncidents = [
  'incident_alerts',
  'incident_events',
  'timeline',
  'evidence',
  'pages',
  'remediation_attempts',
  'audit_findings',
  'reviews',
] as const

/** Neither among the newest, nor what open incidents were told last, nor referred to by any incident. */
function unreferenced(before: Date) {
  return sql`applied_at < ${before}
    AND revision NOT IN (SELECT revision FROM config_revisions ORDER BY applied_at DESC LIMIT ${newestRevisions})
    AND announced_at IS DISTINCT FROM (SELECT max(announced_at) FROM config_revisions)
    AND revision NOT IN (SELECT revision FROM config_wanted UNION ALL SELECT revision FROM config_processes)
    AND NOT EXISTS (SELECT FROM incidents i WHERE i.config_revision = revision)
    AND NOT EXISTS (SELECT FROM incidents i WHERE i.policy_revision = revision)`
}
