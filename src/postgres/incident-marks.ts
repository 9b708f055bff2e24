import { sql } from 'kysely'
import type { Database } from './database.ts'

/** Short texts that change whenever what people see of incidents changes: cheap enough to be asked once a second. */
export function createIncidentMarks(db: Database) {
  return {
    /** Of one incident with all that belongs to it. */
    async ofIncident(incident: number): Promise<string> {
      return markOf(sql<{ mark: string }>`
        SELECT md5(concat_ws('|',
          (SELECT row_to_json(i)::text FROM incidents i WHERE number = ${incident}),
          (SELECT max(id) FROM timeline WHERE incident = ${incident}),
          (SELECT string_agg(fingerprint || status || changed_at, ',' ORDER BY fingerprint) FROM incident_alerts WHERE incident = ${incident}),
          (SELECT string_agg(id || state || attempts, ',' ORDER BY id) FROM pages WHERE incident = ${incident}),
          (SELECT string_agg(id || state || coalesce(explanation::text, ''), ',' ORDER BY id) FROM remediation_attempts WHERE incident = ${incident}),
          (SELECT max(number) FROM evidence WHERE incident = ${incident}),
          (SELECT count(*) FROM reviews WHERE incident = ${incident}),
          (SELECT string_agg(scope || stopped_at, ',' ORDER BY scope) FROM guard_switches)
        )) AS mark`)
    },

    /** Of the list: what is open, and how many there are. */
    async ofAll(): Promise<string> {
      return markOf(sql<{ mark: string }>`
        SELECT md5(concat_ws('|',
          (SELECT string_agg(row_to_json(i)::text, ',' ORDER BY number) FROM incidents i WHERE state <> 'resolved'),
          (SELECT max(number) FROM incidents),
          (SELECT string_agg(scope || stopped_at, ',' ORDER BY scope) FROM guard_switches)
        )) AS mark`)
    },
  }

  async function markOf(query: ReturnType<typeof sql<{ mark: string }>>): Promise<string> {
    const { rows } = await query.execute(db)
    return rows[0]?.mark ?? ''
  }
}
