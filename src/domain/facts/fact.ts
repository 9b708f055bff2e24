import type { Labels } from '../alert/alert.ts'
import type { NoticeReason } from '../alert/group-notice.ts'
import type { HoldCause } from '../escalate/hold.ts'
import type { Notified } from '../escalate/targets.ts'
import type { PageKind, PageState } from '../page/page.ts'
import type { Severity } from '../values/severity.ts'
import type { AttemptFact } from './attempt-fact.ts'

/**
 * What happened in an incident, typed: the timeline keeps these, and every reader decides by `type` and fields. People read
 * {@link sentenceOf}, which nobody reads meaning back from. Durations are milliseconds, instants ISO 8601 in UTC.
 *
 * Version 1. A stored fact is never rewritten: a field may be added if old facts can do without it; anything else is a new type.
 */
export type Fact =
  | AlertFact
  | SeverityFact
  | PhaseFact
  | EscalationFact
  | PageFact
  | OwnershipFact
  | PeopleFact
  | AutomationFact
  | RecordFact

export type FactOf<Type extends Fact['type']> = Extract<Fact, { readonly type: Type }>

/** An alert as people read it: by its own summary, else by its labels. */
export interface ToldAlert {
  readonly fingerprint: string
  readonly labels: Labels
  readonly summary: string
}

export type AlertChangeKind = 'fires' | 'fires-again' | 'clears'

export type AlertFact =
  /** The incident began. */
  | { readonly type: 'detected'; readonly first: ToldAlert; readonly alerts: number }
  | { readonly type: 'alert-changed'; readonly change: AlertChangeKind; readonly alert: ToldAlert }
  /** Many at once, told in one: how many of each kind, and some of them. */
  | {
      readonly type: 'alerts-changed'
      readonly changes: readonly { readonly change: AlertChangeKind; readonly alerts: number }[]
      readonly among: readonly ToldAlert[]
    }

export type SeverityFact =
  | { readonly type: 'severity-changed'; readonly from: Severity; readonly to: Severity }
  /** A person set it; alerts change it no more. */
  | { readonly type: 'severity-set'; readonly from: Severity; readonly to: Severity }
  /** A sender's word that means nothing here. */
  | { readonly type: 'severity-unknown'; readonly word: string; readonly taken: Severity }

export type PhaseFact =
  | { readonly type: 'cleared'; readonly stableForMs: number }
  | { readonly type: 'reopened' }
  /** A person made it part of another incident. */
  | { readonly type: 'merged'; readonly into: number; readonly reason: string }
  /** A person took it apart from the incident that it was part of. */
  | { readonly type: 'unmerged'; readonly from: number; readonly reason: string }
  /** A person took some of its alerts out, and these opened another incident. */
  | { readonly type: 'split-off'; readonly into: number; readonly alerts: number; readonly reason: string }
  | {
      readonly type: 'split-from'
      readonly incident: number
      readonly alerts: number
      readonly reason: string
    }
  /** It began to fire so often within this time: it flaps. */
  | { readonly type: 'flapping-began'; readonly times: number; readonly withinMs: number }
  | { readonly type: 'flapping-ended' }
  | {
      readonly type: 'resolved'
      readonly why: 'stayed-clear' | 'person'
      /** How long it stayed clear; absent when a person resolved it. */
      readonly stableForMs?: number
      /** Alerts that fired as a person resolved it, and when whatever still fires opens the next incident. */
      readonly firing?: number
      readonly successorAt?: string
    }
  /** Alerts that a person resolved an incident over fired on, and opened this one. */
  | { readonly type: 'succeeds'; readonly incident: number; readonly firing: number }
  | { readonly type: 'succeeded-by'; readonly incident: number; readonly firing: number }
  /** Alerts that a person resolved another incident over fired on, and joined this one. */
  | { readonly type: 'joined'; readonly incident: number; readonly firing: number }

interface Whom {
  /** Whom targets came to, and by which target. */
  readonly notified: readonly Notified[]
  /** Those of them who have a contact to be paged by, now or by their own rules later. */
  readonly paged: readonly string[]
  /** What each empty target lacks. */
  readonly empty: readonly string[]
}

export type EscalationFact =
  | (Whom & {
      readonly type: 'step-entered'
      readonly step: number
      readonly round: number
      /** How long an acknowledgement is awaited; 0 when there is nobody to wait for. */
      readonly ackTimeoutMs: number
      /** Whom the escalation pages after that, by the names of the targets. */
      readonly following: readonly string[]
    })
  | {
      readonly type: 'step-held'
      readonly step: number
      readonly round: number
      readonly cause: HoldCause
      /** When it is looked at again; `null`: when an alert changes. */
      readonly dueAt: string | null
    }
  | (Whom & {
      readonly type: 'exhausted'
      readonly policy: string
      readonly round: number
      /** When the steps begin again because nobody was reached at all; absent: they do not. */
      readonly retryAt?: string
    })
  | (Whom & { readonly type: 'noticed' })
  /** Nobody was reached by any page of the policy, so its steps begin again. */
  | { readonly type: 'retried'; readonly round: number }
  /** It fires on, and nobody has it: the steps begin again after so long. */
  | { readonly type: 'repeated'; readonly afterMs: number; readonly round: number }
  /** Rooms that follow it were told how its group stands. */
  | {
      readonly type: 'group-told'
      readonly reason: NoticeReason
      readonly rooms: readonly string[]
      readonly firing: number
      readonly newlyFiring: number
      readonly newlyResolved: number
    }
  | { readonly type: 'escalated' }
  | { readonly type: 'policy-applied'; readonly policy: string; readonly keep: boolean }

/** A page came to its end. */
export interface PageFact {
  readonly type: 'page-ended'
  readonly page: string
  readonly kind: PageKind
  readonly step: number
  readonly round: number
  readonly person: string
  readonly channel: string
  readonly contact: number
  readonly state: Extract<PageState, 'sent' | 'delivered' | 'failed' | 'unknown' | 'cancelled'>
  readonly attempts: number
  readonly reason: string | null
  readonly providerId: string | null
}

export type OwnershipFact =
  | {
      readonly type: 'acknowledged'
      /** When it runs out; `null`: never. */
      readonly until: string | null
      /** Who must acknowledge too. */
      readonly awaiting: readonly string[]
    }
  | { readonly type: 'acknowledged-too'; readonly awaiting: readonly string[] }
  /** The owner acknowledged again after it had become worse. */
  | { readonly type: 'confirmed' }
  | { readonly type: 'took-over'; readonly from: string | null; readonly until: string | null }
  | { readonly type: 'snoozed'; readonly forMs: number; readonly until: string }
  | {
      readonly type: 'released'
      readonly owner: string
      readonly why: 'ran-out' | 'escalated' | 'became-worse'
      /** It still fires, so somebody is paged again. */
      readonly firing: boolean
    }
  | { readonly type: 'handed-over'; readonly to: string }
  | { readonly type: 'hand-over-declined'; readonly to: string; readonly owner: string | null }
  /** The owner is asked whether they still have it, now that it is worse. */
  | { readonly type: 'owner-asked'; readonly owner: string; readonly from: Severity; readonly to: Severity }
  /** The owner is told that what was clear fires again. */
  | { readonly type: 'owner-told-again'; readonly owner: string; readonly firing: number }
  /** It fired on for the repeat interval after its owner was told of it last. */
  | { readonly type: 'owner-reminded'; readonly owner: string; readonly firing: number }
  | { readonly type: 'grown'; readonly owner: string; readonly from: number; readonly to: number }

export type CauseVerdict = 'confirmed' | 'rejected'

/** What people did to the review. `version` is the one that came of it, `sections` are their titles. */
export type ReviewFact =
  | { readonly type: 'review-edited'; readonly version: number; readonly sections: readonly string[] }
  | { readonly type: 'review-redrafted'; readonly version: number; readonly sections: readonly string[] }
  | { readonly type: 'review-published'; readonly version: number }

export type PeopleFact =
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'not-actionable'; readonly text: string }
  /** Somebody knew from then on what was wrong. */
  | { readonly type: 'identified'; readonly text: string }
  /** After the end: a cause of the review is settled by somebody who knows. The last word on a cause counts. */
  | {
      readonly type: 'cause-settled'
      readonly cause: string
      /** What it claims, as people read it. */
      readonly claim: string
      readonly verdict: CauseVerdict
      readonly reason: string
    }
  | ReviewFact
  | { readonly type: 'automation-stopped'; readonly reason: string }
  | { readonly type: 'automation-resumed'; readonly reason: string }

export type AutomationFact =
  | AttemptFact
  | {
      readonly type: 'evidence'
      readonly stage: 'opened' | 'mitigated'
      /** `INC-42/E3` */
      readonly evidence: readonly string[]
      readonly unanswered: number
      readonly findings: readonly string[]
    }
  | {
      readonly type: 'review-drafted'
      readonly checks: number
      /** Numbers of the checks that need people. */
      readonly open: readonly number[]
    }
  /** What was to run beside the incident failed at every try. It is not tried again. */
  | {
      readonly type: 'task-failed'
      readonly task: 'investigate' | 'remediate' | 'review'
      readonly reason: string
    }

/** Recorded measurements that are replayed, and who asked for it; `from` and `to` as they were given. */
export interface ReplayRequest {
  readonly check: string
  readonly from: string
  readonly to: string
  readonly by: string
}

export type RecordFact =
  /** The incident is made from recorded measurements of what is long past. */
  | (ReplayRequest & { readonly type: 'replayed'; readonly replayedAt: string })
  /** Written before there were facts. */
  | { readonly type: 'recorded'; readonly kind: string; readonly text: string }
