import {
  proxyActivities,
  setCurrentDetails,
  upsertSearchAttributes,
  type CancellationScope,
} from '@temporalio/workflow'
import { defineSearchAttributeKey } from '@temporalio/common'
import type { IncidentActivities } from '../activities/incident.ts'
import type { EscalationPosition } from '../src/domain/escalate.ts'
import { incidentName } from '../src/domain/evidence.ts'
import type { IncidentPlan, IncidentState } from '../src/domain/incident.ts'
import { searchAttributeNames, type Command } from '../src/domain/incident-messages.ts'

const activities = proxyActivities<IncidentActivities>({ startToCloseTimeout: '10s' })

/** Where an incident stands, as its handlers and its plot share it. */
export interface Situation {
  readonly incident: number
  state: IncidentState
  /** An alert changed since the alerts were last read. */
  changed: boolean
  acknowledged: Command | null
  resolvedBy: Command | null
  automationStoppedBy: string | null
  /** Collections of evidence under way. */
  investigating: number
  /** Present while the remediation ladder is gone down. */
  remediation: CancellationScope | null
  remediationHelped: boolean
  /** Present while somebody may be paged. */
  escalation: CancellationScope | null
  /** Why escalation was last stopped. */
  escalationStopped: string
  /** How often somebody asked to escalate at once. */
  urged: number
  /** Where an escalation that is asked to go on would go on. */
  nextStep: EscalationPosition | null
  /** How often the steps of the policy were begun. */
  round: number
  /** State changes so far: numbers what is written, so that a repeat writes it once. */
  changes: number
  /** The incident that follows this one under the same key. */
  successor: number | null
  nowDoing: string
}

/** What one run of a long incident hands on to the next. */
export type Carried = Pick<
  Situation,
  'acknowledged' | 'automationStoppedBy' | 'nextStep' | 'round' | 'changes'
>

export function beginSituation(incident: number, carried?: Carried): Situation {
  return {
    incident,
    state: 'open',
    changed: false,
    acknowledged: null,
    resolvedBy: null,
    automationStoppedBy: null,
    investigating: 0,
    remediation: null,
    remediationHelped: false,
    escalation: null,
    escalationStopped: '',
    urged: 0,
    nextStep: null,
    round: 0,
    changes: 0,
    successor: null,
    nowDoing: '',
    ...carried,
  }
}

/** Enters a state, and shows it where Temporal's UI looks: search attributes and current details. */
export async function enterState(
  situation: Situation,
  plan: IncidentPlan,
  state: IncidentState,
): Promise<void> {
  situation.state = state
  upsertSearchAttributes([
    { key: keyword(searchAttributeNames.incident), value: incidentName(plan.incident) },
    { key: keyword(searchAttributeNames.state), value: state },
    { key: keyword(searchAttributeNames.severity), value: plan.severity },
    { key: keyword(searchAttributeNames.service), value: plan.service },
    { key: keyword(searchAttributeNames.runbook), value: plan.runbook ?? 'none' },
  ])
  showDetails(situation, plan)
}

/** What automation did, does or awaits: one sentence for people, in the incident's row and in Temporal's UI. */
export async function say(situation: Situation, text: string): Promise<void> {
  situation.nowDoing = text
  showDetails(situation)
  await activities.describeProgress({ incident: situation.incident, text })
}

function showDetails({ incident, state, acknowledged, nowDoing }: Situation, plan?: IncidentPlan): void {
  const owner = acknowledged === null ? 'nobody has acknowledged it' : `acknowledged by ${acknowledged.actor}`
  const title = plan === undefined ? '' : `: ${plan.title} (${plan.severity})`
  setCurrentDetails(`${incidentName(incident)}${title}\n\n${state}, ${owner}\n\n${nowDoing}`)
}

function keyword(name: string) {
  return defineSearchAttributeKey(name, 'KEYWORD')
}
