import { log } from '@temporalio/activity'
import type { Finding, RecordedIncident } from '../src/domain/audit/audit.ts'
import { errorMessage } from '../src/domain/values/error-message.ts'
import {
  auditsInterruptedMs,
  type IncidentWithoutReview,
  isHanging,
  reviewAfterMs,
  type RunningWorkflow,
  type ScheduleStanding,
  workflowFindings,
} from '../src/domain/audit/workflows.ts'
import type { Configuration } from '../src/domain/configuration/configuration.ts'

/** A review that nobody drafted for so long is not looked for any more. */
const reviewsLookedForMs = 7 * 86_400_000

export interface WorkflowAuditStore {
  lastRunAt(): Promise<string | null>
  /** Start of the newest bucket that each of these checks was run for; those that never were are left out. */
  newestBuckets(checks: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** The oldest first; a bounded number. */
  withoutReview(resolvedAfter: string, resolvedBefore: string): Promise<readonly IncidentWithoutReview[]>
}

/** What runs the workflows. */
export interface WorkflowEngine {
  /** Workflows of ours that run; of many, another part at each call. */
  running(): Promise<readonly RunningWorkflow[]>
  schedules(): Promise<readonly ScheduleStanding[]>
  /** Makes these schedules those of the configuration again. */
  restoreSchedules(ids: readonly string[]): Promise<void>
  /** Does nothing when that run is over. */
  end(workflow: Pick<RunningWorkflow, 'id' | 'runId'>, reason: string): Promise<void>
  /** False when its workflow runs already. */
  beginReview(incident: number): Promise<boolean>
}

export interface WorkflowAuditDependencies {
  readonly audits: WorkflowAuditStore
  readonly engine: WorkflowEngine
  readonly running: () => Pick<Configuration, 'checks'>
}

export interface WorkflowLook {
  readonly findings: readonly Finding[]
  readonly hanging: readonly RunningWorkflow[]
  readonly schedules: readonly ScheduleStanding[]
}

/** Notices when audits were interrupted: what did not run in an outage is not held against it. Of one process. */
export function createSteadiness(startedAt: number) {
  let since = startedAt
  return {
    /** @returns since when audits come without interruption, epoch milliseconds */
    note(at: number, lastRunAt: string | null): number {
      if (lastRunAt !== null && at - Date.parse(lastRunAt) > auditsInterruptedMs) since = at
      return since
    },
  }
}

export async function lookAtWorkflows(
  { audits, engine, running }: WorkflowAuditDependencies,
  at: number,
  steadySince: number,
  open: readonly RecordedIncident[],
): Promise<WorkflowLook> {
  const [workflows, schedules] = await Promise.all([engine.running(), engine.schedules()])
  const iso = (ms: number) => new Date(ms).toISOString()
  const findings = workflowFindings({
    at,
    steadySince,
    workflows,
    schedules,
    checks: running().checks,
    newestBuckets: await audits.newestBuckets(schedules.flatMap(({ checks }) => checks)),
    withoutReview: await audits.withoutReview(iso(at - reviewsLookedForMs), iso(at - reviewAfterMs)),
    open: new Map(open.map((incident) => [incident.number, incident])),
  })
  return { findings, hanging: workflows.filter((one) => isHanging(one, at)), schedules }
}

/**
 * Makes schedules again, ends runs that hang and begins reviews that nobody drafts. What a person paused stays paused.
 * @returns incidents whose review was begun just now
 */
export async function repairWorkflows(
  { engine }: WorkflowAuditDependencies,
  { findings, hanging, schedules }: WorkflowLook,
): Promise<ReadonlySet<number>> {
  const lost = schedules.filter(({ state }) => state === 'missing' || state === 'changed')
  await attempt('could not restore schedules', () => engine.restoreSchedules(lost.map(({ id }) => id)))
  for (const workflow of hanging) {
    const reason = 'it hung, and kept every other run of its schedule away'
    await attempt('could not end a run of checks that hangs', () => engine.end(workflow, reason))
  }
  const begun = new Set<number>()
  for (const { kind, incident } of findings) {
    if (kind !== 'missing-review' || incident === null) continue
    await attempt('could not start a review', async () => {
      if (await engine.beginReview(incident)) begun.add(incident)
    })
  }
  return begun
}

/** A repair that fails is told, and the finding stays. */
async function attempt(failure: string, repair: () => Promise<void>): Promise<void> {
  try {
    await repair()
  } catch (error) {
    log.warn(failure, { reason: errorMessage(error) })
  }
}
