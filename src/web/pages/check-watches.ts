import { ruleSentence } from '../../domain/chart/rule.ts'
import type { Check, Metric, Slice } from '../../domain/configuration/configuration.ts'
import { formatDuration } from '../../domain/values/duration.ts'
import type { CheckDetails } from '../dependencies.ts'
import { html, type Html } from '../html.ts'

/** What a check watches and how it judges, in words. */
export function watchSection(details: CheckDetails): Html {
  const rows = rowsOf(details).map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)
  return html`<section aria-labelledby="watches-title"><h2 id="watches-title">What it watches</h2><dl class="labels">${rows}</dl></section>`
}

function rowsOf(details: CheckDetails): (readonly [string, Html | string])[] {
  const { check, metrics, series, runbook, dashboardUrl } = details
  const quiet = check.quietHours.map(({ from, to }) => `${from} to ${to}`).join(', ')
  return [
    ['Service', check.service],
    [metrics.length === 1 ? 'Metric' : 'Metrics', metrics.map(metricWords).join('; ')],
    ['Series', `${series.length}: ${slicesWords(details)}`],
    ...ruleRows(check, metrics),
    ['Clears', `after ${check.clearAfter} ok buckets in a row`],
    ['Judges', judgesWords(check)],
    ['Silent source', `an alert of its own after ${formatDuration(check.silentAfterMs)} without rows`],
    ['Severity', check.severity],
    ...(check.cooldownMs === 0 ? [] : [['Cooldown', formatDuration(check.cooldownMs)] as const]),
    ...(quiet === '' ? [] : [['Quiet hours', `${quiet}: not judged`] as const]),
    ...(runbook === null
      ? []
      : [
          [
            'Runbook',
            html`<a href="/runbooks/${encodeURIComponent(runbook.name)}">${runbook.title}</a>`,
          ] as const,
        ]),
    ...(dashboardUrl === null
      ? []
      : [
          [
            'Dashboard',
            html`<a href="${dashboardUrl}" rel="noreferrer">Dashboard of ${check.service}</a>`,
          ] as const,
        ]),
  ]
}

/** One sentence for all metrics of one unit. */
function ruleRows({ detector, forMs }: Check, metrics: readonly Metric[]): (readonly [string, string])[] {
  const lasting = forMs === 0 ? '' : `, for ${formatDuration(forMs)}`
  const sentences = new Set(metrics.map(({ unit }) => ruleSentence(detector, unit)))
  return [...sentences].map((sentence) => ['Fires', `${sentence.replace(/^Fires /, '')}${lasting}`])
}

function metricWords({ title, name, unit, kind }: Metric): string {
  const of = title === name ? title : `${title} (${name})`
  return `${of}, ${kindWords[kind]}${unit === undefined ? '' : `, in ${unit}`}`
}

const kindWords: Readonly<Record<Metric['kind'], string>> = {
  count: 'a count per bucket',
  unique: 'different ones per bucket',
  gauge: 'a gauge',
  ratio: 'a ratio',
}

function slicesWords({ check, slices }: CheckDetails): string {
  const words = slices.map(({ name, groups }: Slice) => `by ${name} (${groups.length} groups)`)
  return [...(check.slices.includes('total') ? ['the total'] : []), ...words].join(', ')
}

function judgesWords({ scheduled, bucketMs, everyMs, lateMs }: Check): string {
  const buckets = `buckets of ${formatDuration(bucketMs)}`
  if (scheduled === false) return `${buckets}, only when replayed`
  const late = lateMs === 0 ? '' : `, ${formatDuration(lateMs)} after their end`
  return `${buckets}, every ${formatDuration(everyMs)}${late}`
}
