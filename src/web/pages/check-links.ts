import type { Series } from '../../domain/check/verdict.ts'

const hourMs = 3_600_000

/** For how long a chart of a check can be looked at. */
export const chartRanges = { '3h': 3 * hourMs, '24h': 24 * hourMs, '7d': 168 * hourMs } as const
export type RangeName = keyof typeof chartRanges
export const defaultRange: RangeName = '24h'

export function checkPath(check: string): string {
  return `/checks/${encodeURIComponent(check)}`
}

/** Names one series and a range in an address. */
export function seriesQuery(
  { metric, slice, group }: Pick<Series, 'metric' | 'slice' | 'group'>,
  range: RangeName,
): string {
  return new URLSearchParams({ metric, slice, group, range }).toString()
}
