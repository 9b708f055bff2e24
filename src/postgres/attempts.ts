import type { Selectable } from 'kysely'
import type { AttemptChange, AttemptState, NewAttempt } from '../domain/remediate/remediate.ts'
import type { Explanation } from '../domain/remediate/explanation.ts'
import type { StoredDecision, UnderRepair } from '../domain/remediate/guard-decision.ts'
import type { EndedAttempt } from '../domain/remediate/guards.ts'
import type { AttemptOutcome, Measurement, RemediationAttempt } from '../domain/remediate/remediation.ts'
import { readVerdicts } from '../domain/check/verdict.ts'
import { toJson } from '../domain/values/canonical-json.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

/** Outcomes of attempts whose action never became due. */
const untried: readonly AttemptOutcome[] = ['refused', 'cleared']

export type AttemptRecords = ReturnType<typeof createAttemptRecords>

/** Remediation attempts as rows: the guards' memory, and what people are shown. A finished one never changes. */
export function createAttemptRecords(db: Database) {
  return {
    /** Stores it unless it is there. */
    async propose({ decision, before, proposedAt, ...same }: NewAttempt): Promise<void> {
      await db
        .insertInto('remediation_attempts')
        .values({
          ...same,
          state: 'proposed' satisfies AttemptState,
          decision: JSON.stringify(toJson(decision)),
          before: json(before),
          proposed_at: new Date(proposedAt),
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
    },

    /** @throws when there is no such attempt */
    async get(id: string): Promise<RemediationAttempt> {
      const attempts = db.selectFrom('remediation_attempts').selectAll()
      const row = await attempts.where('id', '=', id).executeTakeFirst()
      if (row === undefined) throw new Error(`there is no remediation attempt ${id}`)
      return fromRow(row)
    },

    /** In the order in which they were proposed. */
    async ofIncident(incident: number): Promise<RemediationAttempt[]> {
      const attempts = db.selectFrom('remediation_attempts').selectAll().where('incident', '=', incident)
      return (await attempts.orderBy('proposed_at').orderBy('id').execute()).map(fromRow)
    },

    /** How the last finished attempts of an action on a target ended, newest first; only those whose action became due. */
    async lastEnded(action: string, target: string, limit: number): Promise<EndedAttempt[]> {
      const rows = await db
        .selectFrom('remediation_attempts')
        .select(['outcome', 'effect', 'finished_at'])
        .where('action', '=', action)
        .where('target', '=', target)
        .where('finished_at', 'is not', null)
        .where('outcome', 'not in', [...untried])
        .orderBy('finished_at', 'desc')
        .limit(limit)
        .execute()
      return rows.flatMap(({ outcome, effect, finished_at: finishedAt }) =>
        finishedAt === null
          ? []
          : [{ outcome: outcome as AttemptOutcome | null, effect, finishedAt: finishedAt.toISOString() }],
      )
    },

    /** Attempts on these targets that took their lease and are not finished. */
    underRepair: (targets: readonly string[]): Promise<UnderRepair[]> => attemptsUnderRepair(db, targets),

    /** Does nothing to a finished attempt. */
    async update(id: string, change: AttemptChange): Promise<void> {
      await db
        .updateTable('remediation_attempts')
        .set(columnsOf(change))
        .where('id', '=', id)
        .where('finished_at', 'is', null)
        .execute()
    },
  }
}

/** See `underRepair`; also for a transaction of the guard ledger. */
export async function attemptsUnderRepair(db: Database, targets: readonly string[]): Promise<UnderRepair[]> {
  if (targets.length === 0) return []
  return db
    .selectFrom('remediation_attempts')
    .select(['id as attempt', 'target'])
    .where('target', 'in', [...targets])
    .where('started_at', 'is not', null)
    .where('finished_at', 'is', null)
    .orderBy('id')
    .execute()
}

function columnsOf({ decision, explanation, before, after, actedAt, finishedAt, ...same }: AttemptChange) {
  return {
    ...same,
    ...(decision === undefined ? {} : { decision: JSON.stringify(toJson(decision)) }),
    ...(explanation === undefined ? {} : { explanation: json(explanation) }),
    ...(before === undefined ? {} : { before: json(before) }),
    ...(after === undefined ? {} : { after: json(after) }),
    ...(actedAt === undefined ? {} : { acted_at: instant(actedAt) }),
    ...(finishedAt === undefined ? {} : { finished_at: instant(finishedAt) }),
  }
}

function json(value: Measurement | Explanation | null): string | null {
  return value === null ? null : JSON.stringify(toJson(value))
}

function instant(at: string | null): Date | null {
  return at === null ? null : new Date(at)
}

function measurement(stored: unknown): Measurement | null {
  const measured = stored as Measurement | null
  return measured && { ...measured, verdicts: readVerdicts(measured.verdicts) }
}

function fromRow(row: Selectable<Schema['remediation_attempts']>): RemediationAttempt {
  return {
    id: row.id,
    incident: row.incident,
    rung: row.rung,
    action: row.action,
    target: row.target,
    state: row.state,
    decision: row.decision as StoredDecision,
    effect: row.effect,
    explanation: row.explanation as Explanation | null,
    outcome: row.outcome as AttemptOutcome | null,
    before: measurement(row.before),
    after: measurement(row.after),
    proposedAt: row.proposed_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    actedAt: row.acted_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}
