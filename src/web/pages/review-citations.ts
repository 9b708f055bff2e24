import type { Review } from '../../domain/post-mortem/post-mortem.ts'
import type { Statement } from '../../domain/post-mortem/records.ts'
import { html, type Html } from '../html.ts'
import type { Reading } from './markdown.ts'

/** Where a record stands in the appendix: `INC-42/E3` at `#E3`. */
export function anchorOf(id: string): string {
  return id.slice(id.indexOf('/') + 1)
}

/** Each cited id as a link to what it stands for. The incident itself goes without saying. */
export function citations(cites: readonly string[]): Html | null {
  const shown = cites.filter((id) => id.includes('/'))
  if (shown.length === 0) return null
  return html`<span class="cites">${shown.map((id) => html` <a href="${recordPath(id)}">${anchorOf(id)}</a>`)}</span>`
}

export function statements(items: readonly Statement[]): Html {
  if (items.length === 0) return html``
  return html`<ul class="statements">${items.map(
    ({ text, quote, cites }) =>
      html`<li>${text}${citations(cites)}${quote === null ? null : html`<blockquote>${quote}</blockquote>`}</li>`,
  )}</ul>`
}

/** Makes links of the ids of records that a text of the review names, such as E3. */
export function linkedRecords({ incident, evidence, records }: Review): Reading {
  const known = new Map([...evidence, ...records].map(({ id }) => [anchorOf(id), id]))
  return (text) => {
    const parts = text.split(/\b([ETRMF]\d+)\b/)
    return html`${parts.map((part, index) => {
      const id = index % 2 === 1 ? known.get(part) : undefined
      return id === undefined ? part : html`<a href="${recordPath(`${incident}/${part}`)}">${part}</a>`
    })}`
  }
}

function recordPath(id: string): string {
  return `/reviews/${encodeURIComponent(id.slice(0, id.indexOf('/')))}/appendix#${encodeURIComponent(anchorOf(id))}`
}
