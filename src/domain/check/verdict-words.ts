import { formatChange, formatNumber } from '../values/numbers.ts'
import type { Baseline, Series, Verdict } from './verdict.ts'

/** `Likes (os iOS)`; the slice `total` goes without saying. */
export function seriesTitle(metricTitle: string, { slice, group }: Pick<Series, 'slice' | 'group'>): string {
  return slice === 'total' ? metricTitle : `${metricTitle} (${slice} ${group})`
}

/** The verdict that lies farthest from its nearest baseline: a firing one if there is any. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict | undefined {
  const known = verdicts.filter(({ value }) => value !== null)
  const firing = known.filter(({ state }) => state === 'firing')
  return (firing.length > 0 ? firing : known).toSorted((a, b) => distanceOf(b) - distanceOf(a))[0]
}

/** `Likes (os iOS) at 12, 97 % below a week before (480)`, against every baseline that there is. */
export function describeVerdict(metricTitle: string, verdict: Verdict): string {
  const name = seriesTitle(metricTitle, verdict)
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

export function baselineWords({ name }: Pick<Baseline, 'name'>): string {
  if (/week|b7|7d/i.test(name)) return 'a week before'
  if (/day|b1|1d/i.test(name)) return 'a day before'
  return name
}

/** How far a verdict lies from its nearest baseline, 0 to 1; −1 where there is none. */
export function distanceOf({ baselines }: Verdict): number {
  const diffs = baselines.flatMap(({ diff }) => (diff === null ? [] : [diff]))
  return diffs.length === 0 ? -1 : Math.min(...diffs)
}
