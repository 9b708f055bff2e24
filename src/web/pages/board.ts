import { incidentName } from '../../domain/investigate/evidence.ts'
import type { Incident, IncidentState } from '../../domain/incident/incident.ts'
import type { BoardRow } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { nextWords } from './board-next.ts'
import { icon, severityMark, since, stateSign } from './words.ts'

const states: readonly IncidentState[] = ['open', 'monitoring', 'resolved']

const columns = ['Severity', 'What is wrong', 'Service', 'Owner', 'Age', 'Next', 'Number'] as const

/**
 * Incidents as dense rows, one group for each state: a table where there is room, two lines a row where there is not. The roles are written
 * out, because browsers take them from a table that is laid out otherwise.
 */
export function incidentBoard(
  rows: readonly BoardRow[],
  counts: Readonly<Record<IncidentState, number>>,
  now: string,
): Html {
  const groups = states.map((state) => ({
    state,
    of: rows.filter(({ incident }) => incident.state === state),
  }))
  return html`<table class="board" role="table"><caption class="aloud">Incidents: open before monitored before resolved, the most severe first</caption>
<thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th scope="col" role="columnheader">${column}</th>`)}</tr></thead>
${groups.map(({ state, of }) => (of.length === 0 ? null : group(state, of, counts[state], now)))}
</table>`
}

function group(state: IncidentState, rows: readonly BoardRow[], count: number, now: string): Html {
  return html`<tbody class="is-${state}" role="rowgroup">
<tr class="group" role="row"><th role="columnheader" scope="rowgroup" colspan="${columns.length}">${icon(stateSign(state))} ${state} ${count}</th></tr>
${rows.map((one) => row(one, now))}
</tbody>`
}

function row(shown: BoardRow, now: string): Html {
  const { number, title, service, severity } = shown.incident
  const name = incidentName(number)
  return html`<tr role="row"><td role="cell">${severityMark(severity)}</td>
<th role="rowheader" scope="row"><a href="/incidents/${name}">${title}</a></th>
<td role="cell">${service}</td>
<td role="cell">${owner(shown.incident)}</td>
<td role="cell">${age(shown.incident, now)}</td>
<td role="cell" class="next">${nextWords(shown, now)}</td>
<td role="cell" class="number">${name}</td></tr>`
}

function owner({ state, acknowledgedBy }: Incident): Html {
  if (acknowledgedBy !== null) return html`${acknowledgedBy}`
  return state === 'open'
    ? html`<strong class="unowned">nobody yet</strong>`
    : html`<span class="quiet">nobody</span>`
}

/** What is over ended so long ago. */
function age({ startedAt, resolvedAt }: Incident, now: string): Html {
  return resolvedAt === null ? since(startedAt, now) : html`${since(resolvedAt, now)} ago`
}
