import type { Explanation, FirstOf, SeriesState } from '../remediate/explanation.ts'
import type { StoredDecision } from '../remediate/guard-decision.ts'
import type { AttemptOutcome, Effect } from '../remediate/remediation.ts'

interface OfAttempt {
  readonly type: 'attempt'
  /** `INC-42/a1` */
  readonly attempt: string
  readonly action: string
  readonly target: string
}

/** One step of a remediation attempt. */
export type AttemptFact = OfAttempt &
  (
    | {
        readonly step: 'proposed' | 'refused'
        /** Where it stands in its ladder, counted from 1. */
        readonly rung: number
        readonly of: number
        readonly decision: StoredDecision
      }
    | {
        readonly step: 'acting'
        /** What was measured before it. */
        readonly before: FirstOf<SeriesState>
      }
    | {
        readonly step: 'acted' | 'probed'
        readonly effect: Effect
        /** What the target answered, or why it did not: `HTTP 200`, `connection refused`. */
        readonly summary: string
        /** Why that could not be kept as evidence. */
        readonly unkept?: string
      }
    /** The act's answer left open whether it took place, and nothing else can tell. */
    | { readonly step: 'not-probed' }
    | {
        readonly step: 'finished'
        readonly outcome: AttemptOutcome
        readonly explanation: Explanation | null
      }
    /** As its steps were written before they had fields: all that is known of one is its sentence. */
    | { readonly step: FormerStep; readonly text: string }
  )

type FormerStep = 'proposed' | 'refused' | 'acting' | 'acted' | 'probed' | 'finished'
