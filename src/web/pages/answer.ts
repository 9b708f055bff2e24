import { incidentName } from '../../domain/investigate/evidence.ts'
import { firewatch } from '../../domain/incident/timeline.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { severityBadge, since, stateBadge } from './words.ts'

export interface AnswerPage {
  readonly person: string
  readonly incident: Incident
  /** How many incidents the mail told of. */
  readonly count: number
  readonly token: string
  readonly now: string
}

/** What the link of a mail shows: the incident in a line, and the button that says it is taken. */
export function answerPage({ person, incident, count, token, now }: AnswerPage): Html {
  const name = incidentName(incident.number)
  return layout({
    title: `Acknowledge ${name}`,
    body: html`<h1>${name}: ${incident.title}</h1>
<p>${severityBadge(incident.severity)} ${stateBadge(incident.state)} since ${since(incident.startedAt, now)}</p>
${standing(incident)}
${count === 1 && incident.state === 'resolved' ? null : form(person, count === 1 ? name : `all ${count} incidents of this mail`, token)}
<p><a href="/incidents/${name}">Open ${name} in the console</a></p>`,
  })
}

function standing({ acknowledgedBy, state, resolvedBy }: Incident): Html | null {
  if (state === 'resolved')
    return html`<p>${resolvedBy === null || resolvedBy === firewatch ? 'Resolved: every alert stayed clear' : `Resolved by ${resolvedBy}`}.</p>`
  return acknowledgedBy === null ? null : html`<p>${acknowledgedBy} has it.</p>`
}

function form(person: string, what: string, token: string): Html {
  return html`<form method="post" action="/answers/${encodeURIComponent(token)}">
<button class="primary">Acknowledge ${what} as ${person}</button>
</form>`
}

/** What came of it. */
export function answeredPage({ incident, message }: { incident: Incident; message: string }): Html {
  const name = incidentName(incident.number)
  return layout({
    title: name,
    body: html`<h1>${name}: ${incident.title}</h1>
<p role="status">${message}</p>
<p><a class="button" href="/incidents/${name}">Open ${name} in the console</a></p>`,
  })
}
