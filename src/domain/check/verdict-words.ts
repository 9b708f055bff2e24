import { formatChange, formatNumber } from '../values/numbers.ts'
import type { BaselineKind } from './baseline.ts'
import type { Series, Verdict } from './verdict.ts'

/**
 * A series wherever it is named, be it in a title, a chart, a row or a sentence: `Likes on iOS`; the slice `total` goes without saying. A group
 * that means nothing by itself has its slice before it: `Likes on exp_group 4`.
 */
export function seriesWords(metricTitle: string, { slice, group }: Pick<Series, 'slice' | 'group'>): string {
  if (slice === 'total') return metricTitle
  return `${metricTitle} on ${meansNothingAlone.test(group) ? `${slice} ${group}` : group}`
}

/** Numbers and their ranges, truth values, and what stands for no value. */
const meansNothingAlone = /^(?:[\d\s.,:+<>=–-]+|true|false|yes|no|null|none|nil|nan|other|unknown)$/i

/** The verdict that lies farthest from its nearest baseline: a firing one if there is any. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict | undefined {
  const known = verdicts.filter(({ value }) => value !== null)
  const firing = known.filter(({ state }) => state === 'firing')
  return (firing.length > 0 ? firing : known).toSorted((a, b) => distanceOf(b) - distanceOf(a))[0]
}

/** `Likes on iOS at 12, 97 % below a week before (480)`, against every baseline that there is. */
export function describeVerdict(metricTitle: string, verdict: Verdict): string {
  const name = seriesWords(metricTitle, verdict)
  if (verdict.value === null) return `${name} unknown (${verdict.reason})`
  const value = verdict.value
  const against = verdict.baselines.flatMap((baseline) => {
    if (baseline.value === null) return []
    return [
      `${formatChange(value, baseline.value)} ${baselineWords(baseline)} (${formatNumber(baseline.value)})`,
    ]
  })
  return [`${name} at ${formatNumber(value)}`, against.join(' and ')].filter((part) => part !== '').join(', ')
}

/**
 * `a week before` in what is told of a time in the past, `a week ago` beside what is measured now; `the threshold`, and `where it clears`.
 */
export function baselineWords(baseline: BaselineKind, seen: 'before' | 'ago' = 'before'): string {
  switch (baseline.kind) {
    case 'before':
      return `${daysWords(baseline.daysAgo)} ${seen}`
    case 'threshold':
      return 'the threshold'
    case 'clear':
      return 'where it clears'
  }
}

function daysWords(days: number): string {
  if (days === 1) return 'a day'
  return days === 7 ? 'a week' : `${days} days`
}

/** How far a verdict lies from its nearest baseline, 0 to 1; −1 where there is none. */
export function distanceOf({ baselines }: Verdict): number {
  const diffs = baselines.flatMap(({ diff }) => (diff === null ? [] : [diff]))
  return diffs.length === 0 ? -1 : Math.min(...diffs)
}
