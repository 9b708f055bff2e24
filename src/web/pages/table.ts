import { html, type Html } from '../html.ts'

export type Cell = Html | string | number | null

export interface Table {
  /** Says what the table shows; read out, and the name of its scrolling frame. */
  readonly caption: string
  readonly columns: readonly Cell[]
  readonly rows: readonly (readonly Cell[])[]
}

/** A table that scrolls by itself when the page is too narrow for it, also by keyboard. The first cell of a row names the row. */
export function table({ caption, columns, rows }: Table): Html {
  const body = rows.map(
    ([first, ...others]) =>
      html`<tr><th scope="row">${first}</th>${others.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption class="aloud">${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${body}</tbody></table></div>`
}
