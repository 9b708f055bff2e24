import type { Baseline } from '../check/baseline.ts'
import { pooled, unmeasuredReason, type Detector, type Judgement, type Observation } from './detector.ts'

const windows = [
  { daysAgo: 1, bucketsAround: 1 },
  { daysAgo: 7, bucketsAround: 1 },
] as const

/**
 * The bucket's value v against b1 and b7, the same local time a day and a week ago, each the mean of three buckets
 * (of one, where buckets are longer than six hours). With
 * diff(v, b) = 1 − min/max it fires if both diffs reach the threshold and v does not lie between b1 and b7, ends included.
 *
 * Settled where the rule is silent:
 * - Two zeros do not differ; zero and anything else differ by 1.
 * - Values below zero (gauges) are compared by magnitude; values of opposite sign differ by 1.
 * - A baseline bucket in which the source was silent is left out of its mean; with none left there is no baseline, and
 *   without either baseline nothing is judged.
 */
export function sameTime({ threshold }: { readonly threshold: number }): Detector {
  return { windows, judge: (observation) => judge(observation, threshold) }
}

function judge(observation: Observation, threshold: number): Judgement {
  const value = observation.sourceAlive ? pooled([observation.now]) : null
  const baselines = windows.map(({ daysAgo }, index): Baseline => {
    const base = pooled(observation.baselines[index] ?? [])
    const diff = value === null || base === null ? null : difference(value, base)
    return { kind: 'before', daysAgo, value: base, diff }
  })
  return { ...decide(observation, value, baselines, threshold), value, baselines }
}

function decide(
  { sourceAlive, now }: Observation,
  value: number | null,
  baselines: readonly Baseline[],
  threshold: number,
): Pick<Judgement, 'state' | 'reason'> {
  if (!sourceAlive) return { state: 'unknown', reason: 'source-silent' }
  if (value === null) return { state: 'unknown', reason: unmeasuredReason(now) }
  const bases = baselines.flatMap((baseline) => (baseline.value === null ? [] : [baseline.value]))
  if (bases.length < baselines.length) return { state: 'unknown', reason: 'no-baseline' }
  if (baselines.some(({ diff }) => diff === null || diff < threshold))
    return { state: 'ok', reason: 'near-baseline' }
  if (Math.min(...bases) <= value && value <= Math.max(...bases))
    return { state: 'ok', reason: 'between-baselines' }
  return { state: 'firing', reason: 'deviates' }
}

/** 1 − min/max of the magnitudes, from 0 (the same) to 1. */
export function difference(a: number, b: number): number {
  if (a === b) return 0
  if (Math.sign(a) !== Math.sign(b)) return 1
  const [small, large] = Math.abs(a) < Math.abs(b) ? [a, b] : [b, a]
  return 1 - small / large
}
