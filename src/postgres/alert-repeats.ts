import { sql } from 'kysely'
import type { AcceptedAlert } from '../domain/alert/alert.ts'
import type { Database } from './database.ts'

/** What the store knows of alerts whose senders repeat them. */
export function createAlertRepeats(db: Database) {
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
          ON ended.fingerprint = event.fingerprint AND ended.source = event.source AND ended.status = 'resolved'
          AND ended.id > event.id AND coalesce(ended.ends_at, ended.starts_at) >= event.starts_at
        WHERE event.event_id = ANY(${eventIds}::text[])
        GROUP BY event.event_id
      `.execute(db)
      return new Map(rows.map(({ event_id, ended_at }) => [event_id, ended_at.toISOString()]))
    },

    /**
     * Alerts that fire as before: until when, and what their annotations say, is as it is told now. It is no event, and wakes nobody. An event that is not
     * dispatched yet keeps the later end too. An end only moves forwards, and what has none does not get one.
     */
    async refresh(alerts: readonly AcceptedAlert[]): Promise<void> {
      await sql`
        WITH given AS (
          SELECT DISTINCT ON ("eventId") * FROM json_to_recordset(${JSON.stringify(alerts)}::json) AS alert (
            "eventId" text, source text, fingerprint text, annotations jsonb, "expiresAt" timestamptz
          ) ORDER BY "eventId", "expiresAt" DESC
        ), waiting AS (
          UPDATE alert_inbox AS row SET expires_at = greatest(row.expires_at, given."expiresAt"),
            annotations = CASE WHEN row.dispatched_at IS NULL THEN given.annotations ELSE row.annotations END
          FROM given
          WHERE row.event_id = given."eventId"
            AND (row.expires_at < given."expiresAt" OR (row.dispatched_at IS NULL AND row.annotations <> given.annotations))
        ), lasting AS (
          UPDATE alerts SET annotations = given.annotations, expires_at = CASE WHEN alerts.expires_at IS NULL THEN NULL ELSE greatest(alerts.expires_at, given."expiresAt") END
          -- An event that has not come to its alert yet says nothing of what the alert was before.
          FROM given JOIN alert_inbox AS event ON event.event_id = given."eventId"
          WHERE event.id <= alerts.inbox_id AND alerts.source = given.source AND alerts.fingerprint = given.fingerprint AND alerts.status = 'firing'
            AND (alerts.annotations <> given.annotations OR alerts.expires_at < given."expiresAt")
          RETURNING alerts.source, alerts.fingerprint, alerts.annotations
        )
        UPDATE incident_alerts AS member SET annotations = lasting.annotations FROM lasting, incidents
        WHERE member.source = lasting.source AND member.fingerprint = lasting.fingerprint AND member.status = 'firing'
          AND incidents.number = member.incident AND incidents.state <> 'resolved' AND member.annotations <> lasting.annotations
      `.execute(db)
    },
  }
}
