import type { EscalationPolicy, NotificationRule } from './configuration.ts'
import type { EscalationPosition } from './escalate.ts'
import type { Hold } from './escalate-hold.ts'
import type { ResolvedTargets } from './escalate-targets.ts'
import type { Severity } from './severity.ts'

/*
 * Who would be paged when: the story that the escalation workflow tells, told over a clock of its own. It decides by the same functions as
 * the workflow's activities; tests hold the two against each other. Times are milliseconds since the incident began.
 */

/** What people and the world do. */
export type ModelEvent =
  | { readonly atMs: number; readonly kind: 'acknowledge'; readonly by: string }
  | { readonly atMs: number; readonly kind: 'resolve'; readonly by?: string }
  | {
      readonly atMs: number
      readonly kind: 'escalate'
      readonly by?: string
      /** Where the escalation stood when the message was sent that this answers. */
      readonly asOf?: EscalationPosition
    }
  | {
      readonly atMs: number
      readonly kind: 'apply-policy'
      readonly policy: EscalationPolicy
      readonly keep: boolean
    }
  /** Something that a held step may wait for, or somebody's rules, may be otherwise now. */
  | { readonly atMs: number; readonly kind: 'look-again' }

export interface ModelWorld {
  readonly policy: EscalationPolicy
  readonly severity: Severity
  readonly events: readonly ModelEvent[]
  /** Nothing is told of what would happen later. */
  readonly untilMs: number
  /** Whom targets come to when a step is entered then. */
  readonly resolve: (targets: EscalationPolicy['fallback'], atMs: number) => ResolvedTargets
  /** Rules of a person as they are then; absent: the first contact, at once. */
  readonly rulesOf: (person: string, atMs: number) => readonly NotificationRule[] | undefined
  readonly ackTimeoutMs: (policy: EscalationPolicy, step: number, atMs: number) => number
  readonly holdOf: (policy: EscalationPolicy, step: number, atMs: number, urged: boolean) => Hold | undefined
  /** While nobody works on it, what falls due waits until the end of the time. */
  readonly downMs?: readonly { readonly from: number; readonly to: number }[]
}

/** What would happen. */
export type ModelEntry =
  | ({
      readonly atMs: number
      readonly kind: 'step'
      readonly people: readonly string[]
    } & EscalationPosition)
  | ({
      readonly atMs: number
      readonly kind: 'skipped'
      readonly empty: readonly string[]
    } & EscalationPosition)
  | ({ readonly atMs: number; readonly kind: 'held'; readonly reason: string } & EscalationPosition)
  | {
      readonly atMs: number
      readonly kind: 'page'
      readonly person: string
      readonly contact: number
      readonly step: number | 'fallback'
      readonly round: number
    }
  | { readonly atMs: number; readonly kind: 'exhausted'; readonly round: number }
  | { readonly atMs: number; readonly kind: 'acknowledged'; readonly by: string }
  | { readonly atMs: number; readonly kind: 'released'; readonly why: string }
  | { readonly atMs: number; readonly kind: 'resolved' }
  | { readonly atMs: number; readonly kind: 'refused'; readonly why: string }

export interface ModelOutcome {
  readonly entries: readonly ModelEntry[]
  readonly state: 'triggered' | 'acknowledged' | 'resolved'
  /** Everybody who acknowledged, in this order. */
  readonly acknowledgedBy: readonly string[]
}
