import { type ExpressionBuilder, sql } from 'kysely'
import type { Lane, PageClaim } from '../domain/bundle.ts'
import type { Page } from '../domain/page.ts'
import { pageStatesBefore } from '../domain/page-state.ts'
import type { Database } from './database.ts'
import { fromRow } from './page-rows.ts'
import type { Schema } from './schema.ts'

/** More would not be read, and what is left goes with the next message. */
const mostBundled = 500

/**
 * Begins a try, and counts it; when the one before never reported, that is counted too. One claim at a time has a lane, so two workers never both take
 * the same page along.
 */
export function claimPage(db: Database, id: string, lane: Lane, at: string): Promise<PageClaim> {
  return db.transaction().execute(async (transaction) => {
    const known = await lockLane(transaction, id)
    if (known === undefined || known.finishedAt !== null) return { kind: 'over' }
    const leader = await leaderOf(transaction, known)
    if (leader !== null) return { kind: 'wait', begun: [], leader }
    if (known.attempts === 0) {
      const begun = await begunSince(transaction, known, lane.since)
      if (lane.waitMs(begun) > 0) return { kind: 'wait', begun, leader: null }
    }
    const page = await begin(transaction, id, at)
    if (page === undefined) return { kind: 'over' }
    return { kind: 'send', page, bundled: lane.bundles ? await takeAlong(transaction, page, at) : [] }
  })
}

/** Holds the lane until the transaction ends; the page as it is then. */
async function lockLane(db: Database, id: string): Promise<Page | undefined> {
  const found = await db.selectFrom('pages').selectAll().where('id', '=', id).executeTakeFirst()
  if (found === undefined) return undefined
  const key = `page lane ${found.person}/${found.channel}/${found.contact}`
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(db)
  return fromRow(await db.selectFrom('pages').selectAll().where('id', '=', id).executeTakeFirstOrThrow())
}

/** Another page that is just taking this one along; one that has come to its end does not any more. */
async function leaderOf(db: Database, { id, leader, state }: Page): Promise<string | null> {
  if (leader === null || leader === id || state !== 'sending') return null
  const leading = await db
    .selectFrom('pages')
    .select('finished_at')
    .where('id', '=', leader)
    .executeTakeFirst()
  return leading?.finished_at === null ? leader : null
}

/** Pages to the same person over the same contact. */
function inLaneOf({ person, channel, contact }: Page) {
  return (row: ExpressionBuilder<Schema, 'pages'>) => row.and({ person, channel, contact })
}

async function begunSince(db: Database, page: Page, since: number): Promise<number[]> {
  const rows = await db
    .selectFrom('pages')
    .select('begun_at')
    .where(inLaneOf(page))
    .where('begun_at', '>', new Date(since))
    .whereRef('leader', '=', 'id')
    .execute()
  return rows.flatMap(({ begun_at }) => begun_at?.getTime() ?? [])
}

async function begin(db: Database, id: string, at: string): Promise<Page | undefined> {
  const row = await db
    .updateTable('pages')
    .set((page) => ({
      state: 'sending',
      attempts: page('attempts', '+', 1),
      leader: id,
      begun_at: new Date(at),
      unknown_tries: page
        .case()
        .when('state', '=', 'sending')
        .then(page('unknown_tries', '+', 1))
        .else(page.ref('unknown_tries'))
        .end(),
    }))
    .where('id', '=', id)
    .where('state', 'in', [...pageStatesBefore.sending])
    .where('finished_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  return row && fromRow(row)
}

/** Everything that waits in the lane, and what an earlier try of this page took along. */
async function takeAlong(db: Database, page: Page, at: string): Promise<Page[]> {
  const { id, unknownTries } = page
  const waiting = db
    .selectFrom('pages')
    .select('id')
    .where(inLaneOf(page))
    .where('kind', '=', 'page')
    .where('id', '<>', id)
    .where((page) =>
      // A try that may have been taken is repeated as it was: under the same key, its receiver would not look at anything new.
      page.or([
        page.and([page('state', '=', 'queued'), page.val(unknownTries === 0)]),
        page.and([page('state', '=', 'sending'), page('leader', '=', id)]),
      ]),
    )
    .orderBy('created_at')
    .limit(mostBundled)
  const rows = await db
    .updateTable('pages')
    .set((page) => ({
      state: 'sending',
      attempts: page('attempts', '+', 1),
      leader: id,
      begun_at: new Date(at),
    }))
    .where('id', 'in', waiting)
    .returningAll()
    .execute()
  return rows.map(fromRow)
}

/** What a page took along is as it was before, to be sent by itself or with another. */
export async function releaseBundled(db: Database, leader: string, isUnknown: boolean): Promise<void> {
  await db
    .updateTable('pages')
    .set((page) => ({
      state: 'queued',
      leader: null,
      begun_at: null,
      unknown_tries: isUnknown ? page('unknown_tries', '+', 1) : page.ref('unknown_tries'),
    }))
    .where('leader', '=', leader)
    .where('id', '<>', leader)
    .where('state', '=', 'sending')
    .execute()
}

/** What a page took along was sent with it. One that was called off meanwhile was, too. */
export async function settleBundled(db: Database, leader: string, at: string): Promise<void> {
  await db
    .updateTable('pages')
    .set({ state: 'sent', sent_at: new Date(at), finished_at: new Date(at), last_error: null })
    .where('leader', '=', leader)
    .where('id', '<>', leader)
    .where('state', 'in', ['sending', 'unknown'])
    .execute()
}

/** When each service was last told of over the contact of a page; ISO 8601 in UTC. */
export async function servicesToldAt(
  db: Database,
  { person, channel, contact }: Page,
): Promise<Record<string, string>> {
  const rows = await db
    .selectFrom('pages')
    .innerJoin('incidents', 'incidents.number', 'pages.incident')
    .select((row) => ['incidents.service', row.fn.max('pages.sent_at').as('told')])
    .where('pages.person', '=', person)
    .where('pages.channel', '=', channel)
    .where('pages.contact', '=', contact)
    .where('pages.sent_at', 'is not', null)
    .groupBy('incidents.service')
    .execute()
  return Object.fromEntries(
    rows.flatMap(({ service, told }) => (told === null ? [] : [[service, told.toISOString()]])),
  )
}
