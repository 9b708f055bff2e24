import { type Selectable, sql } from 'kysely'
import type { ChangeEvent } from '../domain/alert/change-event.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

/** What was changed, as integrations report it. */
export function createChangeEventRecords(db: Database) {
  return {
    /** Returns when they are committed. @returns how many were not there before */
    async keep(changes: readonly ChangeEvent[]): Promise<number> {
      if (changes.length === 0) return 0
      const { rows } = await sql`
        INSERT INTO change_events (change_id, source, at, summary, labels, links)
        SELECT * FROM json_to_recordset(${JSON.stringify(changes)}::json) AS change (
          "changeId" text, source text, at timestamptz, summary text, labels jsonb, links jsonb
        )
        ON CONFLICT (change_id) DO NOTHING
        RETURNING id`.execute(db)
      return rows.length
    },

    /** Changes of these services between two instants, epoch milliseconds, those nearest to `about` first. */
    near: (services: readonly string[], span: ChangeSpan, limit: number) =>
      changesNear(db, services, span, limit),

    /** The newest ones, of one service where it is named. */
    async list({
      service,
      limit,
    }: {
      readonly service?: string
      readonly limit: number
    }): Promise<ChangeEvent[]> {
      const rows = await db
        .selectFrom('change_events')
        .selectAll()
        .$if(service !== undefined, (query) => query.where(ofService, '=', service ?? ''))
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(fromRow)
    },
  }
}

/** Half-open; epoch milliseconds. */
export interface ChangeSpan {
  readonly from: number
  readonly to: number
  readonly about: number
}

const ofService = sql<string>`labels ->> 'service'`

export async function changesNear(
  db: Database,
  services: readonly string[],
  { from, to, about }: ChangeSpan,
  limit: number,
): Promise<ChangeEvent[]> {
  if (services.length === 0) return []
  const rows = await db
    .selectFrom('change_events')
    .selectAll()
    .where('at', '>=', new Date(from))
    .where('at', '<', new Date(to))
    .where(ofService, 'in', [...services])
    .orderBy(sql`abs(extract(epoch FROM at - ${new Date(about)}::timestamptz))`)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

function fromRow(row: Selectable<Schema['change_events']>): ChangeEvent {
  const { change_id: changeId, source, at, summary, labels, links } = row
  return { changeId, source, at: at.toISOString(), summary, labels, links }
}
