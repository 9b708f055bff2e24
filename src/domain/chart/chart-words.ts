import { scaledAmount, type AmountScale } from '../values/amount.ts'
import { formatDuration } from '../values/duration.ts'
import type { ChartLimit, ChartLine, ChartModel } from './chart.ts'
import { ruleSentence } from './rule.ts'

/** What a chart shows, for those who cannot see it. Instants are ISO 8601 in UTC. */
export function chartDescription({
  title,
  scale,
  lines,
  limits,
  gap,
  markers,
}: Omit<ChartModel, 'description'>): string {
  const shown = lines.map((line) => lineWords(line, scale))
  const bounds = limits.map((limit) => limitWords(limit, scale))
  const events = markers.map(({ label, at }) => `${label} at ${at}`)
  const missing = gap === undefined ? [] : [`no samples from ${gap.from} to ${gap.to}`]
  return `${title}. ${[...shown, ...bounds, ...missing, ...events].join('; ')}.`
}

/** `Today against yesterday and a week ago. Fires at 50 % or more from …`: what stands under a chart. */
export function chartCaption({ rule, unit, judgedMs, bucketMs, lines }: ChartModel): string {
  const compared = lines.some(({ kind }) => kind !== 'today')
  const sentences = [
    compared ? 'Today, and the same time yesterday and a week ago' : undefined,
    rule === undefined ? undefined : ruleSentence(rule, unit),
    judgedMs === undefined
      ? undefined
      : `Buckets of ${formatDuration(judgedMs)}, of each ${formatDuration(2 * bucketMs)} the lowest and the highest`,
  ]
  return sentences.flatMap((sentence) => (sentence === undefined ? [] : [`${sentence}.`])).join(' ')
}

function lineWords({ label, values }: ChartLine, scale: AmountScale): string {
  const last = lastOf(values)
  return `${label}: ${last === null ? 'no measurements' : `last value ${scaledAmount(last, scale)}`}`
}

function limitWords({ label, values }: ChartLimit, scale: AmountScale): string {
  if (typeof values === 'number') return label
  const last = lastOf(values)
  return last === null ? label : `${label} ${scaledAmount(last, scale)}`
}

function lastOf(values: readonly (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null
}
