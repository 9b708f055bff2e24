import { isCancellation, proxyActivities } from '@temporalio/workflow'
import type { CollectEvidence, Findings, InvestigateActivities } from '../activities/investigate.ts'
import { incidentName } from '../src/domain/investigate/evidence.ts'
import { causeMessage } from '../src/domain/values/error-message.ts'

/**
 * Collects the evidence of a stage. Paging and remediation never wait for it, and it never ends an incident's story: what keeps it from being
 * collected is one of the findings.
 */
export async function investigate({ incident, stage }: CollectEvidence): Promise<Findings> {
  const when = stage === 'opened' ? 'when it opened' : 'when it was clear'
  const { collectEvidence } = proxyActivities<InvestigateActivities>({
    startToCloseTimeout: '3m',
    scheduleToCloseTimeout: '10m',
    summary: `Evidence of ${incidentName(incident)} ${when}`,
  })
  try {
    return await collectEvidence({ incident, stage })
  } catch (error) {
    if (isCancellation(error)) throw error
    return {
      findings: [
        { evidence: incidentName(incident), text: `Evidence could not be collected: ${causeMessage(error)}` },
      ],
    }
  }
}
