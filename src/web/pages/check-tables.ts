import type { Series, Verdict } from '../../domain/check/verdict.ts'
import { formatAmount } from '../../domain/values/amount.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import type { CheckDetails, CheckReading, CheckSeries } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { checkPath, seriesQuery, type RangeName } from './check-links.ts'
import { baselineText, reasonWords } from './check-words.ts'
import { sparkline } from './sparkline.ts'
import { table, type Cell } from './table.ts'
import { incidentLink, instant, severityBadge, stateBadge, verdictBadge } from './words.ts'

interface SeriesOf {
  readonly details: CheckDetails
  readonly reading: CheckReading
  readonly range: RangeName
}

/** How every series stands, each with a link to its chart. */
export function seriesTable({ details, reading, range }: SeriesOf, selected: Series | undefined): Html {
  const rows = reading.series.map((series) => seriesRow(series, details, range, selected))
  const columns = ['Series', 'State', 'Since', 'Value', 'Why', 'Compared with', 'Of late']
  return table({ caption: `Series of ${details.check.name}`, columns, rows })
}

function seriesRow(
  { title, verdicts }: CheckSeries,
  { check, metrics, series }: CheckDetails,
  range: RangeName,
  selected: Series | undefined,
): Cell[] {
  const newest = verdicts.at(-1)
  if (newest === undefined) return [title]
  const unit = metrics.find(({ name }) => name === newest.metric)?.unit
  const isWatched = series.some((one) => isSame(one, newest))
  const current = selected !== undefined && isSame(selected, newest) ? html` aria-current="true"` : null
  return [
    isWatched
      ? html`<a href="${checkPath(check.name)}?${seriesQuery(newest, range)}"${current}>${title}</a>`
      : title,
    verdictBadge(newest.state),
    sinceCell(verdicts),
    newest.value === null ? 'unknown' : formatAmount(newest.value, unit),
    reasonWords[newest.reason],
    html`${newest.baselines.map((baseline) => html`<span class="baseline">${baselineText(baseline, unit)}</span>`)}`,
    sparkline(verdicts),
  ]
}

/** Since which of the buckets shown it is what it is. */
function sinceCell(verdicts: readonly Verdict[]): Cell {
  const state = verdicts.at(-1)?.state
  const before = verdicts.findLastIndex((verdict) => verdict.state !== state)
  const first = verdicts[before + 1]
  if (first === undefined) return null
  return before < 0 ? html`before ${instant(first.bucketAt)}` : instant(first.bucketAt)
}

function isSame(a: Series, b: Series): boolean {
  return a.metric === b.metric && a.slice === b.slice && a.group === b.group
}

export function incidentTable(incidents: readonly Incident[]): Html {
  const rows = incidents.map(({ number, title, severity, state, startedAt }): Cell[] => [
    incidentLink(number),
    title,
    severityBadge(severity),
    stateBadge(state),
    instant(startedAt),
  ])
  return table({
    caption: 'Incidents that its alerts opened or joined',
    columns: ['Incident', 'What', 'Severity', 'State', 'Began'],
    rows,
  })
}
