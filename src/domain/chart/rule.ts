import type { DetectorConfiguration } from '../configuration/configuration.ts'
import { formatAmount } from '../values/amount.ts'
import { formatDuration } from '../values/duration.ts'
import { formatNumber } from '../values/numbers.ts'

/** What a series was judged by: a check's detector, or how long a source may have no rows. */
export type ChartRule = DetectorConfiguration | { readonly kind: 'silence'; readonly silentAfterMs: number }

/** Where a value would fire; `null`: nowhere on that side. */
export interface FiringLimits {
  /** Fires there and below. */
  readonly below: number | null
  /** Fires there and above. */
  readonly above: number | null
}

const nowhere: FiringLimits = { below: null, above: null }

/**
 * Where a value would fire against the same time before, by the rule of `detectors/same-time.ts`: as far as `threshold` (0 to 1) from each, and
 * outside them. Both must be known.
 */
export function sameTimeLimits(bases: readonly (number | null)[], threshold: number): FiringLimits {
  const known = bases.filter((base) => base !== null)
  if (known.length < bases.length || known.length === 0) return nowhere
  return {
    below: finite(
      Math.min(...known.map((base) => (base > 0 ? base * (1 - threshold) : base / (1 - threshold)))),
    ),
    above: finite(
      Math.max(...known.map((base) => (base < 0 ? base * (1 - threshold) : base / (1 - threshold)))),
    ),
  }
}

/** 0 / 0 is 0 here: of nothing but zeros everything else is infinitely far. */
function finite(value: number): number | null {
  if (Number.isNaN(value)) return 0
  return Number.isFinite(value) ? value : null
}

/** `Fires above 500 ms; clears at 400 ms or below`, or `Fires at 50 % or more from a day ago and a week ago, and outside them`. */
export function ruleSentence(rule: ChartRule, unit?: string): string {
  switch (rule.kind) {
    case 'same-time':
      return `Fires at ${formatNumber(rule.threshold * 100)} % or more from the same time a day ago and a week ago, and outside them`
    case 'threshold': {
      const fires = `Fires ${firesWords(rule.op, formatAmount(rule.value, unit))}`
      if (rule.clear === undefined) return fires
      return `${fires}; ${clearsWords(rule.op, formatAmount(rule.clear, unit))}`
    }
    case 'silence':
      return `Fires after ${formatDuration(rule.silentAfterMs)} without rows`
  }
}

type Op = Extract<DetectorConfiguration, { kind: 'threshold' }>['op']

/** `above 500 ms`, `at 500 ms or above`. */
export function firesWords(op: Op, amount: string): string {
  const side = op.startsWith('>') ? 'above' : 'below'
  return op.endsWith('=') ? `at ${amount} or ${side}` : `${side} ${amount}`
}

/** A value that does not stand so to `clear` clears: with `>` one that is at it, with `>=` only one beyond. */
export function clearsWords(op: Op, amount: string): string {
  const side = op.startsWith('>') ? 'below' : 'above'
  return op.endsWith('=') ? `clears ${side} ${amount}` : `clears at ${amount} or ${side}`
}
