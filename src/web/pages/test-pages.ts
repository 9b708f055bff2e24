import { html, type Html } from '../html.ts'
import type { TestReceiver } from '../test-pages.ts'
import { layout } from './layout.ts'

export interface TestPagesPage {
  readonly receivers: readonly TestReceiver[]
  readonly person: string
  readonly maySend: boolean
  /** What became of the one that was just sent, contact by contact. */
  readonly told: readonly string[]
}

/** Everybody who can be paged, each with a button that sends a test. */
export function testPagesPage({ receivers, person, maySend, told }: TestPagesPage): Html {
  const own = receivers.filter(({ name }) => name === person)
  const others = receivers.filter(({ name }) => name !== person)
  return layout({
    title: 'Test pages',
    area: 'on-call',
    person,
    body: html`<h1>Test pages</h1>
<p>A test page is a real message: it says that it is a test and that nothing is wrong. It opens no incident.</p>
${told.length === 0 ? null : html`<div class="told" role="status">${told.map((line) => html`<p>${line}</p>`)}</div>`}
${receivers.length === 0 ? html`<p>Nobody is configured.</p>` : null}
<ul class="cards">${[...own, ...others].map((one) => card(one, maySend))}</ul>
${maySend ? null : html`<p class="quiet">You can read here; sending needs the role responder.</p>`}`,
  })
}

function card({ name, title, channels }: TestReceiver, maySend: boolean): Html {
  return html`<li class="card"><h2>${title}</h2>
<p class="quiet">${title === name ? null : html`${name}: `}${channels.length === 0 ? 'has no contact' : channels.join(', ')}</p>
${maySend && channels.length > 0 ? html`<form method="post" action="/test-pages"><input type="hidden" name="name" value="${name}"><button>Send a test page</button></form>` : null}</li>`
}
