import { bundleName } from '../domain/page/answer-value.ts'
import type { Page } from '../domain/page/page.ts'
import type { Database } from './database.ts'
import { cancelPages } from './page-outbox.ts'
import { incidentsLedBy } from './page-messages.ts'
import { fromRow } from './page-rows.ts'

/** Pages as lists, reviews and the auditor see them. */
export function createPageRecords(db: Database) {
  return {
    async find(id: string): Promise<Page | undefined> {
      const row = await db.selectFrom('pages').selectAll().where('id', '=', id).executeTakeFirst()
      return row && fromRow(row)
    },

    /** Numbers of the incidents whose pages went out in the message of this one, its own among them. */
    led: (page: Page): Promise<number[]> => incidentsLedBy(db, page),

    /** The same of the bundle of this name that a page of the incident leads. */
    async bundle(incident: number, name: string): Promise<number[]> {
      const leader = (await this.ofIncident(incident)).find(({ id }) => bundleName(id) === name)
      return leader === undefined ? [] : incidentsLedBy(db, leader)
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
      await cancelPages(db, incident, { ...calledOff, notices: 'stop' }, new Date(at))
    },
  }
}
