import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { remediationWorkflowId } from '../../src/domain/remediate/remediate.ts'
import type { Effect } from '../../src/domain/remediate/remediation.ts'
import { createGuardLedger } from '../../src/postgres/guard-ledger.ts'
import { type Descents, startDescents } from '../support/descents.ts'
import { type RemediationWorld, rung } from '../support/remediation.ts'
import { startTimeSkipping } from '../support/temporal.ts'
import { thrown } from '../support/kill-switch.ts'

let descents: Descents
let world: RemediationWorld
let incident: number
let taskQueue: string

beforeAll(async () => {
  descents = await startDescents(startTimeSkipping)
})
afterAll(() => descents?.stop())
beforeEach(async () => {
  ;({ world, incident, taskQueue } = await descents.begin())
})

/** A running workflow, by its id. */
function handleOf(workflowId: string) {
  return descents.temporal.client.workflow.getHandle(workflowId)
}

const containing = (text: string) => expect.stringContaining(text) as string

describe('the ladder', () => {
  it('ends where an attempt helps, with a record of it', async () => {
    world.onAct = () => {
      world.state = 'ok'
      return 'done'
    }
    const result = await descents.descend()
    expect(result).toMatchObject({ end: 'helped', explanation: containing('Likes per user 3 → 8.7') })
    expect(world.acts).toMatchObject([{ attempt: `INC-${incident}/a1`, fence: 1, timeoutMs: 1_000 }])
    const [attempt] = await descents.attempts(incident)
    expect(attempt).toMatchObject({
      rung: 1,
      action: 'flush',
      state: 'done',
      effect: 'done',
      outcome: 'helped',
    })
    expect(attempt?.before?.verdicts).toMatchObject([{ state: 'firing', value: 3 }])
    expect(attempt?.after?.verdicts).toMatchObject([{ state: 'ok', value: 8.7 }, { state: 'ok' }])
  })

  it('tells the timeline each step once, and keeps the answer and the run as evidence', async () => {
    await descents.descend({}, { ladder: [rung('flush')] })
    const attempt = `INC-${incident}/a1`
    expect(world.timeline.map(({ eventKey }) => eventKey)).toEqual(
      ['proposed', 'acting', 'acted', 'finished'].map((step) => `remediation/${attempt}/${step}`),
    )
    expect(world.evidence).toMatchObject([
      {
        about: { kind: 'answer', attempt },
        kind: 'remediation-run',
        result: { effect: 'done', body: 'said' },
      },
      {
        about: { kind: 'attempt', attempt },
        kind: 'remediation-run',
        result: { action: 'flush', outcome: 'no-effect' },
      },
    ])
  })

  it('goes one rung down when the first had no effect', async () => {
    world.onAct = ({ attempt }) => {
      if (attempt.endsWith('a2')) world.state = 'ok'
      return 'done'
    }
    expect(await descents.descend()).toMatchObject({
      end: 'helped',
      said: [
        'Trying flush on feed (rung 1 of 2)',
        containing('It had no effect: 2 of 2 samples after it still fire.'),
        'Trying restart on feed (rung 2 of 2)',
      ],
    })
    expect(world.acts).toMatchObject([{ fence: 1 }, { fence: 2 }])
    expect(await descents.attempts(incident)).toMatchObject([
      { outcome: 'no-effect' },
      { outcome: 'helped', rung: 2 },
    ])
  })

  it('ends with people when nothing helped, and has nothing left when asked again', async () => {
    expect(await descents.descend()).toMatchObject({
      end: 'handed-over',
      explanation: containing(
        'Automation hands over to people: nothing is left to try. Last try: restart on feed',
      ),
    })
    expect(await descents.descend()).toMatchObject({ end: 'nothing-to-try' })
    expect(world.acts).toHaveLength(2)
  })

  it('ends with people at once when it got worse', async () => {
    const collapsed = { value: 0, baselines: [{ kind: 'before' as const, daysAgo: 1, value: 8.9, diff: 1 }] }
    const result = await descents.descend({
      exchange: (deps) => ({
        ...deps,
        verdicts: {
          latest: (series) => deps.verdicts.latest(series),
          since: async (series, at) =>
            (await deps.verdicts.since(series, at)).map((one) => ({ ...one, ...collapsed })),
        },
      }),
    })
    expect(result).toMatchObject({ end: 'handed-over', explanation: containing('It got worse') })
    expect(world.acts).toHaveLength(1)
  })

  it('has three attempts at most', async () => {
    const ladder = ['one', 'two', 'three', 'four'].map((name) => rung('flush', name))
    const result = await descents.descend({ others: ladder.map(({ target }) => target) }, { ladder })
    expect(result).toMatchObject({ end: 'handed-over', explanation: containing('had its 3 attempts') })
    expect(world.acts).toHaveLength(3)
  })
})

describe('guards', () => {
  it('refuse while a kill switch is thrown, with its reason', async () => {
    await createGuardLedger(descents.database.db).stop(thrown('everything'))
    const explanation = containing('ann stopped automation for everything: we migrate')
    expect(await descents.descend()).toMatchObject({ end: 'handed-over', explanation })
    expect(world.acts).toEqual([])
    expect(await descents.attempts(incident)).toMatchObject([
      { outcome: 'refused', state: 'done', startedAt: null },
    ])
  })

  it('pass over a target that is stopped', async () => {
    await createGuardLedger(descents.database.db).stop(thrown('target/feed'))
    const ladder = [rung('flush'), rung('flush', 'feed-2')]
    await descents.descend({ others: ['feed-2'] }, { ladder })
    expect(await descents.attempts(incident)).toMatchObject([
      { outcome: 'refused' },
      { outcome: 'no-effect' },
    ])
  })

  it('are asked again right before the act', async () => {
    const result = await descents.descend({
      exchange: (deps) => ({
        ...deps,
        guards: {
          ...deps.guards,
          async lease(request) {
            await createGuardLedger(descents.database.db).stop(thrown(`incident/INC-${incident}`))
            return deps.guards.lease(request)
          },
        },
      }),
    })
    expect(result).toMatchObject({ end: 'handed-over' })
    expect(world.acts).toEqual([])
    expect(await descents.attempts(incident)).toMatchObject([
      { outcome: 'refused', explanation: { kind: 'refused', decision: { guard: 'kill-switch' } } },
    ])
  })

  it.each(['guards.switches', 'guards.lease', 'verdicts.latest'] as const)(
    'refuse when they cannot be read: %s',
    async (broken) => {
      world.before = (step) => {
        if (step === broken) throw new Error('PostgreSQL is away')
      }
      const explanation = containing('could not be read (PostgreSQL is away)')
      expect(await descents.descend()).toMatchObject({ end: 'handed-over', explanation })
      expect(world.acts).toEqual([])
    },
  )

  it('leave a second target of a group to people while the budget is taken', async () => {
    const first = incident
    await descents.nextIncident()
    let second: Awaited<ReturnType<Descents['start']>> | undefined
    world.onAct = async (): Promise<Effect> => {
      second ??= await descents.start({ ladder: [rung('restart', 'feed-2')] })
      await descents.ended(second.workflowId)
      return 'done'
    }
    await descents.descend({ others: ['feed-2'] }, { incident: first, ladder: [rung('flush')] })
    const explanation = containing(`feed by INC-${first}/a1`)
    expect(await second?.result()).toMatchObject({ end: 'handed-over', explanation })
    expect(world.acts).toHaveLength(1)
  })

  it('do not act on a symptom that has cleared', async () => {
    world.state = 'ok'
    expect(await descents.descend()).toMatchObject({ end: 'cleared' })
    expect(world.acts).toEqual([])
    expect(await descents.attempts(incident)).toMatchObject([{ outcome: 'cleared', effect: null }])
  })

  it('do not act once no alert fires any more', async () => {
    const result = await descents.descend({
      exchange: (deps) => ({
        ...deps,
        guards: {
          ...deps.guards,
          async lease(request) {
            await descents.database.pool.query("UPDATE incident_alerts SET status = 'resolved'")
            return deps.guards.lease(request)
          },
        },
      }),
    })
    expect(result).toMatchObject({ end: 'cleared' })
    expect(world.acts).toEqual([])
  })
})

describe('the lock of a target', () => {
  it('lets a second incident wait until the first repair is over', async () => {
    const first = incident
    const next = await descents.nextIncident()
    let second: Awaited<ReturnType<Descents['start']>> | undefined
    world.onAct = async ({ attempt }): Promise<Effect> => {
      if (attempt === `INC-${first}/a1`) second = await descents.start({ ladder: [rung('restart')] })
      return 'done'
    }
    const result = await descents.withWorker(async () => {
      await (await descents.start({ incident: first, ladder: [rung('flush')] })).result()
      return second?.result()
    })
    expect(result?.said).toContain('feed is being repaired for another incident; waiting for that')
    const [[before], [after]] = [await descents.attempts(first), await descents.attempts(next)]
    expect(Date.parse(after?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(before?.finishedAt ?? ''))
    expect(world.acts.map(({ fence }) => fence)).toEqual([1, 2])
  })

  it('is for people when the other repair does not end', async () => {
    const result = await descents.withWorker(
      async () => {
        // A repair may take 1 s and twice 10 min.
        const workflowId = remediationWorkflowId('feed-2')
        const workflowRunTimeout = '1h'
        await descents.temporal.client.workflow.start('holder', { taskQueue, workflowId, workflowRunTimeout })
        return (await descents.start({ ladder: [rung('flush', 'feed-2')] })).result()
      },
      { others: ['feed-2'] },
    )
    expect(result).toMatchObject({ end: 'handed-over', explanation: containing('target-lock') })
    expect(world.acts).toEqual([])
    expect(await descents.attempts(incident)).toMatchObject([{ outcome: 'refused', state: 'done' }])
  })

  it.each([
    ['stop', 'stopped', 'refused'],
    ['clear', 'cleared', 'cleared'],
  ] as const)('is not waited for after "%s"', async (signal, end, outcome) => {
    const target = `feed-${signal}`
    const result = await descents.withWorker(
      async () => {
        const workflowId = remediationWorkflowId(target)
        const workflowRunTimeout = '1h'
        await descents.temporal.client.workflow.start('holder', { taskQueue, workflowId, workflowRunTimeout })
        const handle = await descents.start({ ladder: [rung('flush', target)] })
        await expect.poll(() => descents.attempts(incident), { timeout: 10_000 }).toHaveLength(1)
        await handle.signal(signal)
        return handle.result()
      },
      { others: [target] },
    )
    expect(result).toMatchObject({ end })
    expect(await descents.attempts(incident)).toMatchObject([{ outcome, state: 'done', startedAt: null }])
  })
})

describe('people who step in', () => {
  it('let a running attempt finish and be verified, and no other begins', async () => {
    world.onAct = async (): Promise<Effect> => {
      await handleOf(`descent-${incident}`).signal('stop')
      return 'done'
    }
    expect(await descents.descend()).toMatchObject({ end: 'stopped' })
    expect(world.acts).toHaveLength(1)
    expect(await descents.attempts(incident)).toMatchObject([{ outcome: 'no-effect' }])
  })

  it('end the descent by cancelling it, and the attempt goes on by itself', async () => {
    world.onAct = async (): Promise<Effect> => {
      world.state = 'ok'
      await handleOf(`descent-${incident}`).cancel()
      return 'done'
    }
    await descents.withWorker(async () => {
      await expect((await descents.start()).result()).rejects.toThrow()
      await handleOf(remediationWorkflowId('feed')).result()
    })
    expect(await descents.attempts(incident)).toMatchObject([{ outcome: 'helped', state: 'done' }])
  })

  it('find an attempt that they cancelled recorded as such', async () => {
    world.onAct = async (): Promise<Effect> => {
      await handleOf(remediationWorkflowId('feed')).cancel()
      return 'done'
    }
    expect(await descents.descend()).toMatchObject({ end: 'handed-over' })
    const explanation = { kind: 'cancelled', before: 'verification' }
    expect(await descents.attempts(incident)).toMatchObject([
      { effect: 'done', outcome: 'unknown', explanation },
    ])
  })
})
