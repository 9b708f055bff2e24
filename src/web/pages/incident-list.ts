import { incidentName } from '../../domain/investigate/evidence.ts'
import type { Incident, IncidentState } from '../../domain/incident/incident.ts'
import { severities } from '../../domain/values/severity.ts'
import type { IncidentListFilter } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { instant, severityBadge, severityWord, since, stateBadge, elapsed } from './words.ts'

export interface IncidentListPage {
  readonly incidents: readonly Incident[]
  readonly counts: Readonly<Record<IncidentState, number>>
  readonly filter: IncidentListFilter
  /** `mine` or a person, as asked for. */
  readonly owner: string
  readonly people: readonly string[]
  readonly services: readonly string[]
  readonly person: string
  /** May declare incidents. */
  readonly mayCommand: boolean
  /** Of a declaration that is sent from this page: sent twice, it is one. */
  readonly commandId: string
  readonly mark: string
  readonly now: string
}

/** All incidents that the filter lets through, newest first. The filter is in the address, so that a list can be kept and sent. */
export function incidentListPage(page: IncidentListPage): Html {
  const { incidents, counts, person, mark, now } = page
  const quiet = counts.open + counts.monitoring === 0
  return layout({
    title: quiet ? 'Incidents' : `${counts.open} open · Incidents`,
    area: 'incidents',
    person,
    live: { incident: null, mark, now },
    body: html`<h1>Incidents</h1>
<div id="list" data-part>
${quiet ? html`<p class="calm"><span aria-hidden="true">✓</span> Nothing is open.</p>` : null}
${stateLinks(page)}
${incidents.length === 0 ? html`<p>No incident matches this filter. <a href="/incidents">Show all</a></p>` : html`<ul class="cards">${incidents.map((incident) => card(incident, now))}</ul>`}
${olderLink(page)}
</div>
${declareForm(page)}
${filterForm(page)}`,
  })
}

/** An incident in a person's words. */
function declareForm({ mayCommand, commandId, services }: IncidentListPage): Html | null {
  if (!mayCommand) return null
  return html`<details class="filter" id="declare"><summary>Declare an incident</summary>
<form method="post" action="/incidents"><input type="hidden" name="commandId" value="${commandId}">
<label>What is wrong <input name="title" required maxlength="300" autocomplete="off"></label>
<label>Service <input name="service" list="services" maxlength="200"></label>
<label>Severity <select name="severity">${severities.map((one) => html`<option value="${one}"${one === 'P1' ? html` selected` : null}>${severityWord(one)}</option>`)}</select></label>
<button>Declare and page</button></form>
<datalist id="services">${services.map((service) => html`<option value="${service}"></option>`)}</datalist></details>`
}

function card(incident: Incident, now: string): Html {
  const { number, title, service, severity, state, startedAt, resolvedAt, acknowledgedBy, nowDoing } =
    incident
  const name = incidentName(number)
  const lasted =
    resolvedAt === null
      ? html`for ${since(startedAt, now)}, since ${instant(startedAt)}`
      : html`${instant(startedAt)}, lasted ${elapsed(startedAt, resolvedAt)}`
  return html`<li class="card is-${state}">
<h2><a href="/incidents/${name}">${name} ${title}</a></h2>
<p class="tags">${severityBadge(severity)} ${stateBadge(state)} <span>${service}</span></p>
<p>${owner(state, acknowledgedBy)}${nowDoing === '' || state === 'resolved' ? null : html` ${nowDoing}`}</p>
<p class="quiet">${lasted}</p>
</li>`
}

function owner(state: IncidentState, acknowledgedBy: string | null): Html | null {
  if (state === 'resolved') return null
  if (acknowledgedBy !== null) return html`${acknowledgedBy} has it.`
  return state === 'open' ? html`<strong>Nobody has it.</strong>` : null
}

const states: readonly IncidentState[] = ['open', 'monitoring', 'resolved']

function stateLinks(page: IncidentListPage): Html {
  const chosen = page.filter.states ?? []
  const link = (label: string, state: string, isChosen: boolean) =>
    html`<a href="${address(page, { state })}"${isChosen ? html` aria-current="true"` : null}>${label}</a>`
  const all = page.counts.open + page.counts.monitoring + page.counts.resolved
  return html`<nav class="chips" aria-label="By state">
${link(`All ${all}`, '', chosen.length === 0)}
${states.map((state) => link(`${state} ${page.counts[state]}`, state, chosen.includes(state)))}
</nav>`
}

function filterForm({ filter, owner: chosenOwner, people, services }: IncidentListPage): Html {
  const option = (value: string, label: string, chosen: boolean) =>
    html`<option value="${value}"${chosen ? html` selected` : null}>${label}</option>`
  const state = filter.states?.length === 1 ? filter.states[0] : undefined
  const isNarrowed = [filter.severities, filter.service, filter.person, filter.text].some(Boolean)
  return html`<details class="filter"${isNarrowed ? html` open` : null}><summary>Filter</summary>
<form method="get" action="/incidents">
${state === undefined ? null : html`<input type="hidden" name="state" value="${state}">`}
<label>Text <input type="search" name="text" value="${filter.text ?? ''}" maxlength="200"></label>
<label>Service <input name="service" value="${filter.service ?? ''}" list="known-services" maxlength="200"></label>
<datalist id="known-services">${services.map((service) => html`<option value="${service}"></option>`)}</datalist>
<label>Severity <select name="severity">${option('', 'any', filter.severities === undefined)}
${severities.map((severity) => option(severity, severityWord(severity), filter.severities?.includes(severity) === true))}</select></label>
<label>Owner <select name="owner">${option('', 'anybody', chosenOwner === '')}${option('mine', 'me', chosenOwner === 'mine')}
${people.map((person) => option(person, person, chosenOwner === person))}</select></label>
<button>Show</button> <a class="button" href="/incidents">Clear</a>
</form>
<p class="quiet">An owner is whoever was paged or acknowledged.</p></details>`
}

function olderLink(page: IncidentListPage): Html | null {
  const last = page.incidents.at(-1)
  if (last === undefined || page.incidents.length < page.filter.limit) return null
  return html`<p><a class="button" href="${address(page, { before: String(last.number) })}">Older incidents</a></p>`
}

/** The same list with something changed. */
function address(
  { filter, owner: chosenOwner }: IncidentListPage,
  change: Readonly<Record<string, string>>,
): string {
  const query = new URLSearchParams()
  const given: Readonly<Record<string, string>> = {
    state: filter.states?.[0] ?? '',
    severity: filter.severities?.[0] ?? '',
    service: filter.service ?? '',
    owner: chosenOwner,
    text: filter.text ?? '',
    ...change,
  }
  for (const [name, value] of Object.entries(given)) if (value !== '') query.set(name, value)
  const text = query.toString()
  return text === '' ? '/incidents' : `/incidents?${text}`
}
