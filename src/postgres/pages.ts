import type { Page } from '../domain/page.ts'
import type { Database } from './database.ts'
import { cancelPages } from './page-outbox.ts'
import { fromRow } from './page-rows.ts'

/** Pages as lists, reviews and the auditor see them. */
export function createPageRecords(db: Database) {
  return {
    async find(id: string): Promise<Page | undefined> {
      const row = await db.selectFrom('pages').selectAll().where('id', '=', id).executeTakeFirst()
      return row && fromRow(row)
    },

    /** In the order in which they were queued. */
    async ofIncident(incident: number): Promise<Page[]> {
      const pages = db.selectFrom('pages').selectAll().where('incident', '=', incident)
      return (await pages.orderBy('created_at').orderBy('id').execute()).map(fromRow)
    },

    /** Calls off what no provider has yet. */
    async cancelUnsent(
      incident: number,
      calledOff: { readonly reason: string; readonly except: readonly string[] },
      at: string,
    ): Promise<void> {
      await cancelPages(db, incident, calledOff, new Date(at))
    },
  }
}
