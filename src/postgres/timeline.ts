import type { Kysely } from 'kysely'
import type { TimelineEntry, TimelineKind } from '../domain/timeline.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

/** Writes what happened. An entry whose event key its incident has already is left as it is. */
export async function appendTimeline(
  db: Kysely<Schema>,
  ...entries: readonly TimelineEntry[]
): Promise<void> {
  if (entries.length === 0) return
  const rows = entries.map(({ incident, eventKey, at, kind, actor, summary, detail }) => ({
    incident,
    event_key: eventKey,
    at: new Date(at),
    kind,
    actor,
    summary,
    detail: JSON.stringify(detail ?? {}),
  }))
  await db
    .insertInto('timeline')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['incident', 'event_key']).doNothing())
    .execute()
}

/** The timeline as those who only read and append see it. */
export function createTimelineRecords(db: Database) {
  return {
    append: (entry: TimelineEntry): Promise<void> => appendTimeline(db, entry),

    /** In the order in which it happened. */
    async ofIncident(incident: number): Promise<TimelineEntry[]> {
      const rows = await db
        .selectFrom('timeline')
        .selectAll()
        .where('incident', '=', incident)
        .orderBy('at')
        .orderBy('id')
        .execute()
      return rows.map((row) => ({
        incident,
        eventKey: row.event_key,
        at: row.at.toISOString(),
        kind: row.kind as TimelineKind,
        actor: row.actor,
        summary: row.summary,
        detail: row.detail as Readonly<Record<string, unknown>>,
      }))
    },
  }
}
