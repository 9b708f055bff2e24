import type { Check } from '../../domain/configuration/configuration.ts'
import type { CheckMute } from '../../domain/check/mutes.ts'
import { formatDuration } from '../../domain/values/duration.ts'
import { formatNumber } from '../../domain/values/numbers.ts'
import type { Baseline } from '../../domain/check/baseline.ts'
import type { VerdictReason } from '../../domain/check/verdict.ts'
import { baselineWords } from '../../domain/check/verdict-words.ts'
import type { CheckReading, CheckSeries } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { sparkline } from './sparkline.ts'
import { table, type Cell } from './table.ts'
import { instant, verdictBadge } from './words.ts'

export const reasons: Readonly<Record<VerdictReason, string>> = {
  'near-baseline': 'not far enough from every value that it is compared with',
  'between-baselines': 'between the values that it is compared with',
  deviates: 'far from every value that it is compared with, and outside them',
  'above-threshold': 'above the threshold',
  'below-threshold': 'below the threshold',
  'within-threshold': 'on the good side of the threshold',
  'not-yet-clear': 'on the good side of the threshold, but not yet as far as it must be to clear',
  'quiet-hours': 'not judged: quiet hours',
  'source-silent': 'its source had no rows at all',
  'no-samples': 'nothing to make a ratio or an average of',
  'not-a-number': 'the metric came to NaN or infinity: a row holds one, or an average has no rows',
  'no-baseline': 'nothing to compare with: the source has no rows in a window of comparison',
  'query-failed': 'the query could not be answered',
}

/** How every check judged last. */
export function checksPage(
  readings: readonly CheckReading[],
  mutes: readonly CheckMute[],
  person: string,
): Html {
  return layout({
    title: 'Checks',
    area: 'checks',
    person,
    body: html`<h1>Checks</h1>
${readings.length === 0 ? html`<p>No check is configured.</p>` : readings.map((reading) => checkSection(reading, mutes))}`,
  })
}

function checkSection({ check, series, more }: CheckReading, mutes: readonly CheckMute[]): Html {
  const muted = mutes.find((one) => one.check === check.name)
  const rows = series.map(row)
  const columns = ['Series', 'State', 'Value', 'Compared with', 'Why', 'Of late']
  const newest = series[0]?.verdicts.at(-1)
  const title = html`<a href="/checks/${encodeURIComponent(check.name)}">${check.name}</a>`
  return html`<section class="check" id="check-${check.name}"><h2>${title}</h2>
<p>${standing(series, more)} ${newest === undefined ? null : html`Newest bucket: ${instant(newest.bucketAt)}.`}</p>
${muted === undefined ? null : mutedText(muted)}
<p class="quiet">${settings(check)}</p>
${rows.length === 0 ? null : table({ caption: `Series of ${check.name}`, columns, rows })}
${more === 0 ? null : html`<p>${more} more series: <a href="/checks/${encodeURIComponent(check.name)}">show more of them</a>.</p>`}</section>`
}

export function mutedText({ series, until }: CheckMute): Html {
  return html`<p class="muted">Muted until ${instant(until)}: ${series} series ${series === 1 ? 'fires' : 'fire'} again within the cooldown. An open incident hears no more of it until then.</p>`
}

function standing(series: readonly CheckSeries[], more: number): string {
  const states = series.map(({ verdicts }) => verdicts.at(-1)?.state)
  const count = (state: string) => states.filter((other) => other === state).length
  if (series.length === 0) return 'It has not run yet.'
  const of = more === 0 ? `${series.length} series` : `the ${series.length} series shown`
  return `${count('firing')} firing, ${count('unknown')} unknown, ${count('ok')} ok of ${of}.`
}

function settings(check: Check): string {
  const { service, bucketMs, everyMs, clearAfter, cooldownMs, quietHours } = check
  const quiet = quietHours.map(({ from, to }) => `${from} to ${to}`).join(', ')
  return [
    `service ${service}`,
    firesWhen(check),
    `buckets of ${formatDuration(bucketMs)}, every ${formatDuration(everyMs)}`,
    `clears after ${clearAfter} ok`,
    cooldownMs === 0 ? '' : `cooldown ${formatDuration(cooldownMs)}`,
    quiet === '' ? '' : `quiet ${quiet}`,
  ]
    .filter((part) => part !== '')
    .join('; ')
}

function firesWhen({ detector, forMs }: Check): string {
  const lasting = forMs === 0 ? '' : ` for ${formatDuration(forMs)}`
  switch (detector.kind) {
    case 'same-time':
      return `fires at a difference of ${formatNumber(detector.threshold * 100)} % from every comparison${lasting}`
    case 'threshold':
      return `fires while ${detector.op} ${formatNumber(detector.value)}${lasting}`
  }
}

function row({ title, verdicts }: CheckSeries): Cell[] {
  const newest = verdicts.at(-1)
  if (newest === undefined) return [title]
  const { state, value, baselines, reason } = newest
  return [
    title,
    verdictBadge(state),
    value === null ? 'unknown' : formatNumber(value),
    html`${baselines.map((baseline) => html`<span class="baseline">${baselineText(baseline)}</span>`)}`,
    reasons[reason],
    sparkline(verdicts),
  ]
}

export function baselineText(baseline: Baseline): string {
  const { value, diff } = baseline
  const shown = value === null ? 'unknown' : formatNumber(value)
  return `${baselineWords(baseline, 'ago')}: ${shown}${diff === null ? '' : ` (${formatNumber(Math.round(diff * 1000) / 10)} % apart)`}`
}
