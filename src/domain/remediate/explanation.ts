import type { Baseline } from '../check/baseline.ts'
import type { StoredDecision } from './guard-decision.ts'

/** A series as it was measured. */
export interface SeriesState {
  readonly metric: string
  /** Of the metric, as it was configured. */
  readonly title: string
  readonly slice: string
  readonly group: string
  readonly value: number | null
  /** The first baseline whose value was known. */
  readonly against: Baseline | null
}

/** A series before an act and after it: `value` is the one after. */
export interface SeriesChange extends SeriesState {
  readonly before: number | null
}

/** The first series of a measurement, and how many more it has. */
export interface FirstOf<Series> {
  readonly series: readonly Series[]
  readonly more: number
}

/** What the samples after an act say. `waiting` is not failure: samples are still to come. */
export interface JudgedExplanation {
  readonly kind: 'judged'
  readonly outcome: 'helped' | 'no-effect' | 'harmed' | 'waiting'
  /** Samples that are good, and that still fire. */
  readonly good: number
  readonly bad: number
  /** So many known samples are looked at. */
  readonly of: number
  readonly changes: FirstOf<SeriesChange>
}

/**
 * Why an attempt ended as it did. People read `explanationSentence`.
 *
 * Version 1. A stored explanation is never rewritten: a field may be added if old ones can do without it; anything else is a new kind.
 */
export type Explanation =
  | JudgedExplanation
  | { readonly kind: 'refused'; readonly decision: StoredDecision }
  | { readonly kind: 'guards-unread'; readonly reason: string }
  /** Another incident's attempt held the target for too long. */
  | { readonly kind: 'target-locked'; readonly target: string }
  /** What was wrong was right again before the act, or before the attempt had its target. */
  | { readonly kind: 'cleared'; readonly before: 'act' | 'begin' }
  /** People took over before the attempt had its target. */
  | { readonly kind: 'people-took-over' }
  | { readonly kind: 'not-carried-out' /** What was answered. */; readonly summary: string }
  | {
      readonly kind: 'effect-unknown'
      readonly summary: string
      /** What asking the target came to; absent in old ones, whose `summary` has both. */
      readonly probed?: string
    }
  /** What was answered left it open, and nothing else can tell: no `probeUrl`, and not declared `idempotent`. */
  | {
      readonly kind: 'not-probed'
      readonly action: string
      readonly target: string
      readonly summary: string
    }
  /** Carried out, but not judged in time; `last` is the newest that was known. */
  | { readonly kind: 'not-measured'; readonly withinMs: number; readonly last: Explanation | null }
  | { readonly kind: 'measurements-unread'; readonly reason: string }
  | { readonly kind: 'cancelled'; readonly before: 'act' | 'verification' }
  | { readonly kind: 'broke-off'; readonly reason: string }
  /** It never ended; a later attempt took its target. */
  | { readonly kind: 'superseded'; readonly by: string }
  /** Written before there were kinds. */
  | { readonly kind: 'recorded'; readonly text: string }

export type ExplanationOf<Kind extends Explanation['kind']> = Extract<Explanation, { readonly kind: Kind }>
