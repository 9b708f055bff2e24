import { sql, type Transaction } from 'kysely'
import type { AttemptState } from '../domain/remediate/remediate.ts'
import type { Explanation } from '../domain/remediate/explanation.ts'
import { type GuardSwitch, readScope, type SwitchScope, writeScope } from '../domain/remediate/kill-switch.ts'
import type { Lease, LeaseRequest } from '../domain/remediate/guards.ts'
import { attemptsUnderRepair } from './attempts.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

export type GuardLedger = ReturnType<typeof createGuardLedger>

/** The guards' own facts: kill switches, fences, and who holds a slot of a group's blast budget. */
export function createGuardLedger(db: Database) {
  return {
    /** Those that are thrown. A switch of an incident ends with it. */
    async switches(): Promise<GuardSwitch[]> {
      const ended = sql<boolean>`EXISTS (
        SELECT FROM incidents WHERE state = 'resolved' AND scope = 'incident/INC-' || number
      )`
      const thrown = db
        .selectFrom('guard_switches')
        .selectAll()
        .where((one) => one.not(ended))
      const rows = await thrown.orderBy('scope').execute()
      return rows.map(({ scope, stopped_by, reason, stopped_at }) => ({
        scope: storedScope(scope),
        stoppedBy: stopped_by,
        reason,
        stoppedAt: stopped_at.toISOString(),
      }))
    },

    /** Throws a kill switch. One that is thrown stays as it is. @returns whether it was not thrown before */
    async stop({ scope, stoppedBy, reason, stoppedAt }: GuardSwitch): Promise<boolean> {
      const { numInsertedOrUpdatedRows: thrown = 0n } = await db
        .insertInto('guard_switches')
        .values({ scope: writeScope(scope), stopped_by: stoppedBy, reason, stopped_at: new Date(stoppedAt) })
        .onConflict((conflict) => conflict.column('scope').doNothing())
        .executeTakeFirst()
      return thrown > 0n
    },

    /** False when that switch was not thrown. */
    async resume(scope: SwitchScope): Promise<boolean> {
      const lifted = db.deleteFrom('guard_switches').where('scope', '=', writeScope(scope))
      const result = await lifted.executeTakeFirst()
      return result.numDeletedRows > 0n
    },

    /** The highest fence that was given out for a target; 0 before the first. */
    async fenceOf(target: string): Promise<number> {
      const fences = db.selectFrom('guard_fences').select('fence').where('target', '=', target)
      return (await fences.executeTakeFirst())?.fence ?? 0
    },

    /**
     * Takes a slot of the group's budget and the target's next fence, both or neither. One group is decided on at a time, so that two attempts
     * cannot take the last slot. Asked again, the same attempt keeps its fence.
     */
    lease(request: LeaseRequest): Promise<Lease> {
      return db.transaction().execute(async (transaction) => {
        await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`firewatch group ${request.group}`}, 0))`.execute(
          transaction,
        )
        const held = await fenceHeld(transaction, request.attempt)
        if (held !== null) return { granted: true, fence: held }
        const others = request.members.filter((member) => member !== request.target)
        const holders = await attemptsUnderRepair(transaction, others)
        if (new Set(holders.map(({ target }) => target)).size >= request.budget) {
          return { granted: false, holders }
        }
        await closeBrokenOff(transaction, request)
        return { granted: true, fence: await take(transaction, request) }
      })
    },
  }
}

async function fenceHeld(transaction: Transaction<Schema>, attempt: string): Promise<number | null> {
  const attempts = transaction.selectFrom('remediation_attempts').select('fence')
  return (await attempts.where('id', '=', attempt).executeTakeFirstOrThrow()).fence
}

/** The workflow id lets one attempt on a target run, so an earlier one that is not finished was ended from outside. */
async function closeBrokenOff(
  transaction: Transaction<Schema>,
  { attempt, target, at }: LeaseRequest,
): Promise<void> {
  await transaction
    .updateTable('remediation_attempts')
    .set({
      state: 'done' satisfies AttemptState,
      outcome: 'unknown',
      explanation: JSON.stringify({ kind: 'superseded', by: attempt } satisfies Explanation),
      finished_at: new Date(at),
    })
    .where('target', '=', target)
    .where('id', '<>', attempt)
    .where('started_at', 'is not', null)
    .where('finished_at', 'is', null)
    .execute()
}

async function take(
  transaction: Transaction<Schema>,
  { attempt, target, at }: LeaseRequest,
): Promise<number> {
  const { fence } = await transaction
    .insertInto('guard_fences')
    .values({ target, fence: 1 })
    .onConflict((conflict) => conflict.column('target').doUpdateSet({ fence: sql`guard_fences.fence + 1` }))
    .returning('fence')
    .executeTakeFirstOrThrow()
  await transaction
    .updateTable('remediation_attempts')
    .set({ state: 'leased' satisfies AttemptState, fence, started_at: new Date(at) })
    .where('id', '=', attempt)
    .execute()
  return fence
}

/** @throws for what this Firewatch did not write: automation is stopped for something, and nobody can say for what */
function storedScope(written: string): SwitchScope {
  const scope = readScope(written)
  if (scope === undefined)
    throw new Error(`guard_switches has the scope ${JSON.stringify(written)}, which is none: delete that row`)
  return scope
}
