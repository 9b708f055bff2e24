import { readBaselines, type Baseline } from './baseline.ts'

/** A series that a check judges: one metric in one group of one slice. */
export interface Series {
  readonly check: string
  readonly metric: string
  readonly slice: string
  readonly group: string
}

export type VerdictState = 'ok' | 'firing' | 'unknown'

/** What a check found for one series in one bucket, and why. */
export interface Verdict extends Series {
  /** Start of the bucket, ISO 8601 in UTC. */
  readonly bucketAt: string
  readonly state: VerdictState
  readonly reason: VerdictReason
  readonly value: number | null
  readonly baselines: readonly Baseline[]
}

/** Verdicts as they were stored, whatever version stored them. */
export function readVerdicts(stored: readonly Verdict[]): readonly Verdict[] {
  return stored.map((verdict) => ({ ...verdict, baselines: readBaselines(verdict.baselines) }))
}

/** What a detector says before it is known what the series was. `unchanged`: it keeps firing, or stays ok. */
export type UnsettledVerdict = Omit<Verdict, 'state'> & { readonly state: VerdictState | 'unchanged' }

/** The verdict on a series that `before` had been `ok` or `firing`. */
export function settled({ state, ...verdict }: UnsettledVerdict, before: 'ok' | 'firing'): Verdict {
  if (state !== 'unchanged') return { ...verdict, state }
  return before === 'firing'
    ? { ...verdict, state: 'firing' }
    : { ...verdict, state: 'ok', reason: 'within-threshold' }
}

export type VerdictReason =
  /** Not far enough from every baseline. */
  | 'near-baseline'
  /** Lies between the baselines, so one of them explains it. */
  | 'between-baselines'
  /** Far from every baseline and outside them. */
  | 'deviates'
  /** Fires by a threshold, on the side that is named. */
  | 'above-threshold'
  | 'below-threshold'
  /** On the good side of the threshold. */
  | 'within-threshold'
  /** On the good side of the threshold, but fired before and has not come as far as it must to clear. */
  | 'not-yet-clear'
  | 'quiet-hours'
  /** The source had no rows at all in the bucket. */
  | 'source-silent'
  /** A ratio or gauge of nothing. */
  | 'no-samples'
  /** The metric came to NaN or an infinity: some row holds one, or nothing matched in a mean. */
  | 'not-a-number'
  /** The source has no rows in a window of comparison. */
  | 'no-baseline'
  | 'query-failed'

/** How a check judged its series in the newest bucket, in counts. */
export interface CheckStanding {
  readonly check: string
  /** Start of the bucket, ISO 8601 in UTC. */
  readonly bucketAt: string
  readonly ok: number
  readonly firing: number
  readonly unknown: number
}
