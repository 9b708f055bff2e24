import type { ThresholdConfiguration } from '../configuration/configuration.ts'
import type { Baseline } from '../check/baseline.ts'
import { pooled, unmeasuredReason, type Detector, type Judgement, type Observation } from './detector.ts'
import { difference } from './same-time.ts'

type Limits = Omit<ThresholdConfiguration, 'kind'>

const compare: Readonly<Record<Limits['op'], (value: number, limit: number) => boolean>> = {
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
}

/**
 * The bucket's value against a fixed one: it fires while `value op threshold` holds. With `clear`, a value that does not fire by itself but
 * still satisfies `value op clear` leaves the series as it was, so that one that hovers about its threshold does not come and go.
 */
export function threshold(limits: Limits): Detector {
  return { windows: [], judge: (observation) => judge(observation, limits) }
}

function judge({ sourceAlive, now }: Observation, limits: Limits): Judgement {
  const value = sourceAlive ? pooled([now]) : null
  return { ...decide({ sourceAlive, now }, value, limits), value, baselines: baselinesOf(value, limits) }
}

function decide(
  { sourceAlive, now }: Omit<Observation, 'baselines'>,
  value: number | null,
  { op, value: limit, clear }: Limits,
): Pick<Judgement, 'state' | 'reason'> {
  if (!sourceAlive) return { state: 'unknown', reason: 'source-silent' }
  if (value === null) return { state: 'unknown', reason: unmeasuredReason(now) }
  if (compare[op](value, limit)) {
    return { state: 'firing', reason: op.startsWith('>') ? 'above-threshold' : 'below-threshold' }
  }
  if (clear !== undefined && compare[op](value, clear)) return { state: 'unchanged', reason: 'not-yet-clear' }
  return { state: 'ok', reason: 'within-threshold' }
}

/** However far a value lies on the good side, it is not far from normal. */
function baselinesOf(value: number | null, { op, value: limit, clear }: Limits): Baseline[] {
  const against = (kind: 'threshold' | 'clear', bound: number): Baseline => {
    const beyond = value !== null && compare[op](value, bound)
    return { kind, value: bound, diff: value === null ? null : beyond ? difference(value, bound) : 0 }
  }
  return [against('threshold', limit), ...(clear === undefined ? [] : [against('clear', clear)])]
}
