import { CancellationScope, isCancellation } from '@temporalio/workflow'
import type { IncidentPlan } from '../src/domain/incident.ts'
import { say, type Situation } from './incident-situation.ts'
import { remediate, type RemediationResult } from './remediate.ts'

/**
 * Goes down the remediation ladder in the background: it neither waits for people nor makes them wait. An attempt is a workflow of its
 * own, so one that still runs when the incident ends is finished and verified all the same.
 */
export function startRemediation(situation: Situation, plan: IncidentPlan): void {
  if (situation.remediation !== null || plan.ladder.length === 0 || keepsOut(situation)) return
  const scope = new CancellationScope()
  situation.remediation = scope
  situation.remediationHelped = false
  void scope
    .run(() => goDownTheLadder(situation, plan))
    .catch((error: unknown) => {
      if (!isCancellation(error)) say(situation, 'automation', `Remediation broke off: ${String(error)}`)
    })
    .finally(() => {
      situation.remediation = null
    })
}

function keepsOut({ automationStoppedBy, peopleTookOver, handedOver }: Situation): boolean {
  return automationStoppedBy !== null || peopleTookOver || handedOver
}

async function goDownTheLadder(situation: Situation, plan: IncidentPlan): Promise<void> {
  for (;;) {
    const opening = situation.openings
    const result = await remediate({
      incident: plan.incident,
      ladder: plan.ladder,
      sampleEveryMs: plan.sampleEveryMs,
      stopped: () => keepsOut(situation),
      cleared: () => situation.state !== 'open',
      say: async (text) => say(situation, 'automation', text),
    })
    situation.handedOver = result.end === 'handed-over'
    situation.remediationHelped = endedWell(result)
    say(situation, 'automation', result.explanation)
    // It fired again while the last attempt was still being verified: the recurrence is that attempt's failure.
    const firesAgain = situation.state === 'open' && situation.openings > opening
    if (!endedWell(result) || !firesAgain) return
  }
}

function endedWell({ end }: RemediationResult): boolean {
  return end === 'helped' || end === 'cleared'
}
