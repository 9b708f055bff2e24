import {
  type Client,
  type WorkflowExecutionDescription,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionInfo,
  WorkflowNotFoundError,
} from '@temporalio/client'
import {
  failingActivityTries,
  failingTaskTries,
  type RunningWorkflow,
  type ScheduleStanding,
} from '../domain/audit/workflows.ts'
import type { CheckShard } from '../domain/check/shards.ts'
import { mapAtMost } from '../domain/values/concurrency.ts'
import { errorText } from '../domain/page/delivery.ts'
import { incidentName, parseIncidentName } from '../domain/investigate/evidence.ts'
import { searchAttributeNames } from '../domain/incident/messages.ts'
import { scheduleStandings, syncShards } from './schedules.ts'

/** Exported names of `workflows/index.ts`. */
const workflowTypes = ['incident', 'review', 'remediationAttempt', 'followUp', 'checkShard', 'audit']
const reviewWorkflow = 'review'
/** Questions to Temporal at once. */
const concurrency = 10
/** Workflows that one call asks about; the next goes on behind them. */
const mostAsked = 500
const mostListed = 10_000
/** For all questions of one call. */
const answerWithinMs = 15_000

export interface WorkflowEngineOptions {
  readonly taskQueue: string
  /** As configured now. */
  readonly shards: () => readonly CheckShard[]
}

/** What Temporal itself says of the workflows and schedules of Firewatch. Every call has a deadline. */
export function createWorkflowEngine(client: Client, { taskQueue, shards }: WorkflowEngineOptions) {
  const within = <Result>(ask: () => Promise<Result>) => client.withDeadline(Date.now() + answerWithinMs, ask)
  let next = 0
  return {
    running: (): Promise<RunningWorkflow[]> =>
      within(async () => {
        const listed = await list(client, taskQueue)
        const from = next < listed.length ? next : 0
        const asked = listed.slice(from, from + mostAsked)
        next = from + asked.length
        const described = await mapAtMost(concurrency, asked, (one) => describe(client, one))
        return described.flatMap((one) => one ?? [])
      }),

    schedules: (): Promise<ScheduleStanding[]> =>
      within(() => scheduleStandings(client, shards(), taskQueue)),

    restoreSchedules: (ids: readonly string[]): Promise<void> =>
      within(async () => {
        const lost = shards().filter(({ id }) => ids.includes(id))
        await syncShards(client, lost, taskQueue)
      }),

    async end({ id, runId }: Pick<RunningWorkflow, 'id' | 'runId'>, reason: string): Promise<void> {
      try {
        await within(() => client.workflow.getHandle(id, runId).terminate(reason))
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error
      }
    },

    async beginReview(incident: number): Promise<boolean> {
      const name = incidentName(incident)
      try {
        await within(() =>
          client.workflow.start(reviewWorkflow, {
            workflowId: `review/${name}`,
            taskQueue,
            args: [{ incident }],
            staticSummary: `Post-mortem of ${name}, begun by the auditor`,
          }),
        )
        return true
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return false
        throw error
      }
    },
  }
}

async function list({ workflow }: Client, taskQueue: string): Promise<WorkflowExecutionInfo[]> {
  const types = workflowTypes.map((type) => `'${type}'`).join(', ')
  const query = `ExecutionStatus = 'Running' AND WorkflowType IN (${types})`
  const listed: WorkflowExecutionInfo[] = []
  for await (const one of workflow.list({ query })) {
    if (one.taskQueue === taskQueue) listed.push(one)
    if (listed.length === mostListed) break
  }
  return listed
}

/** `undefined` when it is over: the list lags behind. */
async function describe(
  client: Client,
  { workflowId, runId }: WorkflowExecutionInfo,
): Promise<RunningWorkflow | undefined> {
  try {
    const described = await client.workflow.getHandle(workflowId, runId).describe()
    if (described.status.name !== 'RUNNING') return undefined
    return {
      id: workflowId,
      runId,
      type: described.type,
      startedAt: described.startTime.toISOString(),
      incident: incidentOf(described),
      failingTask: await failingTaskOf(client, described),
      failingActivity: failingActivityOf(described),
    }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined
    throw error
  }
}

function incidentOf({ searchAttributes }: WorkflowExecutionDescription): number | null {
  const [name] = searchAttributes[searchAttributeNames.incident] ?? []
  return (typeof name === 'string' ? parseIncidentName(name) : undefined) ?? null
}

/** Only the first failure of a task is in the history; how often it was tried since is only in what the server describes. */
async function failingTaskOf(
  { workflowService, options: { namespace } }: Client,
  { workflowId, runId, raw }: WorkflowExecutionDescription,
): Promise<RunningWorkflow['failingTask']> {
  const tries = raw.pendingWorkflowTask?.attempt ?? 0
  if (tries < failingTaskTries) return null
  const { history } = await workflowService.getWorkflowExecutionHistoryReverse({
    namespace,
    execution: { workflowId, runId },
    maximumPageSize: 10,
  })
  const failure = history?.events
    ?.map((event) => event.workflowTaskFailedEventAttributes?.failure?.message)
    .find((message) => typeof message === 'string')
  return { tries, reason: errorText(failure ?? 'its workflow task is not completed in time') }
}

function failingActivityOf({ raw }: WorkflowExecutionDescription): RunningWorkflow['failingActivity'] {
  const failing = (raw.pendingActivities ?? [])
    .filter(({ maximumAttempts, lastFailure }) => (maximumAttempts ?? 0) === 0 && lastFailure != null)
    .toSorted((a, b) => (b.attempt ?? 0) - (a.attempt ?? 0))[0]
  const tries = failing?.attempt ?? 0
  if (failing === undefined || tries < failingActivityTries) return null
  const reason = errorText(failing.lastFailure?.message ?? 'it gives no reason')
  return { activity: failing.activityType?.name ?? 'an activity', tries, reason }
}
