import type { Selectable } from 'kysely'
import type { Review } from '../domain/post-mortem/post-mortem.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

/** A review as kept: what it says, and the Markdown that people read. */
export interface StoredReview {
  readonly incident: number
  /** `draft` until people have made it their own. */
  readonly state: string
  readonly markdown: string
  readonly model: Review
  readonly draftedAt: string
}

export type NewReview = Pick<StoredReview, 'incident' | 'markdown' | 'model' | 'draftedAt'>

/** Reviews as rows, one per incident. */
export function createReviewRecords(db: Database) {
  return {
    /** Stores a draft unless the incident has a review: what is there may be people's work. Returns what is there then. */
    async add({ incident, markdown, model, draftedAt }: NewReview): Promise<StoredReview> {
      await db
        .insertInto('reviews')
        .values({
          incident,
          state: 'draft',
          markdown,
          model: JSON.stringify(model),
          drafted_at: new Date(draftedAt),
        })
        .onConflict((conflict) => conflict.column('incident').doNothing())
        .execute()
      return fromRow(
        await db.selectFrom('reviews').selectAll().where('incident', '=', incident).executeTakeFirstOrThrow(),
      )
    },

    /** Puts a new draft in place of the old one; what people have made their own stays. Returns what is there then. */
    async redraft({ incident, markdown, model }: NewReview): Promise<StoredReview> {
      await db
        .updateTable('reviews')
        .set({ markdown, model: JSON.stringify(model) })
        .where('incident', '=', incident)
        .where('state', '=', 'draft')
        .execute()
      return fromRow(
        await db.selectFrom('reviews').selectAll().where('incident', '=', incident).executeTakeFirstOrThrow(),
      )
    },

    async get(incident: number): Promise<StoredReview | undefined> {
      const row = await db
        .selectFrom('reviews')
        .selectAll()
        .where('incident', '=', incident)
        .executeTakeFirst()
      return row && fromRow(row)
    },
  }
}

function fromRow(row: Selectable<Schema['reviews']>): StoredReview {
  return {
    incident: row.incident,
    state: row.state,
    markdown: row.markdown,
    model: row.model as Review,
    draftedAt: row.drafted_at.toISOString(),
  }
}
