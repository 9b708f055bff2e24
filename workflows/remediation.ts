import { proxyActivities } from '@temporalio/workflow'
import type { IncidentActivities } from '../activities/incident.ts'
import { remediate } from './remediate.ts'

export interface RemediationInput {
  readonly incident: number
  /** Which time of its firing this is for. */
  readonly opening: number
}

const activities = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '1d',
  retry: { maximumInterval: '10s' },
})

/**
 * Goes down the remediation ladder beside the incident, `remediate/INC-42/1`: it neither waits for people nor makes them wait. An attempt is a workflow of
 * its own, so one that still runs when this ends is finished and verified all the same.
 */
export async function remediation({ incident, opening }: RemediationInput): Promise<void> {
  const plan = await activities.readPlan(incident)
  const result = await remediate({
    incident,
    ladder: plan.ladder,
    sampleEveryMs: plan.sampleEveryMs,
    standing: () => activities.readStanding(incident),
    say: (text) => activities.report({ incident, event: { type: 'automation-says', text } }),
  })
  const task = { kind: 'remediate', opening } as const
  await activities.report({ incident, event: { type: 'task-ended', task, result } })
}
