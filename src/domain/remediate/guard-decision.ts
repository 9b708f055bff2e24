import type { VerdictReason } from '../check/verdict.ts'
import type { GuardSwitch } from './kill-switch.ts'

/** An attempt that runs. */
export interface UnderRepair {
  readonly attempt: string
  readonly target: string
}

/**
 * What one guard looked at, and whether it allows the attempt. People read `findingSentence`.
 *
 * Version 2: what a switch is for is typed; migration 0013 brought those of version 1 up to it. A stored finding is never rewritten by
 * code: a field may be added if old findings can do without it; anything else is a new guard's.
 */
export type GuardFinding =
  | TargetFinding
  | KillSwitchFinding
  | AttemptLimitFinding
  | BreakerFinding
  | BlastBudgetFinding
  | MetricsFinding

export type GuardName = GuardFinding['guard']

interface FoundBy<Guard extends string> {
  readonly guard: Guard
  readonly allowed: boolean
}

/** Whether the rung names a target of the configuration that offers its action. */
export interface TargetFinding extends FoundBy<'target'> {
  readonly action: string
  readonly target: string
  /** The rung names no target, the configuration has no such target, or the target no such action. */
  readonly missing: 'name' | 'target' | 'action' | null
}

export interface KillSwitchFinding extends FoundBy<'kill-switch'> {
  /** Those that stop the attempt, the widest first. */
  readonly thrown: readonly GuardSwitch[]
}

export interface AttemptLimitFinding extends FoundBy<'attempt-limit'> {
  /** Attempts of the incident so far. */
  readonly tried: number
  readonly most: number
}

export interface BreakerFinding extends FoundBy<'breaker'> {
  readonly action: string
  readonly target: string
  readonly failures: number
  /** Of so many last attempts. */
  readonly of: number
  /** At so many failures it opens. */
  readonly opensAt: number
}

export interface BlastBudgetFinding extends FoundBy<'blast-budget'> {
  readonly group: string
  /** Targets in the group. */
  readonly size: number
  /** So many of them may be under repair at once. */
  readonly budget: number
  /** So many others of them are. */
  readonly busy: number
  readonly holders: readonly UnderRepair[]
}

/** Whether the newest measurements of what fires could tell that an action helped. */
export type MetricsFinding = FoundBy<'metrics'> &
  (
    | { readonly measured: 'fresh' | 'stale' /** Since the newest bucket began. */; readonly ageMs: number }
    | { readonly measured: 'unknown'; readonly reasons: readonly VerdictReason[] }
    /** No check measures it. */
    | { readonly measured: 'nothing' }
  )

/** What a refusal means for the ladder. */
export type AfterRefusal = 'next-rung' | 'hand-over'

/** All that the guards looked at before an attempt, and what they decided. People read `decisionSentence`. */
export type GuardDecision =
  | { readonly allowed: true; readonly findings: readonly GuardFinding[] }
  | {
      readonly allowed: false
      readonly findings: readonly GuardFinding[]
      /** The guard that refused it. */
      readonly guard: GuardName
      readonly next: AfterRefusal
    }

/** A decision as it is stored; of one from before there were findings its sentence. */
export type StoredDecision = GuardDecision | { readonly recorded: string }
