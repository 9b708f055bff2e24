import type { Incident } from '../incident/incident.ts'
import type { RemediationAttempt } from '../remediate/remediation.ts'
import { amountScale, scaledAmount, type AmountScale } from '../values/amount.ts'
import { chartDescription } from './chart-words.ts'
import { clearsWords, firesWords, sameTimeLimits, type ChartRule } from './rule.ts'

/** Values of one series per point; `null` is unknown and leaves a gap. As kept in evidence, where it is never rewritten. */
export interface ChartData {
  readonly title: string
  /** Shown behind numbers. */
  readonly unit?: string
  /** What it was judged by; records from before it was kept have none, and lines of the days before. */
  readonly rule?: ChartRule
  /** Start of the first point's bucket, ISO 8601 in UTC. */
  readonly from: string
  /** From one point to the next. */
  readonly bucketMs: number
  /** Length of the buckets that were judged, where a point stands for several: then the lowest and the highest of each two points are shown. */
  readonly judgedMs?: number
  /** Each has one value per point; `today` ends where measurements end. The days before are there where the rule compares with them. */
  readonly today: readonly (number | null)[]
  readonly yesterday: readonly (number | null)[]
  readonly weekAgo: readonly (number | null)[]
  /** When the rule fired. */
  readonly firing?: readonly ChartStretch[]
}

/** Half-open, ISO 8601 in UTC. */
export interface ChartStretch {
  readonly from: string
  readonly to: string
}

export type ChartLineKind = 'today' | 'yesterday' | 'week-ago'

export interface ChartLine {
  readonly kind: ChartLineKind
  readonly label: string
  readonly values: readonly (number | null)[]
}

/** Where a value fires or clears: one value, or one per point. */
export interface ChartLimit {
  readonly kind: 'fires' | 'clears'
  readonly label: string
  readonly values: number | readonly (number | null)[]
}

export type ChartMarkerKind = 'start' | 'act' | 'end' | 'last-sample'

/** Something that happened, as an upright line in the chart. */
export interface ChartMarker {
  readonly kind: ChartMarkerKind
  readonly at: string
  readonly label: string
}

/** A line chart of one series over one stretch of time, with what its rule held it against. */
export interface ChartModel {
  readonly title: string
  /** What somebody who cannot see it is told. */
  readonly description: string
  readonly unit?: string
  /** How its values are written, all alike. */
  readonly scale: AmountScale
  /** In which its times are shown. */
  readonly timeZone: string
  readonly from: string
  readonly bucketMs: number
  readonly judgedMs?: number
  readonly rule?: ChartRule
  readonly lines: readonly ChartLine[]
  readonly limits: readonly ChartLimit[]
  /** When it fired. */
  readonly firing: readonly ChartStretch[]
  /** From the last sample to where measurements should end. */
  readonly gap?: ChartStretch
  readonly markers: readonly ChartMarker[]
}

export interface ChartOf {
  readonly data: ChartData
  /** Absent for a chart of a check, which is of no incident. */
  readonly incident?: Pick<Incident, 'startedAt' | 'mitigatedAt'>
  readonly attempts?: readonly Pick<RemediationAttempt, 'action' | 'actedAt'>[]
  readonly timeZone: string
}

/** A chart: what was measured, what its rule looked at, and of an incident when it began, when something was done, and when it was over. */
export function chartModel({ data, incident, attempts = [], timeZone }: ChartOf): ChartModel {
  const { title, unit, from, bucketMs, judgedMs, rule } = data
  const gap = gapOf(data)
  const scale = scaleOf(data)
  const model = {
    title,
    ...(unit === undefined ? {} : { unit }),
    scale,
    timeZone,
    from,
    bucketMs,
    ...(judgedMs === undefined ? {} : { judgedMs }),
    ...(rule === undefined ? {} : { rule }),
    lines: linesOf(data),
    limits: limitsOf(data, scale),
    firing: firingOf(data, incident),
    ...(gap === undefined ? {} : { gap }),
    markers: [...markersOf(incident, attempts), ...lastSample(gap)],
  }
  return { ...model, description: chartDescription(model) }
}

/** Whether an evidence result is a chart's data. */
export function chartDataOf(result: unknown): ChartData | undefined {
  const named = typeof result === 'object' && result !== null && 'bucketMs' in result && 'weekAgo' in result
  return named && 'today' in result && 'yesterday' in result ? (result as ChartData) : undefined
}

/** Whether anything was measured that a chart could show. */
export function isMeasured({ lines }: Pick<ChartModel, 'lines'>): boolean {
  return lines.some(({ values }) => values.some((value) => value !== null))
}

function linesOf({ rule, today, yesterday, weekAgo }: ChartData): ChartLine[] {
  if (rule !== undefined && rule.kind !== 'same-time')
    return [{ kind: 'today', label: rule.kind === 'silence' ? 'rows' : 'measured', values: today }]
  return [
    { kind: 'week-ago', label: 'week ago', values: weekAgo },
    { kind: 'yesterday', label: 'yesterday', values: yesterday },
    { kind: 'today', label: 'today', values: today },
  ]
}

/** By the greatest of all that is shown. */
function scaleOf({ rule, unit, today, yesterday, weekAgo }: ChartData): AmountScale {
  const limits = rule?.kind === 'threshold' ? [rule.value, rule.clear ?? 0] : []
  const greatest = [...today, ...yesterday, ...weekAgo, ...limits].reduce<number>(
    (most, value) => Math.max(most, Math.abs(value ?? 0)),
    0,
  )
  return amountScale(greatest, unit)
}

function limitsOf({ rule, yesterday, weekAgo }: ChartData, scale: AmountScale): ChartLimit[] {
  if (rule?.kind === 'threshold') {
    const { op, value, clear } = rule
    const amount = (number: number) => scaledAmount(number, scale)
    const fires: ChartLimit = {
      kind: 'fires',
      label: `fires ${firesWords(op, amount(value))}`,
      values: value,
    }
    if (clear === undefined) return [fires]
    return [fires, { kind: 'clears', label: clearsWords(op, amount(clear)), values: clear }]
  }
  if (rule?.kind !== 'same-time') return []
  const limits = yesterday.map((day, index) => sameTimeLimits([day, weekAgo[index] ?? null], rule.threshold))
  const sides: ChartLimit[] = [
    { kind: 'fires', label: 'fires above', values: limits.map(({ above }) => above) },
    { kind: 'fires', label: 'fires below', values: limits.map(({ below }) => below) },
  ]
  return sides.filter(({ values }) => typeof values !== 'number' && values.some((value) => value !== null))
}

/** As the rule judged; where that was not kept, as long as the incident lasted. */
function firingOf(
  { firing, from, bucketMs, today }: ChartData,
  incident: ChartOf['incident'],
): readonly ChartStretch[] {
  if (firing !== undefined || incident === undefined) return firing ?? []
  const end = new Date(Date.parse(from) + today.length * bucketMs).toISOString()
  return [{ from: incident.startedAt, to: incident.mitigatedAt ?? end }]
}

/** One bucket without a sample is usual for some metrics; of a source that is watched for silence it is the news. */
function gapOf({ rule, from, bucketMs, today }: ChartData): ChartStretch | undefined {
  const last = today.findLastIndex((value) => value !== null)
  const missing = today.length - 1 - last
  if (last < 0 || missing < (rule?.kind === 'silence' ? 1 : 2)) return undefined
  const at = (index: number) => new Date(Date.parse(from) + index * bucketMs).toISOString()
  return { from: at(last + 1), to: at(today.length) }
}

function lastSample(gap: ChartStretch | undefined): ChartMarker[] {
  return gap === undefined ? [] : [{ kind: 'last-sample', at: gap.from, label: 'last sample' }]
}

function markersOf(incident: ChartOf['incident'], attempts: NonNullable<ChartOf['attempts']>): ChartMarker[] {
  if (incident === undefined) return []
  return [
    { kind: 'start', at: incident.startedAt, label: 'began' },
    ...attempts.flatMap(({ action, actedAt }): ChartMarker[] =>
      actedAt === null ? [] : [{ kind: 'act', at: actedAt, label: action }],
    ),
    ...(incident.mitigatedAt === null
      ? []
      : [{ kind: 'end' as const, at: incident.mitigatedAt, label: 'clear' }]),
  ]
}
