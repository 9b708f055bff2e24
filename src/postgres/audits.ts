import { sql } from 'kysely'
import type { Finding, FindingKind, RecordedIncident, UnfinishedPage } from '../domain/audit/audit.ts'
import { isAboutAudit, type StoredFinding } from '../domain/audit/alert.ts'
import { inboxChannel } from './alert-inbox.ts'
import { createWorkflowAuditRecords } from './audit-workflows.ts'
import type { Database } from './database.ts'
import { incidentFromRow, machineOf } from './incident-rows.ts'

/** What the auditor of paging reads of everything, and what it keeps of its own. */
export function createAuditRecords(db: Database) {
  return { ...reading(db), ...keeping(db), ...createWorkflowAuditRecords(db) }
}

function reading(db: Database) {
  return {
    async openIncidents(): Promise<RecordedIncident[]> {
      const rows = await db
        .selectFrom('incidents')
        .selectAll()
        .where('state', '<>', 'resolved')
        .where('replayed_at', 'is', null)
        .orderBy('number')
        .execute()
      return rows.map((row) => ({ ...incidentFromRow(row), machine: machineOf(row) }))
    },

    /** Pages without an outcome that were queued before `createdBefore`, or whose incident was resolved before `resolvedBefore`. */
    async unfinishedPages(createdBefore: string, resolvedBefore: string): Promise<UnfinishedPage[]> {
      const rows = await db
        .selectFrom('pages')
        .innerJoin('incidents', 'incidents.number', 'pages.incident')
        .select(['pages.id', 'pages.incident', 'pages.created_at'])
        .select(['incidents.resolved_at', 'incidents.service', 'incidents.labels'])
        .where('pages.finished_at', 'is', null)
        .where((row) =>
          row.or([
            row('pages.created_at', '<', new Date(createdBefore)),
            row('incidents.resolved_at', '<', new Date(resolvedBefore)),
          ]),
        )
        .orderBy('pages.created_at')
        .execute()
      return rows.map(({ id, incident, created_at: created, resolved_at: resolved, ...of }) => {
        const incidentResolvedAt = resolved?.toISOString() ?? null
        return { id, incident, createdAt: created.toISOString(), incidentResolvedAt, quiet: isAboutAudit(of) }
      })
    },

    async waitingAlerts(before: string): Promise<{ count: number; oldestAt: string | null }> {
      const { count, oldest } = await db
        .selectFrom('alert_inbox')
        .select((row) => [
          row.fn.countAll<number>().as('count'),
          row.fn.min<Date | null>('accepted_at').as('oldest'),
        ])
        .where('dispatched_at', 'is', null)
        .where('accepted_at', '<', new Date(before))
        .executeTakeFirstOrThrow()
      return { count, oldestAt: oldest?.toISOString() ?? null }
    },

    /** Wakes the dispatcher, in case a notification got lost. */
    async nudgeInbox(): Promise<void> {
      await sql`SELECT pg_notify(${inboxChannel}, '')`.execute(db)
    },
  }
}

function keeping(db: Database) {
  return {
    async openFindings(): Promise<StoredFinding[]> {
      const rows = await db
        .selectFrom('audit_findings')
        .select(['id', 'kind', 'incident', 'detail', 'quiet', 'found_at'])
        .where('ended_at', 'is', null)
        .orderBy('id')
        .execute()
      return rows.map(({ kind, found_at: foundAt, ...row }) => {
        return { ...row, kind: kind as FindingKind, foundAt: foundAt.toISOString() }
      })
    },

    /** Keeps findings: a new one from now on, a known one as still there. Those that were repaired are over at once. */
    async keepFindings(findings: readonly Finding[], at: string, repaired: boolean): Promise<void> {
      const now = new Date(at)
      for (const { kind, incident, detail, quiet } of findings) {
        const over = repaired ? now : null
        await sql`
          INSERT INTO audit_findings (kind, incident, detail, quiet, repaired, found_at, seen_at, ended_at)
          VALUES (${kind}, ${incident}, ${detail}, ${quiet}, ${repaired}, ${now}, ${now}, ${over})
          ON CONFLICT (kind, coalesce(incident, 0)) WHERE ended_at IS NULL
          DO UPDATE SET detail = excluded.detail, seen_at = excluded.seen_at`.execute(db)
      }
    },

    async endFindings(ids: readonly number[], at: string): Promise<void> {
      if (ids.length === 0) return
      const over = { ended_at: new Date(at) }
      await db
        .updateTable('audit_findings')
        .set(over)
        .where('id', 'in', [...ids])
        .execute()
    },

    async lastHeartbeatAt(): Promise<string | null> {
      const row = await db.selectFrom('audit_runs').select('heartbeat_at').executeTakeFirst()
      return row?.heartbeat_at?.toISOString() ?? null
    },

    /** @param run `ok`: all was well; `heartbeat`: and that was told outside */
    async noteRun(at: string, run: { readonly ok: boolean; readonly heartbeat: boolean }): Promise<void> {
      const now = new Date(at)
      const set = {
        ran_at: now,
        ...(run.ok ? { ok_at: now } : {}),
        ...(run.heartbeat ? { heartbeat_at: now } : {}),
      }
      await db
        .insertInto('audit_runs')
        .values({ only_one: true, ...set })
        .onConflict((conflict) => conflict.column('only_one').doUpdateSet(set))
        .execute()
    },
  }
}
