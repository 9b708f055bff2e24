import type { EscalationPosition, PageRef } from './escalate.ts'
import type { Hold } from './escalate-hold.ts'
import type { FollowUpKind, PageState } from './page.ts'

export interface EnterStepInput extends EscalationPosition {
  readonly incident: number
  /** Somebody asked for this step at once. */
  readonly urged: boolean
}

/** A step that was entered, or why it was not yet. */
export interface EnterStepResult {
  /** The step is to be entered later; nothing else is meant then. */
  readonly hold: Hold | null
  readonly pages: readonly PageRef[]
  /** Nobody could be paged: go on at once. */
  readonly nobody: boolean
  /** How long to wait for an acknowledgement; 0 when there is nobody to wait for. */
  readonly ackTimeoutMs: number
  /** `null`: exhausted after this step. */
  readonly next: EscalationPosition | null
  /** Those of whom each must acknowledge; empty when one acknowledgement is enough. */
  readonly awaited: readonly string[]
  readonly people: readonly string[]
  /** ISO 8601 in UTC: personal rules count from here. */
  readonly enteredAt: string
  /** Until the next personal rule falls due; `null`: none is left. */
  readonly nextRuleInMs: number | null
}

/** Looks which personal rules of a step fell due. */
export interface RulePagesInput extends EscalationPosition {
  readonly incident: number
  readonly people: readonly string[]
  readonly enteredAt: string
  /** The last look, after `enteredAt`. */
  readonly sinceMs: number
  /** Somebody's rules were changed: they count from now on, never for what is past. */
  readonly changed: boolean
  /** When the next rule was to fall due, after `enteredAt`; `null`: none was. One that did before the change was noticed counts. */
  readonly dueMs?: number | null
}

export interface RulePagesResult {
  readonly pages: readonly PageRef[]
  /** This look, after `enteredAt`. */
  readonly lookedMs: number
  readonly nextRuleInMs: number | null
}

export interface FallbackInput {
  readonly incident: number
  readonly round: number
}

/** One person asks another to take the incident. */
export interface HandOverInput {
  readonly incident: number
  readonly actor: string
  readonly to: string
  /** Counts hand-overs of the incident. */
  readonly round: number
}

export interface PageInput {
  readonly page: string
}

export interface FailPageInput extends PageInput {
  /** Used when the last try left no reason of its own. */
  readonly reason: string
}

export interface PageResult {
  readonly state: PageState
  /** Queued over the person's next contact, because this one failed. */
  readonly next: PageRef | null
  /** Not sent yet, and not failed: its turn comes after this long. */
  readonly waitMs: number | null
}

export interface CancelPagesInput {
  readonly incident: number
  /** For people: `ana acknowledged`. */
  readonly reason: string
  /** Whose pages go on. */
  readonly except: readonly string[]
}

export interface FollowUpInput {
  readonly incident: number
  readonly kind: FollowUpKind
  /** Counts messages of one kind, from 0. */
  readonly occasion: number
}
