import { sql } from 'kysely'
import type { FindingKind } from '../domain/audit/audit.ts'
import type { IncidentState } from '../domain/incident/incident.ts'
import type { Severity } from '../domain/values/severity.ts'
import type { Database } from './database.ts'

/** Whoever asks every few seconds must not have whole tables read. */
const recent = sql`interval '7 days'`

/** Counts for those who watch Firewatch itself. */
export function createFigureRecords(db: Database) {
  return {
    /** @param checks names, as configured: a check that is gone has no standing */
    async read(checks: readonly string[]) {
      const [inbox, incidents, pages, undeliveredPages, audit, standings] = await Promise.all([
        readInbox(db),
        readIncidents(db),
        readPages(db),
        readUndelivered(db),
        readAudit(db),
        readChecks(db, checks),
      ])
      return { inbox, incidents, pages, undeliveredPages, audit, checks: standings }
    },
  }
}

/** Both questions are answered by the index of waiting rows. */
async function readInbox(db: Database) {
  const { rows } = await sql<{ waiting: number; oldestSeconds: number }>`
    SELECT (SELECT count(*) FROM alert_inbox WHERE dispatched_at IS NULL) AS waiting,
      coalesce((
        SELECT greatest(extract(epoch FROM now() - accepted_at), 0)::float8 FROM alert_inbox
        WHERE dispatched_at IS NULL ORDER BY id LIMIT 1
      ), 0) AS "oldestSeconds"`.execute(db)
  return rows[0] ?? { waiting: 0, oldestSeconds: 0 }
}

async function readIncidents(db: Database) {
  const { rows } = await sql<{ state: IncidentState; severity: Severity; count: number }>`
    SELECT state, severity, count(*) AS count FROM incidents
    WHERE state <> 'resolved' OR (state = 'resolved' AND coalesce(replayed_at, resolved_at) >= now() - ${recent})
    GROUP BY state, severity ORDER BY state, severity`.execute(db)
  return rows
}

async function readPages(db: Database) {
  const { rows } = await sql<{ channel: string; state: string; count: number }>`
    SELECT channel, state, count(*) AS count FROM pages
    WHERE created_at >= now() - ${recent} OR finished_at IS NULL
    GROUP BY channel, state ORDER BY channel, state`.execute(db)
  return rows
}

async function readUndelivered(db: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM pages JOIN incidents ON incidents.number = pages.incident
    WHERE incidents.state <> 'resolved' AND incidents.replayed_at IS NULL
      AND pages.kind = 'page' AND pages.state IN ('failed', 'unknown') AND pages.finished_at IS NOT NULL
      AND NOT EXISTS (
        SELECT FROM pages AS later
        WHERE later.incident = pages.incident AND later.kind = 'page' AND later.state IN ('sent', 'delivered')
          AND later.finished_at >= pages.finished_at
      )`.execute(db)
  return rows[0]?.count ?? 0
}

async function readAudit(db: Database) {
  const findings = await sql<{ kind: FindingKind; count: number }>`
    SELECT kind, count(*) AS count FROM audit_findings WHERE ended_at IS NULL GROUP BY kind ORDER BY kind`.execute(
    db,
  )
  const run = await db.selectFrom('audit_runs').select('ok_at').executeTakeFirst()
  return { findings: findings.rows, okAt: run?.ok_at?.toISOString() ?? null }
}

interface CheckRow {
  readonly check: string
  readonly evaluatedAt: Date
  readonly ok: number
  readonly firing: number
  readonly unknown: number
}

/** Looks each check's newest bucket up: a grouping over all verdicts would read months of them. */
async function readChecks(db: Database, checks: readonly string[]) {
  const { rows } = await sql<CheckRow>`
    SELECT asked.name AS "check", max(v.evaluated_at) AS "evaluatedAt",
      count(*) FILTER (WHERE v.state = 'ok') AS ok,
      count(*) FILTER (WHERE v.state = 'firing') AS firing,
      count(*) FILTER (WHERE v.state = 'unknown') AS unknown
    FROM unnest(${checks}::text[]) AS asked (name)
    CROSS JOIN LATERAL (SELECT max(bucket_at) AS bucket_at FROM verdicts WHERE check_name = asked.name) AS newest
    JOIN verdicts AS v ON v.check_name = asked.name AND v.bucket_at = newest.bucket_at
    GROUP BY asked.name ORDER BY asked.name`.execute(db)
  return rows.map(({ evaluatedAt, ...row }) => ({ ...row, evaluatedAt: evaluatedAt.toISOString() }))
}
