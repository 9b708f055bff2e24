import type { Selectable } from 'kysely'
import type { Maintenance } from '../domain/configuration/configuration.ts'
import type { MaintenanceWindow } from '../domain/escalate/maintenance.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

export type NewMaintenance = Omit<MaintenanceWindow, 'id' | 'endedBy' | 'endedAt'> & {
  /** The same over repeats of one request. */
  readonly requestKey: string
}

/** Maintenance that people announce, as rows that are never deleted. */
export function createMaintenanceRecords(db: Database) {
  return {
    /** Every window that there was. */
    async all(): Promise<MaintenanceWindow[]> {
      return (await db.selectFrom('maintenance_windows').selectAll().orderBy('id').execute()).map(fromRow)
    },

    /** Windows that are not over at this instant. */
    async ahead(at: Date): Promise<MaintenanceWindow[]> {
      const rows = db
        .selectFrom('maintenance_windows')
        .selectAll()
        .where('ended_at', 'is', null)
        .where('to_at', '>', at)
        .orderBy('id')
      return (await rows.execute()).map(fromRow)
    },

    /** A repeated request finds the window that it made. */
    async add({ requestKey, ...window }: NewMaintenance): Promise<MaintenanceWindow> {
      await db
        .insertInto('maintenance_windows')
        .values({
          request_key: requestKey,
          service: window.service,
          from_at: new Date(window.from),
          to_at: new Date(window.to),
          reason: window.reason,
          made_by: window.madeBy,
          made_at: new Date(window.madeAt),
        })
        .onConflict((conflict) => conflict.column('request_key').doNothing())
        .execute()
      const row = db.selectFrom('maintenance_windows').selectAll().where('request_key', '=', requestKey)
      return fromRow(await row.executeTakeFirstOrThrow())
    },

    /** @returns the window as it stands, and whether this ended it; `undefined` when there is none of that number */
    async end(
      id: string,
      by: string,
      at: Date,
    ): Promise<{ readonly window: MaintenanceWindow; readonly ended: boolean } | undefined> {
      // Numbers that PostgreSQL would not take for one are none of ours.
      if (!/^[1-9]\d{0,14}$/.test(id)) return undefined
      const ended = await db
        .updateTable('maintenance_windows')
        .set({ ended_by: by, ended_at: at })
        .where('id', '=', Number(id))
        .where('ended_at', 'is', null)
        .where('to_at', '>', at)
        .returningAll()
        .executeTakeFirst()
      if (ended !== undefined) return { window: fromRow(ended), ended: true }
      const row = db.selectFrom('maintenance_windows').selectAll().where('id', '=', Number(id))
      const found = await row.executeTakeFirst()
      return found === undefined ? undefined : { window: fromRow(found), ended: false }
    },
  }
}

/** What people announced for a service and is not over at `at`, epoch milliseconds. */
export async function announcedMaintenance(
  db: Database,
  service: string,
  at: number,
): Promise<Maintenance[]> {
  const rows = await db
    .selectFrom('maintenance_windows')
    .select(['from_at', 'to_at', 'reason'])
    .where('service', '=', service)
    .where('ended_at', 'is', null)
    .where('to_at', '>', new Date(at))
    .execute()
  return rows.map(({ from_at, to_at, reason }) => ({ from: from_at.getTime(), to: to_at.getTime(), reason }))
}

function fromRow(row: Selectable<Schema['maintenance_windows']>): MaintenanceWindow {
  return {
    id: String(row.id),
    service: row.service,
    from: row.from_at.getTime(),
    to: row.to_at.getTime(),
    reason: row.reason,
    madeBy: row.made_by,
    madeAt: row.made_at.getTime(),
    endedBy: row.ended_by,
    endedAt: row.ended_at?.getTime() ?? null,
  }
}
