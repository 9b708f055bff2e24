import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'

/** The review as its Markdown says it: text stays text. */
export function reviewPage(name: string, markdown: string, person: string): Html {
  return layout(
    `Post-mortem of ${name}`,
    html`<h1>Post-mortem of ${name}</h1><p><a href="/incidents/${name}">${name}</a></p><pre class="document">${markdown}</pre>`,
    person,
  )
}
