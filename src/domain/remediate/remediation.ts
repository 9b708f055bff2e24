import type { Verdict } from '../check/verdict.ts'
import type { Explanation } from './explanation.ts'
import type { StoredDecision } from './guard-decision.ts'

/** Whether an effect took place outside. `unknown` leads to a read-only probe, never to a blind second act. */
export type Effect = 'done' | 'not-done' | 'unknown'

/** What an attempt came to. */
export type AttemptOutcome =
  | 'helped'
  | 'no-effect'
  | 'harmed'
  /** Could not be measured or probed. */
  | 'unknown'
  /** A guard refused it. */
  | 'refused'
  /** The symptom was gone before the act. */
  | 'cleared'

/** A measurement of the incident's series, before or after an act. */
export interface Measurement {
  readonly at: string
  readonly verdicts: readonly Verdict[]
}

/** One guarded try of one action on one target, as stored and shown. */
export interface RemediationAttempt {
  readonly id: string
  readonly incident: number
  readonly rung: number
  readonly action: string
  readonly target: string
  readonly state: string
  /** What the guards decided, and by what. */
  readonly decision: StoredDecision
  readonly effect: Effect | null
  readonly outcome: AttemptOutcome | null
  /** Why it ended so; `null` until then, and where the guards refused the proposal. */
  readonly explanation: Explanation | null
  readonly before: Measurement | null
  readonly after: Measurement | null
  readonly proposedAt: string
  readonly startedAt: string | null
  readonly actedAt: string | null
  readonly finishedAt: string | null
}
