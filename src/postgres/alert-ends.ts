import { sql } from 'kysely'
import type { Database } from './database.ts'

/** What the inbox knows of how alerts ended. */
export function createAlertEnds(db: Database) {
  return {
    /**
     * Of these events, those that were accepted before a report of their alert's end, which lies after their own start.
     * @returns by event, the newest such end, ISO 8601 in UTC
     */
    async endedSince(eventIds: readonly string[]): Promise<Map<string, string>> {
      if (eventIds.length === 0) return new Map()
      const { rows } = await sql<{ event_id: string; ended_at: Date }>`
        SELECT event.event_id, max(coalesce(ended.ends_at, ended.starts_at)) AS ended_at
        FROM alert_inbox AS event
        JOIN alert_inbox AS ended
          ON ended.fingerprint = event.fingerprint AND ended.source = event.source AND ended.status = 'resolved' AND ended.id > event.id
          AND coalesce(ended.ends_at, ended.starts_at) >= event.starts_at
        WHERE event.event_id = ANY(${eventIds}::text[])
        GROUP BY event.event_id
      `.execute(db)
      return new Map(rows.map(({ event_id, ended_at }) => [event_id, ended_at.toISOString()]))
    },
  }
}
