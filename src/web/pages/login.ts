import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'

export interface LoginPage {
  /** Of a link that logs in: its button uses it up. */
  readonly code?: string
  /** Where to go then. */
  readonly next?: string
  /** The link of a page led here, which opens nothing any more. */
  readonly ended?: boolean
  /** A link was asked for. */
  readonly sent?: boolean
  /** Whether links can be sent to people. */
  readonly canSend?: boolean
}

/** With a code: the button that uses it up. Without: how to get one. */
export function loginPage(page: LoginPage): Html {
  return layout({
    title: 'Log in',
    body: html`${page.ended === true ? html`<p class="told" role="status">The link that you followed does not open the incident any more: it is good for 24 hours. Log in to go on.</p>` : null}
${page.sent === true ? html`<p class="told" role="status">If that is a user with a chat or a mailbox of their own, a link is on its way there. It works once, within 10 minutes.</p>` : null}
<h1>Log in</h1>
${page.code === undefined ? waysIn(page) : openButton(page.code, page.next)}`,
  })
}

function openButton(code: string, next: string | undefined): Html {
  return html`<form method="post" action="/login/${encodeURIComponent(code)}">${hiddenNext(next)}
<button class="primary">Open the console</button>
</form>`
}

function waysIn({ next, canSend }: LoginPage): Html {
  return html`${canSend === true ? sendForm(next) : null}
<h2>Other ways in</h2>
<ul>
<li>The link of a page opens its incident without a log-in.</li>
<li>In Slack write <code>/firewatch login</code>, to the Telegram bot <code>/login</code>: the answer is for you alone.</li>
<li>Beside a running Firewatch, <code>firewatch login</code> prints a link; an admin makes one for you by <code>firewatch login --person NAME</code>.</li>
</ul>
<p class="quiet">Such a link works once. Open it in this browser: it leads on to where you wanted to go.</p>`
}

function sendForm(next: string | undefined): Html {
  return html`<form method="post" action="/login/links">${hiddenNext(next)}
<p><label for="name">Your name in Firewatch</label>
<input id="name" name="name" required maxlength="100" autocomplete="username" autocapitalize="none" spellcheck="false"></p>
<fieldset class="choices"><legend>Where to</legend>
${places.map(([value, words], index) => html`<label class="choice"><input type="radio" name="channel" value="${value}"${index === 0 ? html` checked` : null}><span>${words}</span></label>`)}</fieldset>
<p><button class="primary">Send me a link</button></p>
</form>
<p class="quiet">It comes to a chat or mailbox of your own, as configured. If it cannot be sent to the one you choose, it goes to the other.</p>`
}

/** The same for every name: what a person has is nobody else’s business. */
const places = [
  ['', 'Whichever comes first in my contacts'],
  ['chat', 'My chat: Slack or Telegram'],
  ['email', 'My mailbox'],
] as const

function hiddenNext(next: string | undefined): Html | null {
  return next === undefined ? null : html`<input type="hidden" name="next" value="${next}">`
}
