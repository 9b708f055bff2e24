import type { Statement } from '../../domain/post-mortem/records.ts'
import { html, type Html } from '../html.ts'

/** Where a record stands on the page of a review: `INC-42/E3` at `#E3`. */
export function anchorOf(id: string): string {
  return id.slice(id.indexOf('/') + 1)
}

/** Each cited id as a link to what it stands for. The incident itself is another page. */
export function citations(cites: readonly string[]): Html | null {
  if (cites.length === 0) return null
  return html`<span class="cites">${cites.map((id) => html` <a href="${id.includes('/') ? `#${anchorOf(id)}` : `/incidents/${id}`}">${id.includes('/') ? anchorOf(id) : id}</a>`)}</span>`
}

export function statements(items: readonly Statement[]): Html {
  if (items.length === 0) return html``
  return html`<ul class="statements">${items.map(
    ({ text, quote, cites }) =>
      html`<li>${text}${citations(cites)}${quote === null ? null : html`<blockquote>${quote}</blockquote>`}</li>`,
  )}</ul>`
}
