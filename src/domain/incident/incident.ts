import type { FlappingRule } from './flapping.ts'
import type { GroupSettings } from '../alert/group-notice.ts'
import type { Labels } from '../alert/alert.ts'
import { cutText, oneLine } from '../page/delivery.ts'
import { incidentName } from '../investigate/evidence.ts'
import type { RemediationRung } from '../investigate/runbook.ts'
import type { Severity } from '../values/severity.ts'

export const incidentStates = ['open', 'monitoring', 'resolved'] as const

export type IncidentState = (typeof incidentStates)[number]

/** An incident as stored and shown. Instants are ISO 8601 in UTC. */
export interface Incident {
  readonly number: number
  readonly groupingKey: string
  readonly title: string
  readonly service: string
  readonly labels: Labels
  /** Key of the route that opened it; absent: the one that takes its labels. */
  readonly route?: string
  readonly severity: Severity
  readonly severitySetBy: string | null
  readonly state: IncidentState
  readonly version: number
  readonly configRevision: string
  /** Where its escalation policy comes from, once a person applied another than it started with. */
  readonly policyRevision: string | null
  readonly policyName: string | null
  readonly runbook: string | null
  readonly recurrenceOf: number | null
  readonly chartToken: string
  /** When the trouble began: the earliest start of its alerts. */
  readonly startedAt: string
  readonly detectedAt: string
  readonly acknowledgedAt: string | null
  /** Who has it; `null` again when an acknowledgement ran out or the incident was escalated anew. */
  readonly acknowledgedBy: string | null
  /** When an acknowledgement runs out; `null`: never. */
  readonly acknowledgedUntil: string | null
  /** When the last of its alerts cleared. */
  readonly mitigatedAt: string | null
  readonly resolvedAt: string | null
  readonly resolvedBy: string | null
  readonly nowDoing: string
}

/** `incident/INC-42`. That there is one open incident per grouping key is kept by the store. */
export function incidentWorkflowId(incident: number): string {
  return `incident/${incidentName(incident)}`
}

/** A server ends a workflow over a search attribute of more than 2,048 bytes; lists show far less. */
const longestSearchText = 200

/** Text as Temporal's lists show and search it: one bounded line. */
export function searchText(text: string): string {
  return cutText(oneLine(text), longestSearchText)
}

/** What the incident workflow needs to know of the configuration that the incident started with. */
export interface IncidentPlan {
  readonly incident: number
  readonly title: string
  readonly service: string
  readonly severity: Severity
  /** Name of the escalation policy of this severity. */
  readonly policy: string
  readonly runbook: string | null
  readonly ladder: readonly RemediationRung[]
  /** How long remediation may try before the first page; 0 for P0 and wherever nothing is configured. */
  readonly remediateFirstMs: number
  /** All alerts clear for this long: resolved. */
  readonly stableForMs: number
  readonly flapping?: FlappingRule
  /** Alerts that still fire so long after a person resolved it open the next incident. */
  readonly stillFiringAfterMs: number
  /** Absent where no room follows its alerts, and nothing is to be repeated. */
  readonly group?: GroupSettings
  /** How often new measurements come in. */
  readonly sampleEveryMs: number
}
