import { incidentName } from '../../domain/evidence.ts'
import type { Incident } from '../../domain/incident.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { elapsed, instant, severityBadge } from './words.ts'

/** All incidents that the filter lets through, newest first. `now` is ISO 8601. */
export function incidentListPage(incidents: readonly Incident[], now: string, person: string): Html {
  const rows = incidents.map(
    (incident) => html`<li class="card ${incident.state}">
<a href="/incidents/${incidentName(incident.number)}"><strong>${incidentName(incident.number)}</strong> ${incident.title}</a>
<p>${severityBadge(incident.severity)} <span class="state">${incident.state}</span>
${incident.acknowledgedBy === null ? null : html`acknowledged by ${incident.acknowledgedBy}`}</p>
<p class="quiet">since ${instant(incident.startedAt)}, ${elapsed(incident.startedAt, incident.resolvedAt ?? now)}</p>
${incident.nowDoing === '' ? null : html`<p>${incident.nowDoing}</p>`}
</li>`,
  )
  const filters = ['open', 'monitoring', 'resolved'].map(
    (state) => html`<a href="/incidents?state=${state}">${state}</a> `,
  )
  return layout(
    'Incidents',
    html`<h1>Incidents</h1>
<nav aria-label="Filter"><a href="/incidents">all</a> ${filters}</nav>
${rows.length === 0 ? html`<p>No incident matches. That may be good news.</p>` : html`<ul class="cards">${rows}</ul>`}`,
    person,
  )
}
