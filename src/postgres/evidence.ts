import { createHash } from 'node:crypto'
import { sql, type Selectable } from 'kysely'
import { canonicalJson, toJson } from '../domain/values/canonical-json.ts'
import {
  evidenceKey,
  type Evidence,
  type EvidenceKind,
  type EvidenceSubject,
} from '../domain/investigate/evidence.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

/** Evidence as it is collected; its number, its hash and the time come with storing it. */
export interface NewEvidence {
  readonly incident: number
  readonly about: EvidenceSubject
  readonly kind: EvidenceKind
  readonly title: string
  readonly query?: string
  readonly window?: { readonly from: string; readonly to: string }
  /** Stored as plain JSON. */
  readonly result: unknown
}

export type EvidenceRecords = ReturnType<typeof createEvidenceRecords>

/** Evidence as rows that are written once and never changed. */
export function createEvidenceRecords(db: Database, now: () => Date) {
  return {
    /** Stores it under the incident's next number. What was asked about before keeps its first answer, which is returned. */
    async add(evidence: NewEvidence): Promise<Evidence> {
      const { incident, about, kind, title, query, window } = evidence
      const key = evidenceKey(about)
      const result = toJson(evidence.result)
      const inserted = await db.transaction().execute(async (transaction) => {
        // The incident's row is the lock: numbers count without gaps, also when several collect at once.
        await transaction
          .selectFrom('incidents')
          .select('number')
          .where('number', '=', incident)
          .forNoKeyUpdate()
          .execute()
        return transaction
          .insertInto('evidence')
          .values({
            incident,
            number: sql<number>`(SELECT coalesce(max(number), 0) + 1 FROM evidence WHERE incident = ${incident})`,
            evidence_key: key,
            about: JSON.stringify(about),
            kind,
            title,
            query: query ?? null,
            window_from: window === undefined ? null : new Date(window.from),
            window_to: window === undefined ? null : new Date(window.to),
            result: JSON.stringify(result),
            hash: hashOf({ kind, query, window, result }),
            collected_at: now(),
          })
          .onConflict((conflict) => conflict.columns(['incident', 'evidence_key']).doNothing())
          .returningAll()
          .executeTakeFirst()
      })
      return fromRow(inserted ?? (await stored(db, incident, key)))
    },

    /** In the order in which it was collected. */
    async list(incident: number): Promise<Evidence[]> {
      const rows = await db
        .selectFrom('evidence')
        .selectAll()
        .where('incident', '=', incident)
        .orderBy('number')
        .execute()
      return rows.map(fromRow)
    },
  }
}

type Hashed = Pick<Evidence, 'kind' | 'result'> & {
  readonly [Asked in 'query' | 'window']?: Evidence[Asked] | undefined
}

/** SHA-256 in hex over the canonical JSON of what was asked and what came back; can be computed again from what is stored. */
export function hashOf({ kind, query, window, result }: Hashed): string {
  const instants = window && {
    from: new Date(window.from).toISOString(),
    to: new Date(window.to).toISOString(),
  }
  const asked = canonicalJson({ kind, query: query ?? null, window: instants ?? null, result })
  return createHash('sha256').update(asked).digest('hex')
}

function stored(db: Database, incident: number, key: string): Promise<Selectable<Schema['evidence']>> {
  const evidence = db.selectFrom('evidence').selectAll().where('incident', '=', incident)
  return evidence.where('evidence_key', '=', key).executeTakeFirstOrThrow()
}

function fromRow(row: Selectable<Schema['evidence']>): Evidence {
  const { window_from: from, window_to: to } = row
  return {
    incident: row.incident,
    number: row.number,
    about: row.about as EvidenceSubject | null,
    kind: row.kind as EvidenceKind,
    title: row.title,
    ...(row.query === null ? {} : { query: row.query }),
    ...(from === null || to === null ? {} : { window: { from: from.toISOString(), to: to.toISOString() } }),
    result: row.result,
    hash: row.hash,
    collectedAt: row.collected_at.toISOString(),
  }
}
