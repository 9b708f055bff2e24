import { type Insertable, type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import {
  type RequestContext,
  type ChangeResult,
  type ScheduleChange,
  type ChangeRequest,
  changeConflict,
  withChanges,
} from '../domain/on-call/changes.ts'
import type { Schedule, Shift, ShiftSwap } from '../domain/on-call/schedule.ts'
import { type ShiftNotice, shiftNotices } from '../domain/on-call/shift-notice.ts'
import { takeSwap } from '../domain/on-call/swaps.ts'
import type { Database } from './database.ts'
import { queueNotices } from './on-call-notices.ts'
import type { Schema } from './schema.ts'

export type ScheduleChangeRecords = ReturnType<typeof createScheduleChangeRecords>

/** What people changed about schedules, as rows that are never deleted. */
export function createScheduleChangeRecords(db: Database) {
  return {
    /** Of these schedules, or of all, in the order in which they were made. */
    async list(schedules?: readonly string[]): Promise<ScheduleChange[]> {
      if (schedules?.length === 0) return []
      const all = db.selectFrom('schedule_changes').selectAll().orderBy('id')
      const rows = schedules === undefined ? all : all.where('schedule', 'in', [...schedules])
      return (await rows.execute()).map(fromRow)
    },

    /**
     * Keeps a change unless it contradicts one that is there. One schedule is decided on at a time, so of two that contradict each other and
     * come at once only one is kept.
     */
    add(schedule: Schedule, requested: ChangeRequest, context: RequestContext): Promise<ChangeResult> {
      return locked(db, schedule.name, async (transaction) => {
        const repeated = await rowOf(transaction, 'request_key', context.requestKey)
        if (repeated !== undefined) return { kept: true, change: fromRow(repeated) }
        const before = await changesOf(transaction, schedule.name)
        const conflict = changeConflict(schedule, before, requested)
        if (conflict !== null) return { kept: false, reason: conflict }
        const row = await transaction
          .insertInto('schedule_changes')
          .values(toRow(schedule.name, requested, context))
          .returningAll()
          .executeTakeFirstOrThrow()
        const change = fromRow(row)
        await tell(transaction, schedule, before, change, { by: context.actor, at: context.at })
        return { kept: true, change }
      })
    },

    /** As `takeChange`. */
    take: (schedule: string, id: string, taker: string, at: number, by?: Asked) =>
      takeChange(db, schedule, id, taker, at, by),

    /** As `endChange`. */
    end: (schedule: string, id: string, actor: string, at: number, configured?: Schedule) =>
      endChange(db, schedule, id, actor, at, configured),
  }
}

/**
 * Gives an offered shift to somebody. `undefined` when the schedule has no such swap.
 * @param by who asks for it, and the schedule as configured: without them nobody is told
 */
function takeChange(
  db: Database,
  schedule: string,
  id: string,
  taker: string,
  at: number,
  by?: Asked,
): Promise<ChangeResult | undefined> {
  return locked(db, schedule, async (transaction) => {
    const change = await changeOf(transaction, schedule, id)
    if (change?.kind !== 'swap') return undefined
    if (change.endedAt !== null) return { kept: false, reason: endedAlready(change) }
    if (change.to <= at) return { kept: false, reason: `swap "${id}" is over: there is nothing left to take` }
    const taken = takeSwap(swapOf(change), taker)
    if (!taken.ok) return { kept: false, reason: taken.reason }
    if (change.taker === taker) return { kept: true, change }
    const before = await changesOf(transaction, schedule)
    const kept = await set(transaction, id, { taker, taken_at: new Date(at) })
    if (by !== undefined) await tell(transaction, by.configured, before, kept, { by: by.actor, at })
    return { kept: true, change: kept }
  })
}

/**
 * Ends a change from now on. `undefined` when the schedule has none of that number.
 * @param configured the schedule, whose people are told; absent for one that is configured no more
 */
function endChange(
  db: Database,
  schedule: string,
  id: string,
  actor: string,
  at: number,
  configured?: Schedule,
): Promise<ChangeResult | undefined> {
  return locked(db, schedule, async (transaction) => {
    const change = await changeOf(transaction, schedule, id)
    if (change === undefined) return undefined
    if (change.endedAt !== null) return { kept: false, reason: endedAlready(change) }
    if (change.to <= at) return { kept: false, reason: `change "${id}" is over: there is nothing to end` }
    const before = await changesOf(transaction, schedule)
    const ended = await set(transaction, id, { ended_by: actor, ended_at: new Date(at) })
    if (configured !== undefined) await tell(transaction, configured, before, ended, { by: actor, at })
    return { kept: true, change: ended }
  })
}

/** Who asks for something, and the schedule that it is about as configured. */
export interface Asked {
  readonly configured: Schedule
  readonly actor: string
}

/** Queues a notice to everybody whom a change puts on call or takes off. */
async function tell(
  transaction: Transaction<Schema>,
  configured: Schedule,
  before: readonly ScheduleChange[],
  change: ScheduleChange,
  { by, at }: { readonly by: string; readonly at: number },
): Promise<void> {
  const after = [...before.filter(({ id }) => id !== change.id), change]
  const notices: ShiftNotice[] = shiftNotices(
    withChanges(configured, before),
    withChanges(configured, after),
    change,
    by,
    at,
  )
  await queueNotices(transaction, change.id, notices, new Date(at))
}

function locked<Result>(
  db: Database,
  schedule: string,
  work: (transaction: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  return db.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`firewatch schedule ${schedule}`}, 0))`.execute(
      transaction,
    )
    return work(transaction)
  })
}

async function changesOf(db: Kysely<Schema>, schedule: string): Promise<ScheduleChange[]> {
  const rows = await db
    .selectFrom('schedule_changes')
    .selectAll()
    .where('schedule', '=', schedule)
    .orderBy('id')
    .execute()
  return rows.map(fromRow)
}

/** Numbers that PostgreSQL would not take for one are none of ours. */
async function changeOf(
  db: Kysely<Schema>,
  schedule: string,
  id: string,
): Promise<ScheduleChange | undefined> {
  const row = /^[1-9]\d{0,14}$/.test(id) ? await rowOf(db, 'id', Number(id)) : undefined
  return row?.schedule === schedule ? fromRow(row) : undefined
}

function rowOf(db: Kysely<Schema>, column: 'id' | 'request_key', value: number | string) {
  return db.selectFrom('schedule_changes').selectAll().where(column, '=', value).executeTakeFirst()
}

async function set(
  db: Kysely<Schema>,
  id: string,
  change: Partial<Insertable<Schema['schedule_changes']>>,
): Promise<ScheduleChange> {
  const row = await db
    .updateTable('schedule_changes')
    .set(change)
    .where('id', '=', Number(id))
    .returningAll()
    .executeTakeFirstOrThrow()
  return fromRow(row)
}

function endedAlready({ id, endedBy }: ScheduleChange): string {
  return `change "${id}" was ended by ${endedBy} before: make a new one instead`
}

function swapOf({
  id,
  from,
  to,
  owner,
  taker,
}: Extract<ScheduleChange, { readonly kind: 'swap' }>): ShiftSwap {
  return { id, from, to, owner, taker }
}

function toRow(
  schedule: string,
  requested: ChangeRequest,
  { actor, at, reason, requestKey }: RequestContext,
) {
  return {
    request_key: requestKey,
    schedule,
    kind: requested.kind,
    from_at: new Date(requested.from),
    to_at: new Date(requested.to),
    removed: requested.kind === 'override' ? requested.removed : null,
    added: requested.kind === 'override' ? requested.added : null,
    shifts: requested.kind === 'temporary' ? JSON.stringify(requested.shifts) : null,
    owner: requested.kind === 'swap' ? requested.owner : null,
    reason,
    made_by: actor,
    made_at: new Date(at),
  }
}

function fromRow(row: Selectable<Schema['schedule_changes']>): ScheduleChange {
  return {
    ...changeRequestOf(row),
    id: String(row.id),
    schedule: row.schedule,
    madeBy: row.made_by,
    madeAt: row.made_at.getTime(),
    reason: row.reason,
    endedBy: row.ended_by,
    endedAt: row.ended_at?.getTime() ?? null,
    taker: row.taker,
    takenAt: row.taken_at?.getTime() ?? null,
  }
}

function changeRequestOf(row: Selectable<Schema['schedule_changes']>): ChangeRequest {
  const span = { from: row.from_at.getTime(), to: row.to_at.getTime() }
  switch (row.kind) {
    case 'override':
      return { kind: 'override', ...span, removed: row.removed, added: row.added }
    case 'temporary':
      return { kind: 'temporary', ...span, shifts: row.shifts as readonly Shift[] }
    case 'swap':
      return { kind: 'swap', ...span, owner: row.owner ?? '' }
  }
}
