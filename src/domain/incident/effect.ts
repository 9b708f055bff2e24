import type { EscalationPosition, NewPage } from '../escalate/escalate.ts'
import type { FollowUpKind } from '../page/page.ts'
import type { PersonPageKind } from './event.ts'
import type { Cycle } from './state.ts'

/**
 * What a decision wants done outside, in its own transaction: readings, which come back as events, and changes of the outbox of pages. What
 * takes longer is a task of the state, which the incident's workflow runs; what is to happen later is a due time of the state.
 */
export type Effect = Reading | Change

export type Reading =
  | {
      readonly type: 'read-step'
      readonly position: EscalationPosition
      readonly urged: boolean
      /** The round in which the steps were begun. */
      readonly begun: number
    }
  /** How long the step that waits may, now that the severity is another. */
  | { readonly type: 'read-wait'; readonly position: EscalationPosition }
  | { readonly type: 'read-fallback'; readonly round: number }
  | { readonly type: 'read-notices' }
  | { readonly type: 'read-rules'; readonly cycle: Cycle; readonly why: RulesLook }
  | {
      readonly type: 'read-person'
      readonly kind: PersonPageKind
      readonly person: string
      readonly occasion: number
    }
  /** Where its group of alerts stands beside what rooms were told of it. */
  | { readonly type: 'read-group'; readonly rooms: readonly string[]; readonly occasion: number }
  /** Opens the next incident with the alerts that still fire, if any do. */
  | { readonly type: 'open-successor' }

/**
 * Why people's own rules are looked at: one fell due; they were changed, and count from now on, never for what is past; or the severity rose, whose
 * rules count from the beginning.
 */
export type RulesLook = 'due' | 'changed' | 'severity-rose'

export type Change =
  | { readonly type: 'queue-pages'; readonly pages: readonly NewPage[] }
  /** Stops every page that no provider has yet, but for those of people who are to go on hearing. `notices`: those who are only told hear still. */
  | {
      readonly type: 'cancel-pages'
      readonly why: CancelReason
      readonly actor: string | null
      readonly except: readonly string[]
      readonly notices: 'go-on' | 'stop'
      /** Only these pages. */
      readonly only?: readonly string[]
    }
  /** Its group was looked at; `isTold`: from now on it is held against how its alerts stand now. */
  | { readonly type: 'close-look'; readonly isTold: boolean }
  /** Tells everybody who heard of it, once. */
  | {
      readonly type: 'follow-up'
      readonly kind: FollowUpKind
      readonly occasion: number
      readonly actor: string | null
      /** Only whoever has this contact: they heard later than all others. */
      readonly only?: { readonly person: string; readonly contact: number }
    }

/** Why pages are not sent any more. */
export type CancelReason =
  | 'acknowledged'
  | 'acknowledged-too'
  | 'took-over'
  | 'snoozed'
  | 'clear'
  | 'resolved'
  | 'policy-applied'
  | 'severity-rose'
  | 'escalated'
  | 'handed-over'
  | 'merged'
