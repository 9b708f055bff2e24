import { incidentName } from '../../domain/investigate/evidence.ts'
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

/** Who the reader is here, where they are logged in, and the ways out. */
export function accountPage(page: AccountPage): Html {
  const { person, role, credentials } = page
  const links = latestLinks(credentials)
  return layout({
    title: 'Your account',
    person,
    body: html`<h1>${person}</h1>
<p>Your role is ${role}.</p>
<form method="post" action="/logout"><button class="primary">Log out</button></form>
${list(
  'Sessions',
  page,
  credentials.filter(({ kind }) => kind === 'session'),
)}
<form method="post" action="/account/log-out-everywhere"><button>Log out everywhere</button></form>
<p class="quiet">Ends all your sessions, this one too, and the links of your pages. Tokens and calendar addresses stay.</p>
${list(
  'Tokens, calendar addresses and log-in links',
  page,
  credentials.filter(({ kind }) => kind !== 'session' && kind !== 'page-link'),
)}
${list('Links of pages', page, links)}`,
  })
}

/** Of all the messages about one incident the newest link: they end together. */
function latestLinks(credentials: readonly ListedCredential[]): ListedCredential[] {
  const links = credentials.filter(({ kind }) => kind === 'page-link')
  return [...new Map(links.toReversed().map((one) => [one.incident, one])).values()].toReversed()
}

function list(title: string, page: AccountPage, credentials: readonly ListedCredential[]): Html | null {
  if (credentials.length === 0) return null
  return html`<h2>${title}</h2>
<ul class="cards">${credentials.map((one) => card(one, page))}</ul>`
}

function card(credential: ListedCredential, { current, now }: AccountPage): Html {
  const { id, createdAt, expiresAt, usedAt } = credential
  const used = usedAt === null ? 'Never used' : html`Last used ${since(usedAt, now)} ago`
  return html`<li class="card"><h3>${titleOf(credential)}${id === current ? ' (this one)' : null}</h3>
<p>${used}. Made ${instant(createdAt)}${expiresAt === null ? null : html`, ends ${instant(expiresAt)}`}. <span class="quiet">${id}</span></p>
${id === current ? null : html`<form method="post" action="/account/credentials/${id}/revoke"><button aria-label="End ${titleOf(credential)}, ${id}">End it</button></form>`}</li>`
}

function titleOf({ kind, browser, incident }: ListedCredential): string {
  switch (kind) {
    case 'session':
      return browser ?? 'Unknown browser'
    case 'page-link':
      return incident === null ? 'An incident' : incidentName(incident)
    case 'login':
      return 'Log-in link'
    case 'calendar':
      return 'Calendar address'
    default:
      return 'Token'
  }
}
