import { sql } from 'kysely'
import type { Labels } from '../domain/alert/alert.ts'
import type { IncidentWithoutReview } from '../domain/audit/workflows.ts'
import type { Database } from './database.ts'

/** More would not be read; the rest comes with the next audit. */
const mostReviews = 50

/** What the auditor reads of checks and reviews. */
export function createWorkflowAuditRecords(db: Database) {
  return {
    async lastRunAt(): Promise<string | null> {
      const row = await db.selectFrom('audit_runs').select('ran_at').executeTakeFirst()
      return row?.ran_at.toISOString() ?? null
    },

    /** One step into the primary key for each check, whatever the number of verdicts. */
    async newestBuckets(checks: readonly string[]): Promise<Map<string, string>> {
      const { rows } = await sql<{ name: string; bucket_at: Date }>`
        SELECT name, newest.bucket_at
        FROM unnest(${[...checks]}::text[]) AS name
        CROSS JOIN LATERAL (
          SELECT bucket_at FROM verdicts WHERE check_name = name ORDER BY bucket_at DESC LIMIT 1
        ) AS newest`.execute(db)
      return new Map(rows.map(({ name, bucket_at: at }) => [name, at.toISOString()]))
    },

    /** Incidents resolved in this time, the oldest first, that have no review. */
    async withoutReview(resolvedAfter: string, resolvedBefore: string): Promise<IncidentWithoutReview[]> {
      const rows = await db
        .selectFrom('incidents')
        .leftJoin('reviews', 'reviews.incident', 'incidents.number')
        .select(['incidents.number', 'incidents.service', 'incidents.labels', 'incidents.resolved_at'])
        .where('incidents.state', '=', 'resolved')
        .where('incidents.replayed_at', 'is', null)
        .where('incidents.resolved_at', '>', new Date(resolvedAfter))
        .where('incidents.resolved_at', '<', new Date(resolvedBefore))
        .where('reviews.incident', 'is', null)
        .orderBy('incidents.resolved_at')
        .limit(mostReviews)
        .execute()
      return rows.flatMap(({ resolved_at: at, labels, ...incident }) =>
        at === null ? [] : [{ ...incident, labels: labels as Labels, resolvedAt: at.toISOString() }],
      )
    },
  }
}
