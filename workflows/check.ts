import { isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { CheckActivities, ShardResult, ShardRun } from '../activities/check.ts'

const measuring = proxyActivities<CheckActivities>({
  startToCloseTimeout: '60s',
  scheduleToCloseTimeout: '90s',
  retry: { initialInterval: '500ms', maximumInterval: '5s', maximumAttempts: 3 },
  summary: 'Measure and judge every series of the shard',
})

const recording = proxyActivities<CheckActivities>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '2m',
  retry: { initialInterval: '1s', maximumInterval: '10s', maximumAttempts: 5 },
  summary: 'Nothing could be measured: record every series as unknown',
})

/** One run of a shard of checks, set off by its schedule. What cannot be measured is recorded as unknown, never passed over in silence. */
export async function checkShard({ shard }: Pick<ShardRun, 'shard'>): Promise<ShardResult> {
  const run = { shard, startedAt: workflowInfo().startTime.toISOString() }
  try {
    return await measuring.runCheckShard(run)
  } catch (error) {
    if (isCancellation(error)) throw error
    return await recording.recordUnmeasured({ ...run, error: innermostMessage(error) })
  }
}

/** The innermost message: those around it only say that an activity failed. */
function innermostMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : innermostMessage(error.cause)
}
