import type { Metric } from '../configuration/configuration.ts'
import { baselineValue, type Baseline } from '../check/baseline.ts'
import type { Verdict } from '../check/verdict.ts'
import { baselineWords, seriesWords } from '../check/verdict-words.ts'
import { verdictsOf } from '../investigate/evidence-result.ts'
import type { Evidence } from '../investigate/evidence.ts'
import { formatDuration } from '../values/duration.ts'
import { formatChange, formatNumber } from '../values/numbers.ts'
import type { Cited } from './records.ts'

/* What was measured, with the name of its metric, units and what it was held against. */

/** What words need to know of a metric. */
export interface MetricWords {
  readonly metricTitle: string
  readonly metricKind?: Metric['kind']
  readonly unit?: string
  readonly bucketMs?: number
}

/** `68.75 %`; a count belongs to a bucket: `4 per 5 s`. */
export function amountWords(value: number, metric: MetricWords): string {
  if (metric.unit !== undefined) return `${formatNumber(value)} ${metric.unit}`
  const isCounted = metric.metricKind === 'count' || metric.metricKind === 'unique'
  if (!isCounted || metric.bucketMs === undefined) return formatNumber(value)
  return `${formatNumber(value)} per ${formatDuration(metric.bucketMs)}`
}

/** `92 % below a day before (50)` against each baseline, or `above the threshold of 5 %`; empty where there is nothing to hold it against. */
export function againstWords({ value, baselines }: Verdict, metric: MetricWords): string {
  if (value === null) return ''
  const plain = (number: number) =>
    metric.unit === undefined ? formatNumber(number) : `${formatNumber(number)} ${metric.unit}`
  const limit = baselineValue(baselines, { kind: 'threshold' })
  if (limit !== null) return `${sideOf(value, limit)} the threshold of ${plain(limit)}`
  return baselines
    .flatMap((baseline) => (baseline.value === null ? [] : [changeWords(value, baseline, plain)]))
    .join(' and ')
}

/** `4 per 5 s, 92 % below a day before (50)`. */
export function measuredWords(verdict: Verdict, metric: MetricWords): string {
  if (verdict.value === null) return 'not known'
  const against = againstWords(verdict, metric)
  return [amountWords(verdict.value, metric), against].filter((part) => part !== '').join(', ')
}

/** `Likes on iOS: 4 per 5 s, 92 % below a day before (50)`. */
export function verdictWords(verdict: Verdict, metric: MetricWords): string {
  return `${seriesWords(metric.metricTitle, verdict)}: ${measuredWords(verdict, metric)}`
}

/** The words of each metric that evidence was collected of, by its name. */
export function metricsIn(evidence: readonly Cited<Evidence>[]): ReadonlyMap<string, MetricWords> {
  const named = evidence.flatMap(({ record: { result } }) => {
    const verdicts = verdictsOf(result)
    const metric = verdicts?.verdicts[0]?.metric
    return verdicts === undefined || metric === undefined ? [] : [[metric, verdicts] as const]
  })
  return new Map(named)
}

function changeWords(value: number, baseline: Baseline, plain: (number: number) => string): string {
  const base = baseline.value ?? 0
  return `${formatChange(value, base)} ${baselineWords(baseline)} (${plain(base)})`
}

function sideOf(value: number, limit: number): string {
  if (value === limit) return 'at'
  return value > limit ? 'above' : 'below'
}
