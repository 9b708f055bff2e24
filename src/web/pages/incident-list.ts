import type { IncidentState } from '../../domain/incident/incident.ts'
import type { BoardRow } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { incidentBoard } from './board.ts'
import { address, type AskedFilter, filterForm, isNarrowed, positionText, stateTabs } from './board-filter.ts'
import { layout } from './layout.ts'
import { counted, icon } from './words.ts'

export interface IncidentListPage extends AskedFilter {
  readonly rows: readonly BoardRow[]
  /** Of those that the filter lets through, and of all. */
  readonly counts: Counts
  readonly allCounts: Counts
  readonly person: string
  /** May declare incidents. */
  readonly mayCommand: boolean
  readonly told?: string
  readonly mark: string
  readonly now: string
}

type Counts = Readonly<Record<IncidentState, number>>

/** The board of incidents: what is wrong, who has it and what comes next. The filter is in the address, so that a board can be kept and sent. */
export function incidentListPage(page: IncidentListPage): Html {
  const { allCounts, counts, person, mark, now } = page
  return layout({
    title: allCounts.open === 0 ? 'Incidents' : `${allCounts.open} open · Incidents`,
    area: 'incidents',
    person,
    live: { incident: null, mark, now },
    body: html`<header class="head"><h1>Incidents</h1>${page.mayCommand ? html`<a class="button" href="/declare">Declare an incident</a>` : null}</header>
${page.told === 'declare' ? html`<p class="told" role="status">Declared and stored. It opens in a moment, and pages at once.</p>` : null}
${stateTabs(page, counts)}
${filterForm(page)}
<div id="list" data-part>
${standing(page)}
${page.rows.length === 0 ? null : incidentBoard(page.rows, counts, now)}
${olderLink(page)}
</div>`,
  })
}

/** What an empty board, or one without anything open, means, and what can be done. */
function standing(page: IncidentListPage): Html | null {
  const { rows, allCounts, filter } = page
  const active = allCounts.open + allCounts.monitoring
  if (rows.length > 0) return active === 0 ? calm : null
  if (active + allCounts.resolved === 0) return nothingYet(page)
  if (!isNarrowed(page) && filter.after === undefined) {
    return html`${active === 0 ? calm : null}<p class="empty">No incident is ${filter.states?.join(' or ') ?? 'here'}. <a href="${address(page, { state: [] })}">Show all</a></p>`
  }
  return html`<p class="empty">No incident matches this filter. ${active === 0 ? 'Nothing is open.' : html`Beyond it ${counted(active, 'incident')} ${active === 1 ? 'is' : 'are'} open or monitored.`} <a href="/incidents">Show all</a></p>`
}

const calm = html`<p class="calm">${icon('✓')} Nothing is open.</p>`

function nothingYet({ mayCommand }: IncidentListPage): Html {
  return html`${calm}<div class="empty"><p>There has been no incident yet. One opens by itself when a <a href="/checks">check</a> fires or a sender posts an alert.</p>
<p>See <a href="/on-call">who is on call</a>${mayCommand ? html`, or <a href="/declare">declare an incident</a> to see that the right people are paged` : null}.</p></div>`
}

function olderLink(page: IncidentListPage): Html | null {
  const last = page.rows.at(-1)?.incident
  const first =
    page.filter.after === undefined
      ? null
      : html`<a class="button" href="${address(page, {})}">Back to the first</a>`
  const isMore = last !== undefined && page.rows.length >= page.filter.limit
  if (!isMore) return first === null ? null : html`<p class="row">${first}</p>`
  return html`<p class="row"><a class="button" href="${address(page, { after: [positionText(last)] })}">Older incidents</a>${first}</p>`
}
