import { incidentName } from '../../domain/investigate/evidence.ts'
import { html, type Html } from '../html.ts'
import type { IncidentPage } from './incident.ts'

/** A command as a form. It works without script. */
export function form(page: IncidentPage, verb: string, body: Html): Html {
  return html`<form method="post" action="${action(page, verb)}">${commandId(page)}${body}</form>`
}

export function action({ incident }: IncidentPage, verb: string): string {
  return `/incidents/${incidentName(incident.number)}/${verb}`
}

export function commandId({ commandId: id }: IncidentPage): Html {
  return html`<input type="hidden" name="commandId" value="${id}">`
}
