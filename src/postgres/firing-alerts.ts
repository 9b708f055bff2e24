import { sql, type Selectable } from 'kysely'
import { alertIdentity } from '../domain/alert/alert.ts'
import { nextStates, type StoredAlert } from '../domain/alert/stored-alert.ts'
import { alertFromRow } from './alerts.ts'
import type { Database } from './database.ts'
import { waitingRows } from './inbox-rows.ts'
import type { Schema } from './schema.ts'

/** Alerts that fire, with what has been accepted and is still on its way to them: whoever asks after sending finds what was sent. */
export function createFiringAlerts(db: Database) {
  return {
    async list(): Promise<readonly StoredAlert[]> {
      // In this order: what is brought to its alert in between is seen twice, and the second time it says nothing new.
      const waiting = await waitingRows(db)
      const { rows } = await sql<Selectable<Schema['alerts']>>`
        SELECT * FROM alerts WHERE status = 'firing'
        UNION ALL
        SELECT alerts.* FROM alerts JOIN (
          SELECT DISTINCT * FROM unnest(
            ${waiting.map(({ source }) => source)}::text[], ${waiting.map(({ fingerprint }) => fingerprint)}::text[]
          ) AS given (source, fingerprint)
        ) AS asked USING (source, fingerprint)
        WHERE alerts.status <> 'firing'`.execute(db)
      const stored = rows.map(alertFromRow)
      const states = new Map(
        [...stored, ...nextStates(waiting, stored)].map((one) => [alertIdentity(one), one]),
      )
      return [...states.values()].filter(({ status }) => status === 'firing')
    },
  }
}
