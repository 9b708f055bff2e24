import { sql } from 'kysely'
import { errorText } from '../domain/delivery.ts'
import type { Page } from '../domain/page.ts'
import type { Database } from './database.ts'
import { fromRow, type PageRow } from './page-rows.ts'

/** Notified when pages are queued; carries no payload. */
export const pagesChannel = 'firewatch_pages'

/** A page that may be sent now. */
export interface DuePage {
  readonly page: Page
  /** It was being sent before, and nobody knows whether it arrived: it is repeated as it was, with what went along. */
  readonly wasSending: boolean
  /** When messages over its contact began of late, epoch milliseconds. */
  readonly begun: readonly number[]
}

export interface ClaimOptions {
  readonly limit: number
  readonly now: Date
  /** Whoever claims a page reports within this time, or another takes it over. */
  readonly leaseMs: number
  /** Messages that began before this, epoch milliseconds, do not make a page wait. */
  readonly since: number
  /** No try begins later than this after the first, in milliseconds. */
  readonly triesMs: number
}

interface ClaimedRow extends PageRow {
  readonly was_sending: boolean
  readonly begun: readonly Date[] | null
}

/** The pages that are due, each as `sending` and its try counted. Two senders never claim the same page. */
export async function claimDuePages(db: Database, options: ClaimOptions): Promise<DuePage[]> {
  const { limit, now, leaseMs, since, triesMs } = options
  const { rows } = await sql<ClaimedRow>`
    WITH due AS (
      SELECT id, state = 'sending' AS was_sending FROM pages
      WHERE finished_at IS NULL AND due_at <= ${now}
      ORDER BY due_at, created_at, id LIMIT ${limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE pages SET
      state = 'sending', attempts = attempts + 1, begun_at = ${now}, due_at = ${new Date(now.getTime() + leaseMs)},
      tries_until = coalesce(tries_until, ${new Date(now.getTime() + triesMs)}::timestamptz),
      unknown_tries = unknown_tries + CASE WHEN was_sending THEN 1 ELSE 0 END,
      leader = CASE WHEN was_sending THEN leader ELSE pages.id END
    FROM due WHERE pages.id = due.id
    RETURNING pages.*, was_sending, (
      SELECT array_agg(earlier.begun_at) FROM pages AS earlier
      WHERE earlier.person = pages.person AND earlier.channel = pages.channel AND earlier.contact = pages.contact
        AND earlier.begun_at > ${new Date(since)} AND earlier.leader = earlier.id AND earlier.id <> pages.id
    ) AS begun
  `.execute(db)
  return rows.map((row) => ({
    page: fromRow(row),
    wasSending: row.was_sending,
    begun: (row.begun ?? []).map((at) => new Date(at).getTime()),
  }))
}

/** Gives claimed pages back untried: their turn comes at the times given. What was called off meanwhile ends. */
export async function postponePages(
  db: Database,
  postponed: readonly { readonly id: string; readonly dueAt: Date }[],
): Promise<void> {
  if (postponed.length === 0) return
  await sql`
    UPDATE pages SET attempts = attempts - 1, begun_at = NULL, leader = NULL, due_at = given.due_at,
      state = CASE WHEN called_off IS NULL THEN 'queued' ELSE 'cancelled' END,
      last_error = coalesce(called_off, last_error),
      finished_at = CASE WHEN called_off IS NULL THEN NULL ELSE now() END
    FROM (
      SELECT pages.id, given.due_at FROM pages
      JOIN unnest(${postponed.map(({ id }) => id)}::text[], ${postponed.map(({ dueAt }) => dueAt)}::timestamptz[]) AS given (id, due_at)
        ON given.id = pages.id
      WHERE state = 'sending' AND finished_at IS NULL ORDER BY pages.id FOR UPDATE OF pages
    ) AS given
    WHERE pages.id = given.id
  `.execute(db)
}

/** Pages that go along in the message of another: they share its outcome. */
export async function bundlePages(db: Database, leader: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`UPDATE pages SET leader = ${leader} WHERE id = ANY(${ids}::text[]) AND state = 'sending'`.execute(
    db,
  )
}

/** When the next page falls due; `null` when none waits. */
export async function nextPageDue(db: Database): Promise<Date | null> {
  const { rows } = await sql<{ due_at: Date | null }>`
    SELECT min(due_at) AS due_at FROM pages WHERE finished_at IS NULL`.execute(db)
  return rows[0]?.due_at ?? null
}

/**
 * Calls off every page of an incident that no provider has yet; what is being sent right now is not tried again. Messages that follow pages stay as they
 * are, and so do pages to the people in `except`.
 * @returns those that ended with this
 */
export async function cancelPages(
  db: Database,
  incident: number,
  { reason, except }: { readonly reason: string; readonly except: readonly string[] },
  at: Date,
): Promise<Page[]> {
  const why = errorText(reason)
  const { rows } = await sql<PageRow>`
    WITH called AS (
      UPDATE pages SET
        called_off = ${why},
        state = CASE WHEN state = 'sending' THEN state ELSE 'cancelled' END,
        last_error = CASE WHEN state = 'sending' THEN last_error ELSE ${why} END,
        finished_at = CASE WHEN state = 'sending' THEN NULL ELSE ${at}::timestamptz END
      WHERE id IN (
        SELECT id FROM pages
        WHERE incident = ${incident} AND finished_at IS NULL AND kind NOT IN ('acknowledged', 'resolved')
          AND person <> ALL(${except}::text[])
        ORDER BY id FOR UPDATE
      )
      RETURNING *
    ) SELECT * FROM called WHERE finished_at IS NOT NULL
  `.execute(db)
  return rows.map((row) => fromRow(row))
}
