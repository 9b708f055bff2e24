import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRemediateActivities, type RemediateActivities } from '../../activities/remediate.ts'
import { decisionSentence } from '../../src/domain/remediate/guard-words.ts'
import { switchWords } from '../../src/domain/remediate/kill-switch.ts'
import { createAttemptRecords } from '../../src/postgres/attempts.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { createGuardLedger } from '../../src/postgres/guard-ledger.ts'
import {
  createRemediationWorld,
  openIncident,
  remediateDependencies,
  type RemediationWorld,
  rung,
} from '../support/remediation.ts'
import { thrown } from '../support/kill-switch.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase
let world: RemediationWorld
let activities: RemediateActivities
const attempt = 'INC-1/a1'
const proposal = { incident: 1, number: 1, rung: { number: 1, of: 2, step: rung('flush') } }
const helped = {
  kind: 'judged',
  outcome: 'helped',
  good: 2,
  bad: 0,
  of: 3,
  changes: { series: [], more: 0 },
} as const
const stop = thrown('everything')

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  await openIncident(database.db, 1)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  await database.pool.query('TRUNCATE remediation_attempts, guard_fences, guard_switches')
  world = createRemediationWorld()
  activities = createRemediateActivities(remediateDependencies(database.db, world))
})

const attempts = () => createAttemptRecords(database.db).ofIncident(1)

describe('an activity that runs again after a crash', () => {
  it('proposes once, and keeps to what was decided first', async () => {
    const ledger = createGuardLedger(database.db)
    expect(await activities.proposeAttempt(proposal)).toMatchObject({ allowed: true })
    await ledger.stop(stop)
    expect(await activities.proposeAttempt({ ...proposal, number: 2 })).toMatchObject({ allowed: false })
    await ledger.resume(stop.scope)
    expect(await activities.proposeAttempt({ ...proposal, number: 2 })).toMatchObject({ allowed: false })
    expect(await attempts()).toHaveLength(2)
    expect(world.timeline.map(({ summary }) => summary)).toEqual([
      expect.stringMatching(/^Firewatch proposes flush on feed \(rung 1 of 2\)\. Allowed: .*\.$/),
      `Firewatch does not try flush on feed (rung 1 of 2). Refused (kill-switch): ${switchWords(stop)}.`,
    ])
  })

  it('refuses a proposal that another run of it had allowed, when a guard says so now', async () => {
    await activities.proposeAttempt(proposal)
    await createGuardLedger(database.db).stop(stop)
    const next = 'hand-over'
    const thrown = expect.arrayContaining([{ guard: 'kill-switch', allowed: false, thrown: [stop] }]) as []
    const decision = { allowed: false, guard: 'kill-switch', next, findings: thrown }
    expect(await activities.proposeAttempt(proposal)).toEqual({ allowed: false, decision, next })
    const [stored] = await attempts()
    expect(stored).toMatchObject({ outcome: 'refused', state: 'done', decision, explanation: null })
    expect(decisionSentence(stored?.decision ?? { recorded: '' })).toBe(
      `Refused (kill-switch): ${switchWords(stop)}.`,
    )
    expect(world.timeline).toHaveLength(2)
  })

  it('takes one fence, and prepares and finishes once', async () => {
    await activities.proposeAttempt(proposal)
    for (const _ of [1, 2]) {
      expect(await activities.takeFence({ attempt })).toEqual({ granted: true, fence: 1 })
      expect(await activities.prepareAttempt({ attempt })).toEqual({ ready: true })
    }
    await activities.finishAttempt({ attempt, outcome: 'helped', explanation: helped })
    const [finished] = await attempts()
    await activities.finishAttempt({
      attempt,
      outcome: 'harmed',
      explanation: { kind: 'broke-off', reason: 'No.' },
    })
    expect(await attempts()).toEqual([finished])
    expect(finished).toMatchObject({ outcome: 'helped', explanation: helped })
    expect(world.timeline.at(-1)).toMatchObject({
      summary: 'Firewatch is done with flush on feed. It helped: 2 of 2 samples after it are good.',
      fact: { type: 'attempt', step: 'finished', outcome: 'helped', explanation: helped },
    })
    expect(world.timeline.map(({ eventKey }) => eventKey)).toEqual(
      ['proposed', 'acting', 'finished'].map((step) => `remediation/${attempt}/${step}`),
    )
    expect(world.evidence).toMatchObject([
      {
        incident: 1,
        about: { kind: 'attempt', attempt },
        title: 'flush on feed: helped',
        window: { to: finished?.finishedAt },
      },
    ])
  })

  it('lists what was tried without what was measured', async () => {
    await activities.proposeAttempt(proposal)
    expect(await activities.listAttempts(1)).toEqual([{ id: attempt, rung: 1, outcome: null }])
  })
})

describe('the last look before the act', () => {
  it('tells what was measured', async () => {
    await activities.proposeAttempt(proposal)
    await activities.prepareAttempt({ attempt })
    expect(world.timeline.at(-1)?.summary).toBe(
      'Firewatch carries out flush on feed. Before it: Likes per user 3, a day before 8.9.',
    )
  })

  it('does nothing when what was wrong is right again', async () => {
    await activities.proposeAttempt(proposal)
    world.state = 'ok'
    expect(await activities.prepareAttempt({ attempt })).toEqual({
      ready: false,
      ending: { outcome: 'cleared', explanation: { kind: 'cleared', before: 'act' }, next: 'end' },
    })
  })

  it('refuses when the measurements have gone stale or unknown since', async () => {
    await activities.proposeAttempt(proposal)
    world.state = 'unknown'
    expect(await activities.prepareAttempt({ attempt })).toMatchObject({
      ready: false,
      ending: {
        outcome: 'refused',
        explanation: {
          kind: 'refused',
          decision: {
            guard: 'metrics',
            findings: expect.arrayContaining([
              { guard: 'metrics', allowed: false, measured: 'unknown', reasons: ['deviates'] },
            ]) as [],
          },
        },
        next: 'hand-over',
      },
    })
  })
})

describe('verification', () => {
  it('needs an act', async () => {
    await activities.proposeAttempt(proposal)
    await expect(activities.verifyAttempt({ attempt, verify: rung('flush').verify })).rejects.toThrow(
      'INC-1/a1 has not acted yet',
    )
  })
})
