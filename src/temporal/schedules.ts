import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleClient,
  type ScheduleDescription,
  type ScheduleOptions,
} from '@temporalio/client'
import { type ScheduleStanding, shardLastsMs } from '../domain/audit/workflows.ts'
import type { CheckShard } from '../domain/check/shards.ts'
import { formatDuration } from '../domain/values/duration.ts'

/** Exported names of `workflows/index.ts`. */
const checkWorkflow = 'checkShard'
const auditWorkflow = 'audit'
/** Of the auditor's schedule, which belongs to no check. */
const auditId = 'audit'
const auditEveryMs = 60_000
/** An audit that no worker took up by then says nothing of now, and must not keep the next one away. */
const auditLastsMs = 120_000
/** The server takes nothing shorter. */
const leastCatchupMs = 10_000
/** Tells our schedules from others of the namespace. */
const memo = { managedBy: 'firewatch' }

/** Ids of schedules, by what was done about them. */
export interface ScheduleChanges {
  readonly created: readonly string[]
  readonly updated: readonly string[]
  readonly deleted: readonly string[]
}

/** Sets off the auditor of paging once a minute. Doing it again changes nothing; a paused schedule stays paused. */
export async function ensureAuditSchedule({ schedule }: Client, taskQueue: string): Promise<void> {
  await ensure(schedule, {
    scheduleId: auditId,
    spec: { intervals: [{ every: auditEveryMs, offset: 0 }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: leastCatchupMs },
    action: {
      type: 'startWorkflow',
      workflowType: auditWorkflow,
      workflowId: auditId,
      taskQueue,
      args: [],
      workflowRunTimeout: auditLastsMs,
      staticSummary: 'Is somebody looked for wherever somebody should be?',
    },
    memo,
    state: { note: 'checks that paging is healthy', triggerImmediately: true },
  })
}

/** Makes Temporal's schedules of checks those of the given shards. Doing it again changes nothing; a paused schedule stays paused. */
export async function syncSchedules(
  { schedule }: Client,
  shards: readonly CheckShard[],
  taskQueue: string,
): Promise<ScheduleChanges> {
  const changes = { ...(await syncShards({ schedule }, shards, taskQueue)), deleted: [] as string[] }
  const wanted = new Set([...shards.map(({ id }) => id), auditId])
  for await (const { scheduleId, memo: found } of schedule.list()) {
    if (found?.['managedBy'] !== memo.managedBy || wanted.has(scheduleId)) continue
    if (await remove(schedule, scheduleId)) changes.deleted.push(scheduleId)
  }
  return changes
}

/** Makes the schedules of these shards, and leaves all others alone. */
export async function syncShards(
  { schedule }: Pick<Client, 'schedule'>,
  shards: readonly CheckShard[],
  taskQueue: string,
): Promise<Omit<ScheduleChanges, 'deleted'>> {
  const changes = { created: [] as string[], updated: [] as string[] }
  for (const shard of shards) {
    const change = await ensure(schedule, optionsOf(shard, taskQueue))
    if (change !== undefined) changes[change].push(shard.id)
  }
  return changes
}

/** How the schedules of these shards stand beside what {@link syncSchedules} made of them. */
export async function scheduleStandings(
  { schedule }: Pick<Client, 'schedule'>,
  shards: readonly CheckShard[],
  taskQueue: string,
): Promise<ScheduleStanding[]> {
  const standings: ScheduleStanding[] = []
  for (const shard of shards) {
    const { id, checks } = shard
    try {
      const found = await schedule.getHandle(id).describe()
      const { createdAt, lastUpdatedAt } = found.info
      const state = found.state.paused
        ? 'paused'
        : sameDefinition(found, optionsOf(shard, taskQueue))
          ? 'running'
          : 'changed'
      const since = (lastUpdatedAt ?? createdAt).toISOString()
      standings.push({ id, checks, state, note: found.state.note ?? '', since })
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error
      standings.push({ id, checks, state: 'missing', note: '', since: null })
    }
  }
  return standings
}

function optionsOf(shard: CheckShard, taskQueue: string): OurSchedule {
  const { id, everyMs, lateMs, checks, series } = shard
  const content = `${series} series of ${checks.length === 1 ? `check ${checks[0]}` : `${checks.length} checks`}`
  return {
    scheduleId: id,
    spec: { intervals: [{ every: everyMs, offset: lateMs % everyMs }] },
    policies: {
      // A run that takes too long is not overtaken, and an outage is not made up for: only the newest bucket counts.
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: Math.max(everyMs, leastCatchupMs),
    },
    action: {
      type: 'startWorkflow',
      workflowType: checkWorkflow,
      workflowId: id,
      taskQueue,
      args: [{ shard: { id, checks } }],
      // One that hangs must not keep every other run away.
      workflowRunTimeout: shardLastsMs,
      staticSummary: `${content}, every ${formatDuration(everyMs)}`,
    },
    memo,
    state: { note: content, triggerImmediately: true },
  }
}

/** A schedule as we write them. */
type OurSchedule = ScheduleOptions & {
  readonly spec: { readonly intervals: { every: number; offset: number }[] }
  readonly policies: { readonly overlap: ScheduleOverlapPolicy; readonly catchupWindow: number }
  readonly action: {
    readonly workflowType: string
    readonly taskQueue: string
    readonly args: unknown[]
    readonly workflowRunTimeout: number
  }
  readonly state: { readonly note: string; readonly triggerImmediately: true }
}

async function ensure(
  schedules: ScheduleClient,
  options: OurSchedule,
): Promise<'created' | 'updated' | undefined> {
  try {
    await schedules.create(options)
    return 'created'
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error
  }
  const handle = schedules.getHandle(options.scheduleId)
  if (sameDefinition(await handle.describe(), options)) return undefined
  const { spec, policies, action, state } = options
  await handle.update(({ state: current }) => ({
    spec,
    policies,
    action,
    state: { paused: current.paused, note: current.paused ? (current.note ?? '') : state.note },
  }))
  return 'updated'
}

function sameDefinition({ spec, policies, action }: ScheduleDescription, wanted: OurSchedule): boolean {
  const found = {
    intervals: spec.intervals?.map(({ every, offset }) => ({ every, offset })),
    overlap: policies.overlap,
    catchupWindow: policies.catchupWindow,
    workflowType: action.workflowType,
    taskQueue: action.taskQueue,
    args: action.args,
    workflowRunTimeout: action.workflowRunTimeout,
  }
  const expected: typeof found = {
    intervals: wanted.spec.intervals,
    overlap: wanted.policies.overlap,
    catchupWindow: wanted.policies.catchupWindow,
    workflowType: wanted.action.workflowType,
    taskQueue: wanted.action.taskQueue,
    args: wanted.action.args,
    workflowRunTimeout: wanted.action.workflowRunTimeout,
  }
  return JSON.stringify(found) === JSON.stringify(expected)
}

/** False when it was gone already: the list lags behind. */
async function remove(schedules: ScheduleClient, id: string): Promise<boolean> {
  try {
    await schedules.getHandle(id).delete()
    return true
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false
    throw error
  }
}
