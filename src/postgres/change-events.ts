import { sql } from 'kysely'
import type { ChangeEvent } from '../domain/alert/change-event.ts'
import type { Database } from './database.ts'

/** What was changed, as integrations report it. */
export function createChangeEventRecords(db: Database) {
  return {
    /** Returns when they are committed. @returns how many were not there before */
    async keep(changes: readonly ChangeEvent[]): Promise<number> {
      if (changes.length === 0) return 0
      const { rows } = await sql`
        INSERT INTO change_events (change_id, source, at, summary, labels, links)
        SELECT * FROM json_to_recordset(${JSON.stringify(changes)}::json) AS change (
          "changeId" text, source text, at timestamptz, summary text, labels jsonb, links jsonb
        )
        ON CONFLICT (change_id) DO NOTHING
        RETURNING id`.execute(db)
      return rows.length
    },
  }
}
