import { explainPaging } from '../../domain/escalate/explain.ts'
import type { PagingMoment } from '../../domain/escalate/explain-moments.ts'
import { isOccasion, nextWords, pageWords, personWords } from '../../domain/escalate/explain-words.ts'
import type { ExplainedPerson } from '../../domain/escalate/explain-people.ts'
import { incidentName } from '../../domain/investigate/evidence.ts'
import { html, type Html } from '../html.ts'
import { readerZone } from '../reader-zone.ts'
import type { IncidentPage } from './incident.ts'
import { icon, instant } from './words.ts'

/** Who should have been paged, when and over what, what became of it, and why not: from the records alone. */
export function pagingSection({ incident, records }: IncidentPage): Html {
  const { moments, spared, next } = explainPaging(records, readerZone())
  return html`<section id="paging" data-part aria-labelledby="paging-title"><h2 id="paging-title">Paging</h2>
${moments.length === 0 ? html`<p class="quiet">Nothing is recorded so far.</p>` : html`<ol class="records">${moments.map(row)}</ol>`}
${spared === null ? null : html`<p>Not paged: ${spared.targets.join(', ')}; ${spared.why}</p>`}
${next.map((due) => html`<p>${nextWords(due, readerZone())}</p>`)}
<p class="quiet">The same in a terminal: <code>firewatch why ${incidentName(incident.number)}</code></p></section>`
}

function row(moment: PagingMoment): Html {
  if (!isOccasion(moment))
    return html`<li><p class="quiet">${instant(moment.at)}</p><p>${moment.text}</p></li>`
  const { at, title, people, empty, end } = moment
  return html`<li><p class="quiet">${instant(at)}</p><h3>${title}</h3>
<ul>${people.map(personRow)}${empty.map((why) => html`<li>${icon('–')} ${why}</li>`)}</ul>
${end === null ? null : html`<p>${end}</p>`}</li>`
}

function personRow(person: ExplainedPerson): Html {
  const { pages, heard, why } = person
  const sign = heard ? '✓' : why === null ? '…' : '✗'
  return html`<li>${icon(sign)} <strong>${personWords(person)}</strong>${why === null ? null : html` did not hear: ${why}`}
${pages.length === 0 ? null : html`<ul>${pages.map((page) => html`<li>${pageWords(page, readerZone())}</li>`)}</ul>`}</li>`
}
