import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Fact } from '../domain/facts/fact.ts'
import { type NewTimelineEntry, readEntry, type TimelineEntry } from '../domain/incident/timeline.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

/** Writes what happened. An entry whose event key its incident has already is left as it is. */
export async function appendTimeline(
  db: Kysely<Schema>,
  ...entries: readonly NewTimelineEntry[]
): Promise<void> {
  if (entries.length === 0) return
  const rows = entries.map(({ incident, eventKey, at, actor, fact }) => ({
    incident,
    event_key: eventKey,
    at: new Date(at),
    actor,
    fact: JSON.stringify(fact),
  }))
  await db
    .insertInto('timeline')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['incident', 'event_key']).doNothing())
    .execute()
}

/** @param incident its number; where that is NULL, nothing is written */
export function timelineInsert(
  incident: RawBuilder<number>,
  entries: readonly Omit<NewTimelineEntry, 'incident'>[],
): RawBuilder<unknown> {
  return sql`
    INSERT INTO timeline (incident, event_key, at, actor, fact)
    SELECT ${incident}, given.* FROM unnest(
      ${entries.map(({ eventKey }) => eventKey)}::text[],
      ${entries.map(({ at }) => at)}::timestamptz[],
      ${entries.map(({ actor }) => actor)}::text[],
      ${entries.map(({ fact }) => JSON.stringify(fact))}::jsonb[]
    ) AS given
    WHERE ${incident} IS NOT NULL
    ON CONFLICT (incident, event_key) DO NOTHING`
}

/** The timeline as those who only read and append see it. */
export function createTimelineRecords(db: Database) {
  return {
    append: (entry: NewTimelineEntry): Promise<void> => appendTimeline(db, entry),

    /** In the order in which it happened. */
    async ofIncident(incident: number): Promise<TimelineEntry[]> {
      const rows = await db
        .selectFrom('timeline')
        .selectAll()
        .where('incident', '=', incident)
        .orderBy('at')
        .orderBy('id')
        .execute()
      return rows.map(({ event_key: eventKey, at, actor, fact }) =>
        readEntry({ incident, eventKey, at: at.toISOString(), actor, fact: fact as Fact }),
      )
    },
  }
}
