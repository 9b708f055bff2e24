import type { Alert } from '../src/domain/alert/alert.ts'
import type { Configuration } from '../src/domain/configuration/configuration.ts'
import type { Evidence, EvidenceKind, EvidenceSubject } from '../src/domain/investigate/evidence.ts'
import type { Incident } from '../src/domain/incident/incident.ts'
import type { GuardSwitch } from '../src/domain/remediate/kill-switch.ts'
import type {
  ActionAnswer,
  ActionCall,
  AttemptChange,
  NewAttempt,
} from '../src/domain/remediate/remediate.ts'
import type { UnderRepair } from '../src/domain/remediate/guard-decision.ts'
import type { EndedAttempt, Lease, LeaseRequest } from '../src/domain/remediate/guards.ts'
import type { RemediationAttempt } from '../src/domain/remediate/remediation.ts'
import type { NewTimelineEntry } from '../src/domain/incident/timeline.ts'
import type { Series, Verdict } from '../src/domain/check/verdict.ts'

export interface AttemptStore {
  /** Stores it unless it is there. */
  propose(attempt: NewAttempt): Promise<void>
  /** @throws when there is no such attempt */
  get(id: string): Promise<RemediationAttempt>
  /** In the order in which they were proposed. */
  ofIncident(incident: number): Promise<readonly RemediationAttempt[]>
  /** How the last finished attempts of an action on a target ended, newest first, without those that guards or a cleared symptom stopped. */
  lastEnded(action: string, target: string, limit: number): Promise<readonly EndedAttempt[]>
  /** Attempts on these targets that took their lease and are not finished. */
  underRepair(targets: readonly string[]): Promise<readonly UnderRepair[]>
  /** A finished attempt changes no more: this then does nothing. */
  update(id: string, change: AttemptChange): Promise<void>
}

export interface GuardLedger {
  switches(): Promise<readonly GuardSwitch[]>
  /** Takes a slot of the group's budget and the target's next fence, both or neither; asked again, the same attempt keeps its fence. */
  lease(request: LeaseRequest): Promise<Lease>
  /** The highest fence that was given out for a target; 0 before the first. */
  fenceOf(target: string): Promise<number>
}

export interface VerdictReader {
  /** The newest stored verdict of each series that has one. */
  latest(series: readonly Series[]): Promise<readonly Verdict[]>
  /** The verdicts of these series whose bucket begins at or after an instant. */
  since(series: readonly Series[], at: string): Promise<readonly Verdict[]>
}

/** Carries out actions. Both answer for every fault instead of throwing. */
export interface ActionExecutor {
  act(call: ActionCall): Promise<ActionAnswer>
  /** Read-only; for actions with a `probeUrl`. */
  probe(call: ActionCall): Promise<ActionAnswer>
}

export interface NewEvidence {
  readonly incident: number
  readonly about: EvidenceSubject
  readonly kind: EvidenceKind
  readonly title: string
  readonly query?: string
  readonly window?: { readonly from: string; readonly to: string }
  readonly result: unknown
}

export interface RemediateDependencies {
  readonly incidents: {
    get(incident: number): Promise<Pick<Incident, 'configRevision' | 'service'>>
    alertsOf(incident: number): Promise<readonly Pick<Alert, 'status' | 'labels' | 'startsAt'>[]>
  }
  readonly configurations: { get(revision: string): Promise<Configuration> }
  readonly attempts: AttemptStore
  readonly guards: GuardLedger
  readonly verdicts: VerdictReader
  readonly executor: ActionExecutor
  readonly timeline: { append(entry: NewTimelineEntry): Promise<void> }
  readonly evidence: { add(evidence: NewEvidence): Promise<Evidence> }
  readonly now: () => Date
}
