import type { VerdictState } from '../../domain/check/verdict.ts'
import type { Check } from '../../domain/configuration/configuration.ts'
import type { CheckSeries } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { amount, baselineText, reasonWords, stateSince } from './check-words.ts'
import { sparkline } from './sparkline.ts'
import { clock, incidentLink, instant, since, verdictBadge } from './words.ts'

/** A series and the check that judges it. */
export interface JudgedSeries extends CheckSeries {
  readonly check: Check
}

/** In the order in which they are looked at. */
export const verdictStates: readonly VerdictState[] = ['firing', 'unknown', 'ok']

const columns = ['State', 'Series', 'Value', 'Compared with', 'Since', 'Incident', 'Of late'] as const

export function stateOf({ verdicts }: CheckSeries): VerdictState {
  return verdicts.at(-1)?.state ?? 'unknown'
}

/** Series as rows of a board: those that fire first. */
export function seriesBoard(caption: string, all: readonly JudgedSeries[], now: string): Html {
  const groups = verdictStates.map((state) => ({ state, rows: all.filter((one) => stateOf(one) === state) }))
  return html`<table class="board series" role="table"><caption class="aloud">${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th scope="col" role="columnheader">${column}</th>`)}</tr></thead>
${groups.map(({ state, rows }) => (rows.length === 0 ? null : html`<tbody class="is-${state}" role="rowgroup">${rows.map((one) => row(one, now))}</tbody>`))}
</table>`
}

function row(series: JudgedSeries, now: string): Html | null {
  const { title, check, verdicts, unit, incident } = series
  const newest = verdicts.at(-1)
  if (newest === undefined) return null
  const { state, value, baselines, reason } = newest
  return html`<tr role="row"><td role="cell">${verdictBadge(state)}</td>
<th role="rowheader" scope="row"><a href="/checks/${encodeURIComponent(check.name)}">${title}</a> <span class="quiet">${check.name}</span></th>
<td role="cell" class="value">${amount(value, unit)}</td>
<td role="cell">${baselines.map((baseline) => html`<span class="baseline">${baselineText(baseline, unit)}<span class="narrow">,</span></span> `)}<span class="quiet">${reasonWords[reason]}</span></td>
<td role="cell">${sinceText(verdicts, now)}</td>
<td role="cell">${incident === undefined ? html`<span class="quiet">no incident</span>` : incidentLink(incident)}</td>
<td role="cell" class="drawn">${verdicts.length > 1 ? sparkline(verdicts, unit) : null}</td></tr>`
}

const dayMs = 86_400_000

function sinceText(verdicts: CheckSeries['verdicts'], now: string): Html | null {
  const begun = stateSince(verdicts)
  if (begun === null) return null
  const { at, isCut } = begun
  const when = Date.parse(now) - Date.parse(at) < dayMs ? clock(at) : instant(at)
  return html`${isCut ? 'at least ' : null}${since(at, now)} <span class="quiet">since ${when}</span>`
}
