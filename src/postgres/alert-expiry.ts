import { sql } from 'kysely'
import { inboxChannel } from './alert-inbox.ts'
import type { Database } from './database.ts'

/** Alerts that are ended at once. */
const mostAtOnce = 5_000

/** Alerts that say until when they fire. */
export function createAlertExpiry(db: Database) {
  return {
    /**
     * Hands in the end of alerts that nobody has repeated until then, as an event of their source: it goes the way of all others. Several servers may look
     * at the same time; an event that a sender is just extending is left to the next look.
     * @returns how many ended
     */
    async expire(now: Date): Promise<number> {
      const { rows } = await sql<{ ended: number }>`
        WITH due AS (
          SELECT alerts.*, row.expires_at AS later FROM alerts LEFT JOIN alert_inbox AS row ON row.id = alerts.inbox_id
          WHERE alerts.status = 'firing' AND alerts.expires_at <= ${now}
          ORDER BY alerts.expires_at LIMIT ${mostAtOnce} FOR UPDATE OF alerts SKIP LOCKED
        ), extended AS (
          UPDATE alerts SET expires_at = due.later FROM due
          WHERE alerts.source = due.source AND alerts.fingerprint = due.fingerprint AND due.later > ${now}
        ), ended AS (
          INSERT INTO alert_inbox (event_id, source, fingerprint, status, labels, annotations, starts_at, ends_at)
          SELECT source || '/' || fingerprint || '/timed-out/' || inbox_id || '/' || extract(epoch FROM expires_at),
            source, fingerprint, 'resolved', labels, annotations, starts_at, greatest(starts_at, expires_at)
          FROM due WHERE later IS NULL OR later <= ${now}
          ON CONFLICT (event_id) DO NOTHING
          RETURNING id
        ), told AS (SELECT count(*)::integer AS ended FROM ended)
        SELECT ended, CASE WHEN ended > 0 THEN pg_notify(${inboxChannel}, '') END FROM told
      `.execute(db)
      return rows[0]?.ended ?? 0
    },

    /** When the next one is due. One whose end was handed in, but has not arrived, does not count. */
    async nextDue(): Promise<Date | null> {
      const row = await db
        .selectFrom('alerts')
        .select('expires_at')
        .where('status', '=', 'firing')
        .where('expires_at', '>', sql<Date>`now()`)
        .orderBy('expires_at')
        .limit(1)
        .executeTakeFirst()
      return row?.expires_at ?? null
    },
  }
}
