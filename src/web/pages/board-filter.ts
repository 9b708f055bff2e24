import type { IncidentState } from '../../domain/incident/incident.ts'
import { severities } from '../../domain/values/severity.ts'
import type { BoardFilter, BoardPosition } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { severityWord } from './words.ts'

/** What the address of a board asks for, and what can be asked for. */
export interface AskedFilter {
  readonly filter: BoardFilter
  /** `mine`, `nobody` or a person, as asked for. */
  readonly owner: string
  readonly people: readonly string[]
  readonly services: readonly string[]
}

/** Whether less is shown than there is, whatever the state. */
export function isNarrowed({ filter }: Pick<AskedFilter, 'filter'>): boolean {
  const { severities: some, service, person, text, isUnowned } = filter
  return [some, service, person, text, isUnowned].some((one) => one !== undefined)
}

const states: readonly IncidentState[] = ['open', 'monitoring', 'resolved']

/** The states with their counts, as links that keep the rest of the filter. */
export function stateTabs(asked: AskedFilter, counts: Readonly<Record<IncidentState, number>>): Html {
  const chosen = asked.filter.states ?? []
  const tab = (label: string, count: number, only: readonly string[], isChosen: boolean) =>
    html`<a href="${address(asked, { state: only })}"${isChosen ? html` aria-current="true"` : null}><strong>${count}</strong> ${label}</a>`
  const all = counts.open + counts.monitoring + counts.resolved
  return html`<nav class="tabs" id="states" data-part aria-label="By state">
${tab('all', all, [], chosen.length === 0)}
${states.map((state) => tab(state, counts[state], [state], chosen.includes(state)))}
</nav>`
}

/** The filter as a form whose fields come to stand in the address, so that a board can be kept, sent and gone back to. */
export function filterForm(asked: AskedFilter): Html {
  const { filter, owner, people, services } = asked
  const chosen = summary(asked)
  const known = filter.service === undefined ? services : [...new Set([...services, filter.service])]
  return html`<details class="fold opens-wide" id="filter"><summary class="button">Filter${chosen === '' ? null : html`: ${chosen}`}</summary>
<form class="fields" method="get" action="/incidents" role="search" aria-label="Incidents">
${(filter.states ?? []).map((state) => html`<input type="hidden" name="state" value="${state}">`)}
<label class="field">Text <input type="search" name="text" value="${filter.text ?? ''}" maxlength="200" autocomplete="off"></label>
<label class="field">Severity <select name="severity">${option('', 'any', filter.severities === undefined)}${severities.map((one) => option(one, severityWord(one), filter.severities?.includes(one) === true))}</select></label>
<label class="field">Service <select name="service">${option('', 'any', filter.service === undefined)}${known.map((one) => option(one, one, filter.service === one))}</select></label>
<label class="field">Owner <select name="owner">${option('', 'anybody', owner === '')}${option('mine', 'me', owner === 'mine')}${option('nobody', 'nobody yet', owner === 'nobody')}${people.map((one) => option(one, one, owner === one))}</select></label>
<div class="buttons"><button>Show</button>${isNarrowed(asked) ? html`<a class="button" href="${address(asked, cleared)}">Clear</a>` : null}</div>
</form></details>`
}

const cleared = { text: [], severity: [], service: [], owner: [] } as const

function option(value: string, label: string, isChosen: boolean): Html {
  return html`<option value="${value}"${isChosen ? html` selected` : null}>${label}</option>`
}

/** What is asked for, in a few words: it stands on the fold. */
function summary({ filter, owner }: AskedFilter): string {
  const who = owner === 'nobody' ? 'nobody yet' : owner
  const parts = [filter.text === undefined ? '' : `“${filter.text}”`, ...(filter.severities ?? [])]
  return [...parts, filter.service ?? '', who].filter((part) => part !== '').join(', ')
}

/** The same board with something changed; a place in it is not kept. */
export function address(
  { filter, owner }: Pick<AskedFilter, 'filter' | 'owner'>,
  change: Readonly<Record<string, readonly string[]>>,
): string {
  const given: Readonly<Record<string, readonly string[]>> = {
    state: filter.states ?? [],
    severity: filter.severities ?? [],
    service: filter.service === undefined ? [] : [filter.service],
    owner: owner === '' ? [] : [owner],
    text: filter.text === undefined ? [] : [filter.text],
    ...change,
  }
  const query = new URLSearchParams(
    Object.entries(given).flatMap(([name, values]) => values.map((value) => [name, value])),
  )
  return query.size === 0 ? '/incidents' : `/incidents?${query.toString()}`
}

/** How the address says where a page of the board begins: `open.P1.42`. */
export function positionText({ state, severity, number }: BoardPosition): string {
  return `${state}.${severity}.${number}`
}
