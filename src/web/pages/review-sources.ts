import type { ReviewEvidence, ReviewRecord } from '../../domain/post-mortem/sources.ts'
import { html, type Html } from '../html.ts'
import { anchorOf } from './review-citations.ts'
import { table } from './table.ts'
import { instant } from './words.ts'

/** What the review rests on, with as much of each snapshot as the review keeps. */
export function evidenceSection(evidence: readonly ReviewEvidence[]): Html {
  return html`<section id="evidence" aria-labelledby="evidence-title"><h2 id="evidence-title">Evidence</h2>
${evidence.map(
  ({ id, kind, title, window, collectedAt, hash, query, error, table: found }) =>
    html`<article class="evidence" id="${anchorOf(id)}"><h3>${id} ${title}</h3>
<p class="quiet">${kind}, collected ${instant(collectedAt)}${window === null ? null : `, of ${window}`}</p>
${error === null ? null : html`<p class="problem">No answer: ${error}</p>`}
${found === null ? null : html`${table({ caption: title, columns: found.columns, rows: found.rows })}${found.more === 0 ? null : html`<p class="quiet">${found.more} rows more are in the record.</p>`}`}
${query === null ? null : html`<details><summary>Query</summary><pre>${query.code}</pre></details>`}
<p class="quiet hash">SHA-256 ${hash}</p></article>`,
)}</section>`
}

/** Every other record that is cited. */
export function recordSection(records: readonly ReviewRecord[]): Html {
  const rows = records.map(
    ({ id, at, what }) => html`<li id="${anchorOf(id)}"><strong>${id}</strong> ${instant(at)} ${what}</li>`,
  )
  return html`<section id="records" aria-labelledby="records-title"><h2 id="records-title">Other records</h2><ul>${rows}</ul></section>`
}
