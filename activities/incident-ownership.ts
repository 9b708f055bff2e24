import { ApplicationFailure } from '@temporalio/common'
import { type EscalationPosition, keepPosition, type KeptPosition } from '../src/domain/escalate.ts'
import type { ApplyPolicyCommand, Command } from '../src/domain/incident-messages.ts'
import { policyOfIncident, policyRevisionOf } from '../src/domain/plan.ts'
import type { IncidentDependencies } from './incident-dependencies.ts'

/** Somebody has the incident. */
export interface TakenIncident extends Command {
  /** What they did, after their name: `acknowledged; escalation stops`. */
  readonly deed: string
  /** They ask to be reminded after so long; `null`: as the policy says. */
  readonly forMs: number | null
}

export interface AcknowledgementEnd {
  /** `null`: it holds for good. */
  readonly forMs: number | null
}

export interface AppliedPolicy {
  readonly name: string
  /** Where the escalation goes on; `null`: from its beginning. */
  readonly kept: KeptPosition | null
}

export async function recordAcknowledgement(
  { incidents, timeline, configurations, now }: IncidentDependencies,
  { incident, actor, at, commandId, deed, forMs }: TakenIncident,
): Promise<AcknowledgementEnd> {
  const record = await incidents.get(incident)
  const policy = policyOfIncident(record, await configurations.get(policyRevisionOf(record)))
  const lasts = forMs ?? policy.acknowledgedForMs ?? null
  const until = lasts === null ? null : new Date(now().getTime() + lasts).toISOString()
  await incidents.acknowledge(incident, actor, at, until)
  const [eventKey, summary] = [`acknowledged/${commandId}`, `${actor} ${deed}`]
  const detail = until === null ? {} : { until }
  await timeline.append({ incident, eventKey, at, kind: 'acknowledged', actor, summary, detail })
  return { forMs: lasts }
}

/** @throws ApplicationFailure `NoSuchPolicy` when the configuration as it runs now has none of that name */
export async function applyPolicy(
  { incidents, timeline, configurations, running }: IncidentDependencies,
  {
    incident,
    actor,
    at,
    commandId,
    policy,
    keep,
    position,
  }: ApplyPolicyCommand & {
    position: EscalationPosition | null
  },
): Promise<AppliedPolicy> {
  const current = running()
  if (policy !== undefined && !Object.hasOwn(current.policies, policy)) {
    const known = Object.keys(current.policies).join(', ')
    throw ApplicationFailure.nonRetryable(`there is no policy "${policy}"; there is ${known}`, 'NoSuchPolicy')
  }
  const record = await incidents.get(incident)
  const before = policyOfIncident(record, await configurations.get(policyRevisionOf(record)))
  await incidents.setPolicy(incident, current.revision, policy ?? null)
  const after = policyOfIncident(
    { ...record, policyRevision: current.revision, policyName: policy ?? null },
    current,
  )
  const how = keep ? 'where it stands' : 'from its first step'
  const summary = `${actor} applied policy ${after.name} as configured now, ${how}`
  await timeline.append({
    incident,
    eventKey: `command/${commandId}`,
    at,
    kind: 'escalation',
    actor,
    summary,
  })
  return { name: after.name, kept: keep && position !== null ? keepPosition(before, after, position) : null }
}
