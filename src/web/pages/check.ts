import type { WaitingCheck } from '../../domain/check/first-data.ts'
import type { CheckMute } from '../../domain/check/mutes.ts'
import type { Series } from '../../domain/check/verdict.ts'
import { seriesWords } from '../../domain/check/verdict-words.ts'
import type { CheckDetails, CheckReading, CheckSeries, FiringSeries } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { chartFigure } from './chart-figure.ts'
import { chartRanges, checkPath, seriesQuery, type RangeName } from './check-links.ts'
import { incidentTable, seriesTable } from './check-tables.ts'
import { watchSection } from './check-watches.ts'
import { mutedText, waitingText } from './checks.ts'
import { layout } from './layout.ts'
import { counted, icon, instant, since } from './words.ts'

/** Charts on one page; the other series have theirs behind a link. */
const mostCharts = 6

export interface CheckPage {
  readonly details: CheckDetails
  readonly reading: CheckReading
  readonly muted: CheckMute | undefined
  /** Set while it waits for its first data. */
  readonly waiting: WaitingCheck | undefined
  readonly range: RangeName
  /** The one series that is looked at; absent: the page shows what fires first. */
  readonly selected: Series | undefined
  readonly now: string
  readonly person: string
}

/** One check: how it stands, what it measured, what it watches, and what came of it. */
export function checkPage(page: CheckPage): Html {
  const { details, reading, muted, waiting, selected, person } = page
  const { check, incidents } = details
  return layout({
    title: `Check ${check.name}`,
    area: 'checks',
    person,
    body: html`<h1>Check ${check.name}</h1>
<p><a href="/checks">All checks</a></p>
${standing(page)}
${waiting === undefined ? null : waitingText(waiting)}
${muted === undefined ? null : mutedText(muted)}
${chartSection(page)}
<section class="check" aria-labelledby="series-title"><h2 id="series-title">Series</h2>
${reading.series.length === 0 ? html`<p>Not judged yet: the check has not run.</p>` : seriesTable(page, selected)}
${reading.more === 0 ? null : html`<p>${reading.more} more series are not shown.</p>`}</section>
${watchSection(details)}
<section aria-labelledby="incidents-title"><h2 id="incidents-title">Recent incidents</h2>
${incidents.length === 0 ? html`<p>None.</p>` : incidentTable(incidents)}</section>`,
  })
}

/** `▲ firing: 2 of 12 series, since 2026-03-02 03:00:00 UTC (25 min).` */
function standing({ details: { firing, series }, reading, now }: CheckPage): Html {
  const alerting = firing.filter(({ phase }) => phase === 'firing')
  const pending = firing.length - alerting.length
  const newest = reading.series[0]?.verdicts.at(-1)
  const unknown = reading.series.filter(({ verdicts }) => verdicts.at(-1)?.state === 'unknown').length
  const judged = newest === undefined ? null : html` Newest bucket: ${instant(newest.bucketAt)}.`
  const waiting = pending === 0 ? null : html` ${pending} series began to fire, not long enough for an alert.`
  const unmeasured = unknown === 0 ? null : html` ${unknown} unknown.`
  const [first] = alerting
  if (first !== undefined)
    return html`<p class="standing"><span class="badge firing">${icon('▲')} firing</span> ${alerting.length} of ${series.length} series, since ${instant(first.since)} (${since(first.since, now)}).${waiting}${unmeasured}${judged}</p>`
  if (newest === undefined)
    return html`<p class="standing"><span class="badge unknown">${icon('?')} unknown</span> No samples yet: the check has not run. It watches ${series.length} series.</p>`
  const isUnknown = unknown === reading.series.length
  const badge = isUnknown
    ? html`<span class="badge unknown">${icon('?')} unknown</span>`
    : html`<span class="badge ok">${icon('✓')} ok</span>`
  return html`<p class="standing">${badge} None of ${series.length} series fires.${waiting}${unmeasured}${judged}</p>`
}

/** The selected series, or those that fire, or the first ones. */
function chartSection(page: CheckPage): Html | null {
  const { details, range, selected } = page
  const shown = selected === undefined ? firstSeries(page) : [selected]
  if (shown.length === 0) return null
  const figures = shown.map((series) => figure(details, series, range))
  const rest = details.series.length - shown.length
  const address = checkPath(details.check.name)
  return html`<section aria-labelledby="charts-title"><h2 id="charts-title">What was measured</h2>
${rangeChips(page)}
${selected === undefined ? null : html`<p><a href="${address}?range=${range}">All series</a></p>`}
<div class="charts">${figures}</div>
${rest === 0 || selected !== undefined ? null : html`<p class="quiet">${counted(rest, 'more chart')}: choose a series below.</p>`}</section>`
}

function figure({ check, metrics }: CheckDetails, series: Series, range: RangeName): Html {
  const metric = metrics.find(({ name }) => name === series.metric)
  const query = seriesQuery(series, range)
  const picture = `${checkPath(check.name)}/chart.svg?${query}`
  return chartFigure({
    wide: picture,
    narrow: `${picture}&size=narrow`,
    about: {
      title: seriesWords(metric?.title ?? series.metric, series),
      ...(metric?.unit === undefined ? {} : { unit: metric.unit }),
      rule: check.detector,
    },
    numbers: `${checkPath(check.name)}/chart?${query}`,
  })
}

function rangeChips({ details, range, selected }: CheckPage): Html {
  const address = checkPath(details.check.name)
  const chips = (Object.keys(chartRanges) as RangeName[]).map((name) => {
    const query = selected === undefined ? `range=${name}` : seriesQuery(selected, name)
    return html`<a href="${address}?${query}"${name === range ? html` aria-current="true"` : null}>${rangeWords[name]}</a>`
  })
  return html`<nav class="chips" aria-label="Range">${chips}</nav>`
}

const rangeWords: Readonly<Record<RangeName, string>> = { '3h': '3 h', '24h': '24 h', '7d': '7 d' }

function firstSeries({ details, reading }: CheckPage): readonly Series[] {
  const ranked: readonly Series[] = [
    ...details.firing.filter(isAlerting),
    ...newestOf(reading.series),
    ...details.series,
  ]
  const watched = new Map(details.series.map((series) => [keyOf(series), series]))
  const keys = new Set(ranked.map(keyOf))
  return [...keys].flatMap((key) => watched.get(key) ?? []).slice(0, mostCharts)
}

/** They come with those that fire first. */
function newestOf(series: readonly CheckSeries[]): readonly Series[] {
  return series.flatMap(({ verdicts }) => verdicts.at(-1) ?? [])
}

function isAlerting({ phase }: FiringSeries): boolean {
  return phase === 'firing'
}

function keyOf({ metric, slice, group }: Series): string {
  return JSON.stringify([metric, slice, group])
}
