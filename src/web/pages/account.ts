import type { ListedCredential } from '../sessions.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { instant, since } from './words.ts'

export interface AccountPage {
  readonly person: string
  readonly role: string
  /** Id of the credential that the reader came in with. */
  readonly current: string
  /** Of the reader, newest first. */
  readonly credentials: readonly ListedCredential[]
  readonly now: string
}

/** Who the reader is here, what they are logged in by elsewhere, and the way out. */
export function accountPage(page: AccountPage): Html {
  const { person, role, credentials } = page
  return layout({
    title: 'Your account',
    person,
    body: html`<h1>${person}</h1>
<p>Your role is ${role}.</p>
<form method="post" action="/logout"><button class="primary">Log out</button></form>
<p><a href="/test-pages">Send a test page</a>, to see that you can be reached.</p>
<h2>Sessions, tokens and calendar addresses</h2>
<p class="quiet">End what you do not know or have lost: it opens nothing from that moment on.</p>
<ul class="cards">${credentials.map((one) => card(one, page))}</ul>`,
  })
}

function card(
  { id, kind, createdAt, expiresAt, usedAt }: ListedCredential,
  { current, now }: AccountPage,
): Html {
  const used = usedAt === null ? 'Never used' : html`Used ${since(usedAt, now)} ago`
  return html`<li class="card"><h3>${kind} ${id}${id === current ? ' (this one)' : null}</h3>
<p>${used}. Made ${instant(createdAt)}${expiresAt === null ? null : html`, ends ${instant(expiresAt)}`}.</p>
${id === current ? null : html`<form method="post" action="/account/credentials/${id}/revoke"><button>End it</button></form>`}</li>`
}
