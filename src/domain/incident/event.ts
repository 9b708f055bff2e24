import type { GroupStanding } from '../alert/group-notice.ts'
import type { EscalationPosition, PositionAfterEdit, NewPage } from '../escalate/escalate.ts'
import type { Hold } from '../escalate/hold.ts'
import type { Notified } from '../escalate/targets.ts'
import type { PageKind, PageState } from '../page/page.ts'
import type { Severity } from '../values/severity.ts'
import type { MergeTarget } from './merging.ts'
import type { AlertCounts, Settings, Task } from './state.ts'

/**
 * What an incident hears of. Everything that a decision needs from outside comes with the event: who is on call, what is configured,
 * what time it is. Plain JSON, stored as it came.
 */
export type MachineEvent = { readonly at: number } & (
  | AlertsEvent
  | CommandEvent
  | ReadingEvent
  | PageEvent
  | TaskEvent
  | { readonly type: 'tick' }
  /** People's own notification rules may be others now. */
  | { readonly type: 'configuration-changed' }
)

/** Where its alerts stand, after some of them changed. */
export interface AlertsEvent extends AlertCounts {
  readonly type: 'opened' | 'alerts-changed'
  /** By its alerts; what a person set stays. */
  readonly severity: Severity
  readonly settings: Settings
  /** Something fired since the last such event, though it may be clear again by now. */
  readonly fired?: boolean
  /** All of that is muted by the cooldown of its check. */
  readonly muted?: boolean
  /** The incident whose alerts fired on over a person's resolve, and so opened this one. */
  readonly succeeds?: number
  /** When the incident before it of the same alerts began to fire, if that one just stayed clear; epoch milliseconds. */
  readonly openedBefore?: readonly number[]
  /** The incident that a person took its alerts out of. */
  readonly splitFrom?: { readonly incident: number; readonly by: string; readonly reason: string }
}

interface Given {
  readonly actor: string
  /** Stable over repeats of one command. */
  readonly commandId: string
}

export type CommandEvent = Given &
  (
    | { readonly type: 'acknowledge'; readonly forMs: number | null }
    | { readonly type: 'take-over'; readonly forMs: number | null }
    | { readonly type: 'snooze'; readonly forMs: number }
    | { readonly type: 'hand-over'; readonly to: string }
    | { readonly type: 'escalate'; readonly asOf?: EscalationPosition }
    /** `anyway`: also while alerts fire. */
    | { readonly type: 'resolve'; readonly anyway: boolean }
    | { readonly type: 'set-severity'; readonly severity: Severity; readonly settings: Settings }
    | {
        readonly type: 'apply-policy'
        readonly policy: string
        readonly keep: boolean
        /** Where the escalation goes on under it; `null`: from the first step. */
        readonly kept: PositionAfterEdit | null
        readonly settings: Settings
      }
    | { readonly type: 'merge'; readonly into: number; readonly target: MergeTarget; readonly reason: string }
    | { readonly type: 'unmerge'; readonly reason: string }
    | {
        readonly type: 'split'
        /** The incident that was opened for them. */
        readonly into: number
        readonly alerts: number
        readonly left: AlertCounts
        readonly reason: string
      }
    | { readonly type: 'stop-automation'; readonly reason: string }
    | { readonly type: 'resume-automation'; readonly reason: string }
    | {
        readonly type: 'note'
        readonly text: string /** It says what was wrong. */
        readonly identified?: true
      }
  )

/** What was read outside because an effect asked for it. */
export type ReadingEvent =
  | { readonly type: 'step-read'; readonly reading: StepReading }
  | { readonly type: 'wait-read'; readonly position: EscalationPosition; readonly ackTimeoutMs: number }
  | { readonly type: 'fallback-read'; readonly policy: string; readonly whom: WhomReading }
  | { readonly type: 'notices-read'; readonly whom: WhomReading }
  | {
      readonly type: 'rules-read'
      readonly cycle: number
      readonly pages: readonly NewPage[]
      /** This look, after the step was entered. */
      readonly lookedMs: number
      readonly nextRuleInMs: number | null
    }
  /** Pages to one person; none when they have no contact. */
  | {
      readonly type: 'person-read'
      readonly kind: PersonPageKind
      readonly person: string
      readonly pages: readonly NewPage[]
      /** How long an answer is awaited. */
      readonly waitMs: number
    }
  /** The incident's group of alerts, and the pages of its rooms. `longestMs`: how long the oldest of what fires has fired. */
  | {
      readonly type: 'group-read'
      readonly standing: GroupStanding
      readonly longestMs: number
      readonly pages: readonly NewPage[]
    }
  /** `incident` `null`: nothing fired any more. */
  | { readonly type: 'successor-opened'; readonly incident: number | null; readonly firing: number }

export type PersonPageKind = Extract<PageKind, 'hand-over' | 'worse' | 'grown' | 'again' | 'reminder'>

export interface WhomReading {
  readonly notified: readonly Notified[]
  readonly paged: readonly string[]
  readonly empty: readonly string[]
  readonly pages: readonly NewPage[]
}

export type StepReading =
  | { readonly position: EscalationPosition; readonly hold: Hold }
  | (WhomReading & {
      readonly position: EscalationPosition
      readonly hold: null
      readonly ackTimeoutMs: number
      /** `null`: exhausted after this step. */
      readonly next: EscalationPosition | null
      readonly following: readonly string[]
      /** Whom that comes to when it is due, as things stand; absent where the targets are people by name. */
      readonly expected?: readonly string[]
      /** Each of them must acknowledge. */
      readonly each: boolean
      readonly nextRuleInMs: number | null
    })

/** A page came to an end. */
export interface PageEvent {
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
  /** The page that takes its place, over the person's next contact. */
  readonly successor: string | null
}

export type TaskEvent =
  | {
      readonly type: 'task-ended'
      readonly task: Task
      readonly result?: RemediationEnd
      /** Why it was given up; absent: it was done. */
      readonly failed?: string
    }
  /** What automation does now, in its own words. */
  | { readonly type: 'automation-says'; readonly text: string }

export interface RemediationEnd {
  readonly end: 'helped' | 'cleared' | 'handed-over' | 'stopped' | 'nothing-to-try'
  readonly explanation: string
}
