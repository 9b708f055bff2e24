import { randomUUID } from 'node:crypto'
import { ApplicationFailure } from '@temporalio/common'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { Worker, type WorkflowBundle } from '@temporalio/worker'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CheckActivities, ShardResult } from '../../activities/check.ts'
import type { CheckShard } from '../../src/domain/check/shards.ts'
import { syncSchedules } from '../../src/temporal/schedules.ts'
import { bundleWorkflows, startTemporal } from '../support/temporal.ts'

let temporal: TestWorkflowEnvironment
let workflowBundle: WorkflowBundle

beforeAll(async () => {
  ;[temporal, workflowBundle] = await Promise.all([
    startTemporal(),
    bundleWorkflows('../../workflows/check.ts', import.meta.url),
  ])
})
afterAll(() => temporal?.teardown())
afterEach(() => syncSchedules(temporal.client, [], 'none'))

const result: ShardResult = {
  ok: 3,
  firing: 1,
  unknown: 0,
  alerts: 1,
  transitions: ['check/a/likes/total/total/now/firing'],
}

/** Works on a queue of its own with these activities while `during` runs. */
async function working<Result>(
  activities: Partial<CheckActivities>,
  during: (taskQueue: string) => Promise<Result>,
): Promise<Result> {
  const taskQueue = randomUUID()
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue,
    workflowBundle,
    activities,
  })
  return worker.runUntil(() => during(taskQueue))
}

function runOnce(taskQueue: string): Promise<ShardResult> {
  const shard = { id: 'check/15m/0', checks: ['a', 'b'] }
  return temporal.client.workflow.execute<(input: object) => Promise<ShardResult>>('checkShard', {
    workflowId: randomUUID(),
    taskQueue,
    args: [{ shard }],
  })
}

function shard(change: Partial<CheckShard> = {}): CheckShard {
  return { id: 'check/1h/0', everyMs: 3_600_000, lateMs: 0, checks: ['a', 'b'], series: 12, ...change }
}

describe('one run of a shard', () => {
  it('is one activity, which hears when the run was due', async () => {
    const runs: unknown[] = []
    const runCheckShard: CheckActivities['runCheckShard'] = async (run) => {
      runs.push(run)
      return result
    }
    expect(await working({ runCheckShard }, runOnce)).toEqual(result)
    expect(runs).toEqual([
      {
        shard: { id: 'check/15m/0', checks: ['a', 'b'] },
        startedAt: expect.stringMatching(/^20\d\d-.*Z$/) as string,
      },
    ])
  })

  it('tries again a few times, and then records that nothing is known', async () => {
    let tries = 0
    const recorded: unknown[] = []
    const activities: Partial<CheckActivities> = {
      runCheckShard: async () => {
        tries++
        throw ApplicationFailure.retryable('ClickHouse at http://127.0.0.1:1 is unavailable')
      },
      recordUnmeasured: async (run) => {
        recorded.push(run)
        return { ...result, ok: 0, firing: 0, unknown: 4 }
      },
    }
    expect(await working(activities, runOnce)).toMatchObject({ ok: 0, unknown: 4 })
    expect(tries).toBe(3)
    expect(recorded).toMatchObject([
      { shard: { id: 'check/15m/0' }, error: 'ClickHouse at http://127.0.0.1:1 is unavailable' },
    ])
  })
})

describe('the schedules', () => {
  const sync = (shards: readonly CheckShard[], taskQueue = 'checks') =>
    syncSchedules(temporal.client, shards, taskQueue)
  const describeSchedule = (id: string) => temporal.client.schedule.getHandle(id).describe()
  async function listed(): Promise<string[]> {
    const ids: string[] = []
    for await (const { scheduleId } of temporal.client.schedule.list()) ids.push(scheduleId)
    return ids
  }
  const unchanged = { created: [], updated: [], deleted: [] }

  it('are made once, follow a change, and go with their shard', async () => {
    expect(await sync([shard(), shard({ id: 'check/1h/1', checks: ['c'], series: 1 })])).toEqual({
      ...unchanged,
      created: ['check/1h/0', 'check/1h/1'],
    })
    expect(await sync([shard(), shard({ id: 'check/1h/1', checks: ['c'], series: 1 })])).toEqual(unchanged)
    // The list of schedules, which removal goes by, lags behind.
    await expect.poll(async () => (await listed()).length).toBe(2)
    expect(await sync([shard({ checks: ['a', 'b', 'd'] })])).toEqual({
      ...unchanged,
      updated: ['check/1h/0'],
      deleted: ['check/1h/1'],
    })
    expect(await sync([shard({ checks: ['a', 'b', 'd'] })])).toMatchObject({ created: [], updated: [] })
    expect((await describeSchedule('check/1h/0')).action.args).toEqual([
      { shard: { id: 'check/1h/0', checks: ['a', 'b', 'd'] } },
    ])
  })

  it('never overlap, make up for one interval at most, and wait for late rows', async () => {
    await sync([
      shard({ everyMs: 900_000, lateMs: 30_000 }),
      shard({ id: 'check/5s/0', everyMs: 5_000, lateMs: 12_000 }),
    ])
    const slow = await describeSchedule('check/1h/0')
    expect(slow.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 900_000 })
    expect(slow.spec.intervals).toEqual([{ every: 900_000, offset: 30_000 }])
    expect(slow.state.note).toBe('12 series of 2 checks')
    const fast = await describeSchedule('check/5s/0')
    expect(fast.policies.catchupWindow).toBe(10_000)
    expect(fast.spec.intervals).toEqual([{ every: 5_000, offset: 2_000 }])
  })

  it('stay paused when an operator paused them', async () => {
    await sync([shard()])
    await temporal.client.schedule.getHandle('check/1h/0').pause('ClickHouse moves')
    await sync([shard({ checks: ['z'] })])
    expect((await describeSchedule('check/1h/0')).state).toMatchObject({
      paused: true,
      note: 'ClickHouse moves',
    })
  })

  it('leave those of others alone', async () => {
    const { schedule } = temporal.client
    const action = { type: 'startWorkflow', workflowType: 'other', taskQueue: 'other' } as const
    const other = await schedule.create({
      scheduleId: 'other',
      spec: { intervals: [{ every: '1h' }] },
      action,
    })
    await expect.poll(async () => await listed()).toContain('other')
    expect((await sync([])).deleted).not.toContain('other')
    await other.delete()
  })

  it('run a shard at once and then again and again', async () => {
    const runs: string[] = []
    const runCheckShard: CheckActivities['runCheckShard'] = async ({ shard: { id }, startedAt }) => {
      runs.push(`${id} ${startedAt}`)
      return result
    }
    await working({ runCheckShard }, async (taskQueue) => {
      await sync([shard({ id: 'check/1s/0', everyMs: 1_000 })], taskQueue)
      await expect.poll(() => runs.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3)
    })
    expect(runs.every((run) => run.startsWith('check/1s/0 '))).toBe(true)
    expect(new Set(runs).size).toBe(runs.length)
  })
})
