import { sql } from 'kysely'
import type { Page } from '../domain/page/page.ts'
import type { Database } from './database.ts'
import { fromRow, type PageRow } from './page-rows.ts'

/** A message that stands with its provider. */
export interface StandingMessage {
  readonly leader: Page
  /** Numbers of the incidents that it tells of. */
  readonly incidents: readonly number[]
}

/** Messages that told one contact of the incidents of these pages: those that called come first, the newest of them first. */
export async function followedMessages(db: Database, pages: readonly Page[]): Promise<StandingMessage[]> {
  const [first] = pages
  if (first === undefined) return []
  const { person, channel, contact } = first
  const { rows } = await sql<PageRow & { readonly incidents: readonly string[] | null }>`
    SELECT leaders.*, (
      SELECT array_agg(DISTINCT along.incident) FROM pages AS along
      WHERE along.person = leaders.person AND along.channel = leaders.channel AND along.contact = leaders.contact
        AND along.begun_at >= leaders.begun_at AND along.leader = leaders.id
    ) AS incidents
    FROM pages AS leaders WHERE leaders.provider_id IS NOT NULL AND leaders.id IN (
      SELECT coalesce(leader, id) FROM pages
      WHERE incident = ANY(${pages.map(({ incident }) => incident)}::bigint[])
        AND person = ${person} AND channel = ${channel} AND contact = ${contact}
        AND id <> ALL(${pages.map(({ id }) => id)}::text[])
    )
    ORDER BY leaders.kind IN ('acknowledged', 'resolved'), leaders.created_at DESC, leaders.id DESC
  `.execute(db)
  // What follows a message may have taken its place: then both have its name.
  const byMessage = new Map(rows.toReversed().map((row) => [row.provider_id, row]))
  return [...byMessage.values()]
    .toReversed()
    .map((row) => ({ leader: fromRow(row), incidents: row.incidents?.map(Number) ?? [row.incident] }))
}

/** A message that was sent anew is the one to follow, in the place of those that stand no more. */
export async function replaceMessages(
  db: Database,
  { person, channel, contact, providerId }: Page,
  replaced: readonly string[],
): Promise<void> {
  if (replaced.length === 0) return
  await sql`
    UPDATE pages SET provider_id = ${providerId}
    WHERE person = ${person} AND channel = ${channel} AND contact = ${contact} AND provider_id = ANY(${[...replaced]}::text[])
  `.execute(db)
}

/** Numbers of the incidents whose pages went out in the message of this one. */
export async function incidentsLedBy(
  db: Database,
  { id, person, channel, contact }: Page,
): Promise<number[]> {
  const rows = await db
    .selectFrom('pages')
    .select('incident')
    .distinct()
    .where('person', '=', person)
    .where('channel', '=', channel)
    .where('contact', '=', contact)
    .where((page) => page.or([page('leader', '=', id), page('id', '=', id)]))
    .orderBy('incident')
    .execute()
  return rows.map(({ incident }) => incident)
}
