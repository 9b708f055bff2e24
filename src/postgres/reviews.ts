import type { Selectable, Transaction } from 'kysely'
import { openActions, type ReviewDocument, type SectionChange } from '../domain/post-mortem/document.ts'
import type { Review } from '../domain/post-mortem/post-mortem.ts'
import type {
  ListedReview,
  ReviewChange,
  ReviewListFilter,
  StoredReview,
} from '../domain/post-mortem/stored-review.ts'
import { unsettledCauses } from '../domain/investigate/cause-tree.ts'
import type { Severity } from '../domain/values/severity.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'
import { appendTimeline } from './timeline.ts'

/** Reviews as rows, one per incident. */
export function createReviewRecords(db: Database) {
  return {
    /**
     * Lets one at a time decide what becomes of an incident's review, and keeps that together with its timeline entries.
     * @param decide is given what is kept now; `undefined` from it leaves that as it is
     * @returns what is kept then; `undefined` while there is none
     */
    async change(
      incident: number,
      decide: (current: StoredReview | undefined) => ReviewChange | undefined,
    ): Promise<StoredReview | undefined> {
      return db.transaction().execute(async (transaction) => {
        // The incident's row is the lock, also while it has no review.
        await transaction
          .selectFrom('incidents')
          .select('number')
          .where('number', '=', incident)
          .forNoKeyUpdate()
          .execute()
        const current = await read(transaction, incident)
        const change = decide(current)
        if (change === undefined) return current
        await write(transaction, change.review)
        await appendTimeline(transaction, ...change.entries)
        return change.review
      })
    },

    get: (incident: number): Promise<StoredReview | undefined> => read(db, incident),

    /** Newest incident first. */
    async list({ state, before, limit }: ReviewListFilter): Promise<ListedReview[]> {
      let query = db
        .selectFrom('reviews')
        .innerJoin('incidents', 'incidents.number', 'reviews.incident')
        .select([
          'reviews.incident',
          'reviews.state',
          'reviews.version',
          'reviews.published',
          'reviews.open_actions',
          'reviews.unsettled_causes',
          'incidents.title',
          'incidents.service',
          'incidents.severity',
          'incidents.started_at',
          'incidents.resolved_at',
        ])
        .orderBy('reviews.incident', 'desc')
        .limit(limit)
      if (state !== undefined) query = query.where('reviews.state', '=', state)
      if (before !== undefined) query = query.where('reviews.incident', '<', before)
      return (await query.execute()).map((row) => ({
        incident: row.incident,
        title: row.title,
        service: row.service,
        severity: row.severity as Severity,
        startedAt: row.started_at.toISOString(),
        resolvedAt: row.resolved_at?.toISOString() ?? null,
        state: row.state,
        editedSince: row.published !== null && (row.published as SectionChange).version < row.version,
        version: row.version,
        openActions: row.open_actions,
        unsettledCauses: row.unsettled_causes,
      }))
    },
  }
}

async function read(db: Database | Transaction<Schema>, incident: number): Promise<StoredReview | undefined> {
  const row = await db.selectFrom('reviews').selectAll().where('incident', '=', incident).executeTakeFirst()
  return row && fromRow(row)
}

async function write(transaction: Transaction<Schema>, review: StoredReview): Promise<void> {
  const { incident, document, model, markdown, appendix, chart, draftedAt } = review
  if (document === null) throw new TypeError('a review is kept with its sections')
  const kept = {
    state: document.published === null ? ('draft' as const) : ('published' as const),
    markdown,
    appendix,
    chart,
    model: JSON.stringify(model),
    version: document.version,
    sections: JSON.stringify(document.sections),
    published: document.published === null ? null : JSON.stringify(document.published),
    open_actions: openActions(document),
    unsettled_causes: unsettledCauses(model.trees).length,
  }
  await transaction
    .insertInto('reviews')
    .values({ incident, drafted_at: new Date(draftedAt), ...kept })
    .onConflict((conflict) => conflict.column('incident').doUpdateSet(kept))
    .execute()
}

function fromRow(row: Selectable<Schema['reviews']>): StoredReview {
  return {
    incident: row.incident,
    document: row.version === 0 ? null : documentOf(row),
    model: row.model as Review,
    markdown: row.markdown,
    appendix: row.appendix,
    chart: row.chart,
    draftedAt: row.drafted_at.toISOString(),
  }
}

function documentOf({ version, sections, published }: Selectable<Schema['reviews']>): ReviewDocument {
  return {
    version,
    sections: sections as ReviewDocument['sections'],
    published: published as SectionChange | null,
  }
}
