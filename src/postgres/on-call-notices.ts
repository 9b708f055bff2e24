import { sql, type Transaction } from 'kysely'
import type { ShiftNotice } from '../domain/on-call/shift-notice.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

/** Notified when messages are queued that are no pages: notices to people on call, and test pages. It carries no payload. */
export const messagesChannel = 'firewatch_messages'

/** A notice that is to be sent now. */
export interface DueNotice {
  readonly id: number
  readonly notice: ShiftNotice
  /** Index into those of the person's contacts that take notices. */
  readonly contact: number
  /** Tries over this contact, this one included. */
  readonly attempts: number
  /** ISO 8601 in UTC. */
  readonly createdAt: string
}

/** What became of a try. */
export type NoticeTried =
  | { readonly kind: 'ended'; readonly state: 'sent' | 'failed' | 'unknown'; readonly error: string | null }
  | {
      readonly kind: 'again'
      readonly at: Date
      readonly contact: number
      readonly attempts: number
      readonly error: string
    }

/** Queues notices in the transaction that makes the change they tell of. */
export async function queueNotices(
  transaction: Transaction<Schema>,
  change: string,
  notices: readonly ShiftNotice[],
  at: Date,
): Promise<void> {
  if (notices.length === 0) return
  await transaction
    .insertInto('on_call_notices')
    .values(
      notices.map((notice) => ({
        change: Number(change),
        person: notice.person,
        facts: JSON.stringify(notice),
        created_at: at,
        due_at: at,
      })),
    )
    .execute()
  await sql`SELECT pg_notify(${messagesChannel}, '')`.execute(transaction)
}

/** Notices that wait to be sent. */
export function createNoticeRecords(db: Database) {
  return {
    /** Those that are due, each claimed for `leaseMs`: whoever does not report by then has died. */
    async claim({
      now,
      leaseMs,
      limit,
    }: {
      now: Date
      leaseMs: number
      limit: number
    }): Promise<DueNotice[]> {
      const { rows } = await sql<{
        id: number
        facts: ShiftNotice
        contact: number
        attempts: number
        created_at: Date
      }>`
        UPDATE on_call_notices SET attempts = attempts + 1, due_at = ${new Date(now.getTime() + leaseMs)}
        WHERE id IN (
          SELECT id FROM on_call_notices WHERE finished_at IS NULL AND due_at <= ${now}
          ORDER BY due_at, id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
        RETURNING id, facts, contact, attempts, created_at
      `.execute(db)
      return rows.map(({ id, facts, contact, attempts, created_at }) => ({
        id: Number(id),
        notice: facts,
        contact,
        attempts,
        createdAt: created_at.toISOString(),
      }))
    },

    async settle(id: number, tried: NoticeTried, now: Date): Promise<void> {
      const { error } = tried
      const change =
        tried.kind === 'ended'
          ? { state: tried.state, finished_at: now }
          : { due_at: tried.at, contact: tried.contact, attempts: tried.attempts }
      await db
        .updateTable('on_call_notices')
        .set({ ...change, last_error: error })
        .where('id', '=', id)
        .where('finished_at', 'is', null)
        .execute()
    },
  }
}
