import { type RawBuilder, sql } from 'kysely'
import { errorText } from '../domain/page/delivery.ts'
import type { Page } from '../domain/page/page.ts'
import type { Database } from './database.ts'
import { fromRow, type PageRow } from './page-rows.ts'

/** Notified when pages are queued; carries no payload. */
export const pagesChannel = 'firewatch_pages'

/** A page that is not to be tried again, though whoever claimed it has not reported yet. */
export interface CalledOffPage {
  readonly page: Page
  readonly why: string
}

/** A page that may be sent now. */
export interface DuePage {
  readonly page: Page
  /** Why it is not to be repeated; `null`: it is. */
  readonly calledOff: string | null
  /** It was being sent before, and nobody knows whether it arrived: it is repeated as it was, with what was bundled. */
  readonly wasSending: boolean
  /** When messages over its contact began of late, epoch milliseconds. */
  readonly begun: readonly number[]
  /** When services were last told of over its contact, ISO 8601 in UTC; those of late only. */
  readonly toldAt: Readonly<Record<string, string>>
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
  /** Pages over the same contact that began of late; those that led a message say when it began. */
  readonly recent:
    | readonly { readonly at: string; readonly service: string; readonly leads: boolean }[]
    | null
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
      SELECT jsonb_agg(jsonb_build_object('at', earlier.begun_at, 'service', incidents.service, 'leads', earlier.leader = earlier.id))
      FROM pages AS earlier JOIN incidents ON incidents.number = earlier.incident
      WHERE earlier.person = pages.person AND earlier.channel = pages.channel AND earlier.contact = pages.contact
        AND earlier.begun_at > ${new Date(since)} AND earlier.id <> pages.id
    ) AS recent
  `.execute(db)
  return rows.map((row) => {
    const recent = (row.recent ?? []).map((one) => ({ ...one, at: new Date(one.at) }))
    return {
      page: fromRow(row),
      calledOff: row.called_off,
      wasSending: row.was_sending,
      begun: recent.filter(({ leads }) => leads).map(({ at }) => at.getTime()),
      toldAt: lastByService(recent),
    }
  })
}

function lastByService(
  recent: readonly { readonly at: Date; readonly service: string }[],
): Record<string, string> {
  const oldestFirst = recent.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  return Object.fromEntries(oldestFirst.map(({ at, service }) => [service, at.toISOString()]))
}

/**
 * Gives claimed pages back untried: their turn comes at the times given, and the time for their tries begins anew.
 * @returns those that were called off meanwhile, untouched
 */
export async function postponePages(
  db: Database,
  postponed: readonly { readonly page: Page; readonly dueAt: Date }[],
): Promise<CalledOffPage[]> {
  if (postponed.length === 0) return []
  const { rows } = await sql<HeldRow>`
    WITH held AS (${held(postponed.map(({ page }) => page))}), postponed AS (
      UPDATE pages SET state = 'queued', attempts = pages.attempts - 1, begun_at = NULL, leader = NULL, due_at = given.due_at,
        tries_until = CASE WHEN pages.attempts > 1 THEN pages.tries_until END
      FROM held JOIN unnest(${postponed.map(({ dueAt }) => dueAt)}::timestamptz[]) WITH ORDINALITY AS given (due_at, place) USING (place)
      WHERE pages.id = held.id AND held.called_off IS NULL
    )
    SELECT * FROM held`.execute(db)
  return calledOffIn(rows)
}

/**
 * Makes claimed pages go out in one message, in this order: they share its outcome. One that was called off meanwhile, or that another sender took over,
 * does not go.
 * @returns those that go, and those that were called off
 */
export async function bundlePages(
  db: Database,
  pages: readonly Page[],
): Promise<{ readonly going: readonly Page[]; readonly calledOff: readonly CalledOffPage[] }> {
  const { rows } = await sql<HeldRow>`
    WITH held AS (${held(pages)}), bundled AS (
      UPDATE pages SET leader = (SELECT id FROM held WHERE called_off IS NULL ORDER BY place LIMIT 1)
      FROM held WHERE pages.id = held.id AND held.called_off IS NULL
    )
    SELECT * FROM held`.execute(db)
  const going = new Set(rows.filter(({ called_off: why }) => why === null).map(({ id }) => id))
  return { going: pages.filter(({ id }) => going.has(id)), calledOff: calledOffIn(rows) }
}

/** What was bundled with a page that may have arrived is repeated with it. */
export async function repeatBundled(db: Database, pages: readonly Page[], at: Date): Promise<void> {
  if (pages.length === 0) return
  await sql`
    WITH held AS (${held(pages)})
    UPDATE pages SET due_at = ${at} FROM held WHERE pages.id = held.id`.execute(db)
}

/**
 * What was bundled with a page that did not arrive waits again, to be sent by itself or with another.
 * @returns those that were called off meanwhile, untouched
 */
export async function releaseBundled(
  db: Database,
  pages: readonly Page[],
  { at, isUnknown }: { readonly at: Date; readonly isUnknown: boolean },
): Promise<CalledOffPage[]> {
  if (pages.length === 0) return []
  const { rows } = await sql<HeldRow>`
    WITH held AS (${held(pages)}), released AS (
      UPDATE pages SET state = 'queued', leader = NULL, begun_at = NULL, due_at = ${at},
        unknown_tries = pages.unknown_tries + CASE WHEN ${isUnknown} THEN 1 ELSE 0 END
      FROM held WHERE pages.id = held.id AND held.called_off IS NULL
    )
    SELECT * FROM held`.execute(db)
  return calledOffIn(rows)
}

interface HeldRow extends PageRow {
  readonly place: number
}

/** Locks claimed pages, but for those that have ended or that another sender took over; in the order in which everybody locks them. */
function held(pages: readonly Page[]): RawBuilder<HeldRow> {
  return sql<HeldRow>`
    SELECT pages.*, given.place FROM pages
    JOIN unnest(${pages.map(({ id }) => id)}::text[], ${pages.map(({ attempts }) => attempts)}::integer[])
      WITH ORDINALITY AS given (id, attempts, place) ON given.id = pages.id AND given.attempts = pages.attempts
    WHERE pages.state = 'sending' AND pages.finished_at IS NULL
    ORDER BY pages.id FOR UPDATE OF pages`
}

function calledOffIn(rows: readonly HeldRow[]): CalledOffPage[] {
  return rows.flatMap((row) => (row.called_off === null ? [] : [{ page: fromRow(row), why: row.called_off }]))
}

/** When the next page falls due; `null` when none waits. */
export async function nextPageDue(db: Database): Promise<Date | null> {
  const { rows } = await sql<{ due_at: Date | null }>`
    SELECT min(due_at) AS due_at FROM pages WHERE finished_at IS NULL`.execute(db)
  return rows[0]?.due_at ?? null
}

/** `except`: people who go on hearing. */
export interface CallingOff {
  readonly reason: string
  readonly except: readonly string[]
  readonly notices: 'go-on' | 'stop'
  /** Only these pages. */
  readonly only?: readonly string[]
}

/**
 * Calls off every page of an incident that no provider has yet; what is being sent right now is not tried again, and one that may have arrived before ends
 * as unknown. Messages that follow pages stay as they are, and so do pages to the people in `except`, and notices where they go on.
 * @returns those that ended with this
 */
export async function cancelPages(
  db: Database,
  incident: number,
  { reason, except, notices, only }: CallingOff,
  at: Date,
): Promise<Page[]> {
  const why = errorText(reason)
  const { rows } = await sql<PageRow>`
    WITH called AS (
      UPDATE pages SET
        called_off = coalesce(called_off, ${why}),
        state = CASE WHEN state = 'sending' THEN state WHEN unknown_tries > 0 THEN 'unknown' ELSE 'cancelled' END,
        last_error = CASE WHEN state = 'sending' THEN last_error ELSE ${why} END,
        finished_at = CASE WHEN state = 'sending' THEN NULL ELSE ${at}::timestamptz END
      WHERE id IN (
        SELECT id FROM pages
        WHERE incident = ${incident} AND finished_at IS NULL AND kind NOT IN ('acknowledged', 'resolved')
          AND person <> ALL(${except}::text[])
          AND NOT (kind = 'notice' AND ${notices === 'go-on'})
          AND (${only === undefined} OR id = ANY(${only ?? []}::text[]))
        ORDER BY id FOR UPDATE
      )
      RETURNING *
    ) SELECT * FROM called WHERE finished_at IS NOT NULL
  `.execute(db)
  return rows.map((row) => fromRow(row))
}
