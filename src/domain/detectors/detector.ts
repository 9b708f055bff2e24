import type { Baseline } from '../check/baseline.ts'
import type { UnsettledVerdict, VerdictReason } from '../check/verdict.ts'

/**
 * What one bucket adds to a series, in a form that can be pooled: for counts, uniques and gauges the value over 1, for ratios numerator
 * over denominator. A bucket that says nothing (a silent source, a gauge of no rows) is 0 over 0; one that came to
 * NaN or an infinity is kept as that.
 */
export interface Sample {
  readonly numerator: number
  readonly denominator: number
}

export const nothing: Sample = { numerator: 0, denominator: 0 }

/** A stretch of consecutive buckets that the judged one is held against. */
export interface BaselineWindow {
  /** The same local clock time this many days before. */
  readonly daysAgo: number
  /** So many buckets on either side of that time are taken as well, unless buckets are longer than six hours. */
  readonly bucketsAround: number
}

/** A series in one bucket, with what it is compared to. */
export interface Observation {
  /** False when the source had no rows at all in the bucket. */
  readonly sourceAlive: boolean
  readonly now: Sample
  /** By the detector's windows, in their order; each holds one sample per bucket. */
  readonly baselines: readonly (readonly Sample[])[]
}

/** What a detector says of an observation, and what it said it by. */
export interface Judgement {
  readonly state: UnsettledVerdict['state']
  readonly reason: VerdictReason
  readonly value: number | null
  readonly baselines: readonly Baseline[]
}

/** A rule that judges a bucket. It sees only the observation: no clock, no past judgements. */
export interface Detector {
  readonly windows: readonly BaselineWindow[]
  judge(observation: Observation): Judgement
}

/** Whether something was measured that is no number: NaN or an infinity, such as the mean of rows of which one is NaN. */
export function isNoNumber({ numerator, denominator }: Sample): boolean {
  return !Number.isFinite(numerator) || !Number.isFinite(denominator)
}

/** Why a bucket of a live source has no value. */
export function unmeasuredReason(now: Sample): VerdictReason {
  return isNoNumber(now) ? 'not-a-number' : 'no-samples'
}

/**
 * Σnumerator / Σdenominator: the mean of buckets for counts, uniques and gauges, the pooled ratio for ratios. Samples that are no numbers
 * are left out.
 * @returns `null` when nothing is left
 */
export function pooled(samples: readonly Sample[]): number | null {
  let numerator = 0
  let denominator = 0
  for (const sample of samples) {
    if (isNoNumber(sample)) continue
    numerator += sample.numerator
    denominator += sample.denominator
  }
  const value = numerator / denominator
  return denominator !== 0 && Number.isFinite(value) ? value : null
}
