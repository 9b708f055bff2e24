import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AttemptOutcome, Effect } from '../../src/domain/remediate/remediation.ts'
import { type AttemptRecords, createAttemptRecords } from '../../src/postgres/attempts.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { createGuardLedger, type GuardLedger } from '../../src/postgres/guard-ledger.ts'
import { openIncident } from '../support/remediation.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'
import { thrown } from '../support/kill-switch.ts'
import { writeScope } from '../../src/domain/remediate/kill-switch.ts'

let postgres: TestPostgres
let database: OpenDatabase
let attempts: AttemptRecords
let ledger: GuardLedger
const members = ['feed-1', 'feed-2', 'feed-3']

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  attempts = createAttemptRecords(database.db)
  ledger = createGuardLedger(database.db)
  await openIncident(database.db, 1)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(() => database.pool.query('TRUNCATE remediation_attempts, guard_fences, guard_switches'))

function at(second: number): string {
  return new Date(Date.UTC(2026, 2, 1, 3, 0, second)).toISOString()
}

const decision = {
  allowed: true,
  findings: [{ guard: 'attempt-limit', allowed: true, tried: 0, most: 3 }],
} as const
let proposed = 0
async function propose(target = 'feed-1', action = 'restart'): Promise<string> {
  const id = `INC-1/a${++proposed}`
  await attempts.propose({
    id,
    incident: 1,
    rung: 2,
    action,
    target,
    decision,
    before: null,
    proposedAt: at(proposed % 60),
  })
  return id
}

async function end(
  id: string,
  outcome: AttemptOutcome,
  effect: Effect | null,
  second: number,
): Promise<void> {
  await attempts.update(id, { state: 'done', outcome, effect, finishedAt: at(second) })
}

function lease(attempt: string, target = 'feed-1', budget = 1) {
  return ledger.lease({ attempt, target, group: 'feeds', members, budget, at: at(9) })
}

describe('attempts', () => {
  it('are proposed once: a repeat changes nothing', async () => {
    const id = await propose()
    await attempts.propose({
      id,
      incident: 1,
      rung: 7,
      action: 'x',
      target: 'y',
      decision: { recorded: 'z' },
      before: null,
      proposedAt: at(0),
    })
    expect(await attempts.get(id)).toMatchObject({
      rung: 2,
      action: 'restart',
      state: 'proposed',
      outcome: null,
      decision,
      explanation: null,
    })
  })

  it('keep what a change does not name, and take measurements and instants', async () => {
    const id = await propose()
    const verdict = {
      check: 'c',
      metric: 'm',
      slice: 'total',
      group: 'total',
      bucketAt: at(1),
      state: 'ok',
      reason: 'near-baseline',
      value: 3.5,
      baselines: [],
    } as const
    const measured = { at: at(2), verdicts: [verdict] }
    await attempts.update(id, { state: 'acting', before: measured, actedAt: at(3) })
    await attempts.update(id, { state: 'verifying', after: measured })
    expect(await attempts.get(id)).toMatchObject({
      state: 'verifying',
      before: measured,
      after: measured,
      actedAt: at(3),
    })
    await attempts.update(id, { state: 'acting', actedAt: null })
    expect(await attempts.get(id)).toMatchObject({ actedAt: null })
  })

  it('that are finished never change', async () => {
    const id = await propose()
    await end(id, 'helped', 'done', 5)
    await attempts.update(id, { state: 'verifying', outcome: 'harmed', finishedAt: at(6) })
    expect(await attempts.get(id)).toMatchObject({ state: 'done', outcome: 'helped', finishedAt: at(5) })
  })

  it('are told apart when there is none', async () => {
    await expect(attempts.get('INC-1/a99')).rejects.toThrow('there is no remediation attempt INC-1/a99')
  })

  it('that ended are remembered per action and target, newest first, without those never due', async () => {
    const endings = [
      ['helped', 'done'],
      ['refused', null],
      ['unknown', 'not-done'],
      ['cleared', null],
      ['harmed', 'done'],
    ] as const
    for (const [second, [outcome, effect]] of endings.entries())
      await end(await propose(), outcome, effect, second)
    await end(await propose('feed-2'), 'harmed', 'done', 20)
    await end(await propose('feed-1', 'flush'), 'harmed', 'done', 21)
    await propose()
    expect(await attempts.lastEnded('restart', 'feed-1', 2)).toEqual([
      { outcome: 'harmed', effect: 'done', finishedAt: at(4) },
      { outcome: 'unknown', effect: 'not-done', finishedAt: at(2) },
    ])
  })
})

describe('the lease', () => {
  it('gives each attempt on a target a higher fence, and a repeat the same one', async () => {
    expect(await ledger.fenceOf('feed-1')).toBe(0)
    const [first, second] = [await propose(), await propose()]
    expect(await lease(first)).toEqual({ granted: true, fence: 1 })
    expect(await lease(first)).toEqual({ granted: true, fence: 1 })
    await end(first, 'no-effect', 'done', 10)
    expect(await lease(second)).toEqual({ granted: true, fence: 2 })
    expect(await ledger.fenceOf('feed-1')).toBe(2)
    expect(await ledger.fenceOf('feed-2')).toBe(0)
    expect(await attempts.get(second)).toMatchObject({ state: 'leased', startedAt: at(9) })
  })

  it('is refused while the budget is taken, names who has it, and is free again afterwards', async () => {
    const [first, second] = [await propose('feed-1'), await propose('feed-2')]
    await lease(first)
    expect(await lease(second, 'feed-2')).toEqual({
      granted: false,
      holders: [{ attempt: first, target: 'feed-1' }],
    })
    expect(await attempts.underRepair(members)).toEqual([{ attempt: first, target: 'feed-1' }])
    await end(first, 'helped', 'done', 10)
    expect(await lease(second, 'feed-2')).toMatchObject({ granted: true })
  })

  it('never goes beyond the budget, however many ask at once', async () => {
    const targets = Array.from({ length: 8 }, (_, index) => `db-${index}`)
    const asked = await Promise.all(
      targets.map(async (target) => ({ target, attempt: await propose(target) })),
    )
    const leases = await Promise.all(
      asked.map((one) => ledger.lease({ ...one, group: 'dbs', members: targets, budget: 3, at: at(9) })),
    )
    expect(leases.filter(({ granted }) => granted)).toHaveLength(3)
  })

  it('closes an attempt on the same target that broke off, since only one can run', async () => {
    const [first, second] = [await propose(), await propose()]
    await lease(first)
    expect(await lease(second)).toEqual({ granted: true, fence: 2 })
    expect(await attempts.get(first)).toMatchObject({
      state: 'done',
      outcome: 'unknown',
      finishedAt: at(9),
      explanation: { kind: 'superseded', by: second },
    })
  })
})

describe('kill switches', () => {
  it('N12 of an incident end with it, and no other one does', async () => {
    await openIncident(database.db, 11)
    const scopes = ['action/restart', 'everything', 'incident/INC-1', 'incident/INC-11', 'service/incident']
    for (const scope of scopes) await ledger.stop(thrown(scope))
    const standing = async () => (await ledger.switches()).map((one) => writeScope(one.scope))
    expect(await standing()).toEqual(scopes)
    await database.pool.query("UPDATE incidents SET state = 'resolved' WHERE number = 11")
    expect(await standing()).toEqual(scopes.filter((scope) => scope !== 'incident/INC-11'))
    await database.pool.query('TRUNCATE guard_switches')
  })

  it('are thrown with a name and a reason, and stay until somebody takes them back', async () => {
    const stop = thrown('target/feed-1')
    expect(await ledger.stop(stop)).toBe(true)
    expect(await ledger.stop({ ...stop, stoppedBy: 'bob', reason: 'me too' })).toBe(false)
    expect(await ledger.switches()).toEqual([stop])
    expect(await ledger.resume(stop.scope)).toBe(true)
    expect(await ledger.resume(stop.scope)).toBe(false)
    expect(await ledger.switches()).toEqual([])
  })
})
