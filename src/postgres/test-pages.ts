import { sql } from 'kysely'
import type { DueTestPage, TestOutcome } from '../domain/page/test-page.ts'
import type { Database } from './database.ts'
import { messagesChannel } from './on-call-notices.ts'

/** Nobody is woken twice by an impatient finger, whichever server it is told to. */
const everyMs = 10_000
/** Who asked is gone by then: a test page out of the blue proves nothing. */
const staleAfterMs = 60_000
const forgottenAfterMs = 86_400_000

export interface AskedTestPages {
  readonly request: string
  readonly receiver: string
  /** Numbers of their contacts in the configuration of that revision; 0 for the one of a shared channel. */
  readonly contacts: readonly number[]
  readonly revision: string
  readonly by: string
}

export interface TestPageProgress {
  readonly contact: number
  readonly outcome: TestOutcome | null
}

/** Test pages between the server that is asked for them and the workers that send them. */
export function createTestPageRecords(db: Database) {
  return { ...ofAsking(db), ...ofSending(db) }
}

function ofAsking(db: Database) {
  return {
    /** Queues one for each contact. @returns how long to wait when the receiver was sent one a moment ago, in milliseconds; else `undefined` */
    async ask({ request, receiver, contacts, revision, by }: AskedTestPages, at: Date) {
      return db.transaction().execute(async (transaction): Promise<number | undefined> => {
        await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`test-page ${receiver}`}, 0))`.execute(
          transaction,
        )
        const { last } = await transaction
          .selectFrom('test_pages')
          .select(({ fn }) => fn.max('asked_at').as('last'))
          .where('receiver', '=', receiver)
          .where('asked_at', '>', new Date(at.getTime() - everyMs))
          .executeTakeFirstOrThrow()
        if (last !== null) return Math.min(last.getTime() + everyMs - at.getTime(), everyMs)
        await transaction
          .deleteFrom('test_pages')
          .where('asked_at', '<', new Date(at.getTime() - forgottenAfterMs))
          .execute()
        const rows = contacts.map((contact) => ({
          request,
          receiver,
          contact,
          revision,
          asked_by: by,
          asked_at: at,
        }))
        await transaction.insertInto('test_pages').values(rows).execute()
        await sql`SELECT pg_notify(${messagesChannel}, '')`.execute(transaction)
        return undefined
      })
    },

    /** How far they are, in the order of the contacts. */
    async progress(request: string): Promise<TestPageProgress[]> {
      return db
        .selectFrom('test_pages')
        .select(['contact', 'outcome'])
        .where('request', '=', request)
        .orderBy('id')
        .execute()
    },

    /** Those that no worker has begun are not sent any more. Their receiver may have one again at once. */
    async withdraw(request: string): Promise<void> {
      await db
        .deleteFrom('test_pages')
        .where('request', '=', request)
        .where('claimed_at', 'is', null)
        .execute()
    },
  }
}

function ofSending(db: Database) {
  return {
    /** Those that wait, each for one worker alone. One that dies over it leaves it unanswered: nobody is sent a test twice. */
    async claim({ now, limit }: { readonly now: Date; readonly limit: number }): Promise<DueTestPage[]> {
      const { rows } = await sql<{
        id: number
        request: string
        receiver: string
        contact: number
        revision: string
        asked_by: string
        asked_at: Date
      }>`
        UPDATE test_pages SET claimed_at = ${now}
        WHERE id IN (
          SELECT id FROM test_pages WHERE claimed_at IS NULL AND asked_at > ${new Date(now.getTime() - staleAfterMs)}
          ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
        RETURNING id, request, receiver, contact, revision, asked_by, asked_at`.execute(db)
      return rows.map(({ id, asked_by: by, asked_at, ...row }) => ({
        ...row,
        id: Number(id),
        by,
        at: asked_at.toISOString(),
      }))
    },

    async settle(id: number, outcome: TestOutcome): Promise<void> {
      await db
        .updateTable('test_pages')
        .set({ outcome: JSON.stringify(outcome) })
        .where('id', '=', id)
        .execute()
    },
  }
}
