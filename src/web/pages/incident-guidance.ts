import type { TypedLink } from '../../domain/alert/alert-links.ts'
import { html, type Html } from '../html.ts'
import type { IncidentPage } from './incident.ts'
import { outsideLink, prose } from './markdown.ts'

/** What the runbook tells people to do, as it was when the incident opened. Folded once it is over. */
export function guidanceSection({ incident, outlook }: IncidentPage): Html | null {
  const { runbook } = outlook
  if (runbook === undefined || runbook.guidance.trim() === '') return null
  const { name, title, guidance } = runbook
  return html`<section class="prose" id="guidance" aria-labelledby="guidance-title"><h2 id="guidance-title">What to do</h2>
<details id="guidance-text"${incident.state === 'resolved' ? null : html` open`}><summary>${title}</summary>
${prose(guidance)}
<p class="quiet">From the runbook <a href="/runbooks/${encodeURIComponent(name)}">${name}</a>, as it was when the incident opened.</p></details></section>`
}

/** Links that lead out of the console, as items of a list. */
export function linkItems(links: readonly TypedLink[]): Html[] {
  return links.map(({ title, url }) => html`<li>${outsideLink(title, url)}</li>`)
}
