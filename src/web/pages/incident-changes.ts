import { changeSentence, mostChangesShown } from '../../domain/alert/change-words.ts'
import { cutText } from '../../domain/page/delivery.ts'
import { html, type Html } from '../html.ts'
import type { IncidentPage } from './incident.ts'
import { outsideLink } from './markdown.ts'

const mostLinks = 5
const longestTitle = 100

/** What was changed about the time at which it began: the first thing to look at, and the first to take back. */
export function changesSection({ incident, records }: IncidentPage): Html | null {
  const { changes } = records
  if (changes.length === 0) return null
  const items = changes.slice(0, mostChangesShown).map((change) => {
    const links = Object.entries(change.links)
      .slice(0, mostLinks)
      .map(([title, url]) => html`<li>${outsideLink(cutText(title, longestTitle), url)}</li>`)
    return html`<li>${changeSentence(change, incident.startedAt)}${links.length === 0 ? null : html`<ul class="links">${links}</ul>`}</li>`
  })
  const more =
    changes.length > mostChangesShown ? html`<p>Further ones: <code>firewatch changes list</code>.</p>` : null
  return html`<section id="changes" data-part aria-labelledby="changes-title"><h2 id="changes-title">Changed about then</h2>
<ul class="records">${items}</ul>${more}</section>`
}
