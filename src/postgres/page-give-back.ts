import type { Page } from '../domain/page.ts'
import type { Database } from './database.ts'
import { fromRow } from './page-rows.ts'

/**
 * Takes a claim back that came to no try, of a page and of what it took along: they wait again, and the try does not count. One that was called
 * off meanwhile was `unknown` only for this try, and is `cancelled`.
 * @returns the page as it is afterwards
 * @throws when there is no such page
 */
export async function giveBackPage(db: Database, id: string): Promise<Page> {
  await db
    .updateTable('pages')
    .set((page) => ({
      state: page
        .case()
        .when('state', '=', 'sending')
        .then('queued')
        .when('unknown_tries', '=', 0)
        .then('cancelled')
        .else('unknown')
        .end(),
      attempts: page('attempts', '-', 1),
      leader: null,
      begun_at: null,
    }))
    .where('leader', '=', id)
    .where('state', 'in', ['sending', 'unknown'])
    .execute()
  return fromRow(await db.selectFrom('pages').selectAll().where('id', '=', id).executeTakeFirstOrThrow())
}
