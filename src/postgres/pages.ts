import type { UpdateObject } from 'kysely'
import type { Lane } from '../domain/bundle.ts'
import { errorText } from '../domain/delivery.ts'
import type { NewPage } from '../domain/escalate.ts'
import type { Page } from '../domain/page.ts'
import { pageStatesBefore, type PageSettlement } from '../domain/page-state.ts'
import type { Database } from './database.ts'
import { claimPage, releaseBundled, servicesToldAt, settleBundled } from './page-lanes.ts'
import { giveBackPage } from './page-give-back.ts'
import { fromRow } from './page-rows.ts'
import type { Schema } from './schema.ts'

export type PageRecords = ReturnType<typeof createPageRecords>

/**
 * The outbox of pages. Every change names the states it may start from in its own statement, so that two workers, or news that arrives late,
 * cannot take a page back. A page is open, with something still to be done for it, while `finished_at` is null.
 */
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

    /** Stores those that are not there yet; one that is keeps what it says. */
    async queue(pages: readonly NewPage[], at: string): Promise<void> {
      if (pages.length > 0) await insert(db, pages, at)
    },

    /** Begins and counts a try, together with what may go along; see `claimPage`. */
    claim: (id: string, lane: Lane, at: string) => claimPage(db, id, lane, at),

    giveBack: (id: string) => giveBackPage(db, id),

    toldAt: (page: Page) => servicesToldAt(db, page),

    /**
     * Records what became of a page, and of those that went along with it, and in the same transaction queues the page that takes its place.
     * @returns the page as it is afterwards; unchanged when its state did not allow the change, and then nothing is queued
     * @throws when there is no such page
     */
    settle(id: string, settlement: PageSettlement, next?: NewPage): Promise<Page> {
      return db.transaction().execute((transaction) => settle(transaction, id, settlement, next))
    },

    /**
     * Ends every page that is not with a provider: those waiting are `cancelled`, and one that is being sent right now is `unknown` until its try
     * reports. Messages that follow pages stay as they are, and so do pages to the people in `except`.
     */
    async cancelUnsent(
      incident: number,
      { reason, except }: { readonly reason: string; readonly except: readonly string[] },
      at: string,
    ): Promise<void> {
      const calledOff = errorText(`called off while it was being sent: ${reason}`)
      await db
        .updateTable('pages')
        .set((page) => ({
          state: page.case().when('state', '=', 'sending').then('unknown').else('cancelled').end(),
          last_error: page.case().when('state', '=', 'sending').then(calledOff).else(errorText(reason)).end(),
          finished_at: new Date(at),
        }))
        .where('incident', '=', incident)
        .where('kind', '=', 'page')
        .where('state', 'in', [...pageStatesBefore.cancelled, ...pageStatesBefore.unknown])
        .where('finished_at', 'is', null)
        .where((page) => page.not(page('person', '=', page.fn.any(page.val([...except])))))
        .execute()
    },
  }
}

async function settle(db: Database, id: string, settlement: PageSettlement, next?: NewPage): Promise<Page> {
  const row = await db
    .updateTable('pages')
    .set(columnsOf(settlement))
    .where('id', '=', id)
    .where('state', 'in', [...pageStatesBefore[settlement.state]])
    .where((page) => page.or([page('state', '<>', 'failed'), page('finished_at', 'is', null)]))
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) {
    return fromRow(await db.selectFrom('pages').selectAll().where('id', '=', id).executeTakeFirstOrThrow())
  }
  if (next !== undefined) await insert(db, [next], settlement.at)
  if (settlement.state === 'sent') await settleBundled(db, id, settlement.at)
  else if (settlement.state !== 'delivered') await releaseBundled(db, id, settlement.state === 'unknown')
  return fromRow(row)
}

async function insert(db: Database, pages: readonly NewPage[], at: string): Promise<void> {
  const rows = pages.map((page) => ({ ...page, state: 'queued', created_at: new Date(at) }))
  await db
    .insertInto('pages')
    .values(rows)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

function columnsOf(settlement: PageSettlement): UpdateObject<Schema, 'pages'> {
  const at = new Date(settlement.at)
  switch (settlement.state) {
    case 'sent':
    case 'delivered':
      return {
        state: settlement.state,
        finished_at: at,
        last_error: null,
        ...(settlement.state === 'sent' ? { sent_at: at } : {}),
        ...(settlement.providerId === undefined ? {} : { provider_id: errorText(settlement.providerId) }),
      }
    case 'failed':
      return {
        state: 'failed',
        last_error: errorText(settlement.error),
        finished_at: settlement.final ? at : null,
      }
    case 'unknown':
      return { state: 'unknown', last_error: errorText(settlement.error), finished_at: at }
    case 'cancelled':
      return { state: 'cancelled', last_error: errorText(settlement.reason), finished_at: at }
  }
}
