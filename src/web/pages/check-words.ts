import type { Baseline } from '../../domain/check/baseline.ts'
import { baselineWords } from '../../domain/check/verdict-words.ts'
import type { Verdict, VerdictReason } from '../../domain/check/verdict.ts'
import type { Check } from '../../domain/configuration/configuration.ts'
import { formatDuration } from '../../domain/values/duration.ts'
import { formatAmount } from '../../domain/values/amount.ts'
import { formatNumber } from '../../domain/values/numbers.ts'

export const reasonWords: Readonly<Record<VerdictReason, string>> = {
  'near-baseline': 'not far enough from every comparison',
  'between-baselines': 'between its comparisons',
  deviates: 'far from every comparison',
  'above-threshold': 'above the threshold',
  'below-threshold': 'below the threshold',
  'within-threshold': 'on the good side of the threshold',
  'not-yet-clear': 'on the good side of the threshold, not yet where it clears',
  'quiet-hours': 'not judged: quiet hours',
  'source-silent': 'its source had no rows at all',
  'no-samples': 'nothing to make a ratio or an average of',
  'not-a-number': 'the metric came to NaN or infinity: a row holds one, or an average has no rows',
  'no-baseline': 'nothing to compare with: the source has no rows in a window of comparison',
  'query-failed': 'the query could not be answered',
  'missing-database': 'the database does not exist',
  'missing-table': 'the table does not exist',
  'missing-column': 'a column that it needs does not exist',
  'wrong-type': 'a column has a type that it cannot work with',
  'empty-table': 'the table has no rows',
}

/** `97 %`, or `unknown`. */
export function amount(value: number | null, unit?: string): string {
  return value === null ? 'unknown' : formatAmount(value, unit)
}

/** `a day ago: 480 (98 % apart)`. */
export function baselineText(baseline: Baseline, unit?: string): string {
  const { value, diff } = baseline
  const apart = diff === null ? '' : ` (${percent(diff)} apart)`
  return `${baselineWords(baseline, 'ago')}: ${amount(value, unit)}${apart}`
}

function percent(part: number): string {
  const digits = part < 0.1 ? 10 : 1
  return `${formatNumber(Math.round(part * 100 * digits) / digits)} %`
}

export function firesWhen({ detector, forMs }: Check): string {
  const lasting = forMs === 0 ? '' : ` for ${formatDuration(forMs)}`
  switch (detector.kind) {
    case 'same-time':
      return `at a difference of ${formatNumber(detector.threshold * 100)} % from every comparison${lasting}`
    case 'threshold':
      return `while ${detector.op} ${formatNumber(detector.value)}${lasting}`
  }
}

/** Since when a series is in the state that it is in. `isCut`: for as long as its verdicts go back, so at least since then. */
export function stateSince(
  verdicts: readonly Verdict[],
): { readonly at: string; readonly isCut: boolean } | null {
  const newest = verdicts.at(-1)
  if (newest === undefined) return null
  const before = verdicts.findLastIndex(({ state }) => state !== newest.state)
  return { at: verdicts[before + 1]?.bucketAt ?? newest.bucketAt, isCut: before === -1 }
}
