import type { RemediationAttempt } from '../remediate/remediation.ts'
import type { Incident } from '../incident/incident.ts'

/** Values of one series per bucket; `null` is unknown and leaves a gap. */
export interface ChartData {
  readonly title: string
  /** Start of the first bucket, ISO 8601 in UTC. */
  readonly from: string
  readonly bucketMs: number
  /** Each has one value per bucket; `today` ends where measurements end. */
  readonly today: readonly (number | null)[]
  readonly yesterday: readonly (number | null)[]
  readonly weekAgo: readonly (number | null)[]
}

export type ChartLineKind = 'today' | 'yesterday' | 'week-ago'

export interface ChartLine {
  readonly kind: ChartLineKind
  readonly label: string
  readonly values: readonly (number | null)[]
}

export type ChartMarkerKind = 'start' | 'act' | 'end'

/** Something that happened, as an upright line in the chart. */
export interface ChartMarker {
  readonly kind: ChartMarkerKind
  readonly at: string
  readonly label: string
}

/** A line chart of one series over one stretch of time, against the same stretch a day and a week before. */
export interface ChartModel {
  readonly title: string
  /** What somebody who cannot see it is told. */
  readonly description: string
  readonly timeZone: string
  readonly from: string
  readonly bucketMs: number
  readonly lines: readonly ChartLine[]
  readonly markers: readonly ChartMarker[]
}

export interface ChartOf {
  readonly incident: Pick<Incident, 'number' | 'title' | 'startedAt' | 'mitigatedAt'>
  /** Absent where no check measures what fires. */
  readonly data: ChartData | undefined
  readonly attempts: readonly Pick<RemediationAttempt, 'action' | 'actedAt'>[]
  readonly timeZone: string
}

/** The chart of an incident: what was measured, and when it began, when something was done, and when it was over. */
export function chartModel({ incident, data, attempts, timeZone }: ChartOf): ChartModel {
  const lines: ChartLine[] =
    data === undefined
      ? []
      : [
          { kind: 'week-ago', label: 'week ago', values: data.weekAgo },
          { kind: 'yesterday', label: 'yesterday', values: data.yesterday },
          { kind: 'today', label: 'today', values: data.today },
        ]
  const markers: ChartMarker[] = [
    { kind: 'start', at: incident.startedAt, label: 'began' },
    ...attempts.flatMap(({ action, actedAt }) =>
      actedAt === null ? [] : [{ kind: 'act' as const, at: actedAt, label: action }],
    ),
    ...(incident.mitigatedAt === null
      ? []
      : [{ kind: 'end' as const, at: incident.mitigatedAt, label: 'clear' }]),
  ]
  const title = data?.title ?? incident.title
  return {
    title,
    description: describe(title, lines, markers),
    timeZone,
    from: data?.from ?? incident.startedAt,
    bucketMs: data?.bucketMs ?? 60_000,
    lines,
    markers,
  }
}

/** Whether an evidence result is a chart's data. */
export function chartDataOf(result: unknown): ChartData | undefined {
  const named = typeof result === 'object' && result !== null && 'bucketMs' in result && 'weekAgo' in result
  return named && 'today' in result && 'yesterday' in result ? (result as ChartData) : undefined
}

function describe(title: string, lines: readonly ChartLine[], markers: readonly ChartMarker[]): string {
  const shown = lines.map(({ label, values }) => {
    const last = values.findLast((value) => value !== null)
    return `${label}: ${last === undefined || last === null ? 'no measurements' : `last value ${last}`}`
  })
  const events = markers.map(({ label, at }) => `${label} at ${at}`)
  return `${title}. ${[...shown, ...events].join('; ')}.`
}
