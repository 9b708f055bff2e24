import {
  CancellationScope,
  condition,
  isCancellation,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow'
import { firstPosition, type EscalationPosition } from '../src/domain/escalate.ts'
import { incidentName } from '../src/domain/evidence.ts'
import type { IncidentPlan } from '../src/domain/incident.ts'
import { escalate, followUp } from './escalate.ts'
import { say, type Situation } from './incident-situation.ts'

/**
 * Begins to page people, in a cancellation scope of its own, so that an acknowledgement stops paging and nothing else. Lower severities
 * give remediation a head start; then paging begins whatever happened.
 */
export function startEscalation(situation: Situation, plan: IncidentPlan): void {
  if (situation.acknowledged !== null) return
  run(situation, async () => {
    await headStart(situation, plan.remediateFirstMs)
    await goUpTheSteps(situation, { ...firstPosition, round: situation.round })
  })
}

/** Escalates at once: ends the wait of the present step, or begins afresh when nobody is being paged. */
export function continueEscalation(situation: Situation): void {
  situation.urged++
  if (situation.escalation !== null) return
  // Somebody had acknowledged and asks for more: whoever is paged now takes over by acknowledging.
  situation.acknowledged = null
  const from = situation.nextStep ?? { ...firstPosition, round: situation.round }
  run(situation, () => goUpTheSteps(situation, from))
}

export function stopEscalation(situation: Situation, why: string): void {
  situation.escalationStopped = why
  situation.escalation?.cancel()
}

/**
 * Tells those who were paged what became of it, once no page is under way any more, in a workflow of its own: a slow provider must not
 * hold the incident's key.
 */
export async function tellEverybody(situation: Situation, kind: 'acknowledged' | 'resolved'): Promise<void> {
  await condition(() => situation.escalation === null)
  const name = incidentName(situation.incident)
  await startChild(followUp, {
    workflowId: `pages/${name}/${kind}/${++situation.changes}`,
    args: [{ incident: situation.incident, kind }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `Tell those who were paged that ${name} is ${kind}`,
  })
}

function run(situation: Situation, steps: () => Promise<void>): void {
  const scope = new CancellationScope()
  situation.escalation = scope
  void scope
    .run(steps)
    .catch((error: unknown) =>
      isCancellation(error) ? undefined : say(situation, `Escalation broke off: ${String(error)}`),
    )
    .finally(() => {
      if (situation.escalation === scope) situation.escalation = null
    })
}

async function headStart(situation: Situation, forMs: number): Promise<void> {
  if (forMs === 0) return
  const givesUp = () => situation.remediation === null && !situation.remediationHelped
  await condition(() => situation.urged > 0 || givesUp(), forMs, {
    summary: 'head start of remediation before the first page',
  })
}

async function goUpTheSteps(situation: Situation, from: EscalationPosition): Promise<void> {
  let heard = situation.urged
  await escalate({
    incident: situation.incident,
    from,
    urged: () => situation.urged > heard,
    entered: ({ round }, next) => {
      heard = situation.urged
      situation.nextStep = next
      // Begun again, the rounds count on: the pages of each time through are pages of their own.
      situation.round = round + 1
    },
    why: () => situation.escalationStopped,
    say: (text) => say(situation, text),
  })
}
