import { html, type Html } from '../html.ts'
import { loginPath } from '../return-path.ts'
import { layout } from './layout.ts'

export interface LoggedOutPage {
  /** The page that the form stood on. */
  readonly next: string | undefined
  /** What somebody wrote in it, text by text. */
  readonly words: readonly string[]
}

/** Answers a form that was sent after its session had ended: nothing came of it, and nothing that was written in it is lost. */
export function loggedOutPage({ next, words }: LoggedOutPage): Html {
  return layout({
    title: 'Logged out',
    body: html`<h1>You are logged out</h1>
<p class="problem" role="alert">Nothing was sent. Log in, then send it again.</p>
${words.map(
  (text, index) => html`<p><label for="words-${index}">What you wrote</label>
<textarea id="words-${index}" rows="8" readonly>
${text}</textarea></p>`,
)}
${words.length === 0 ? null : html`<p class="quiet">Copy it: it is kept on this page only. The log-in opens in another tab.</p>`}
<p class="row"><a class="button" href="${loginPath(next)}"${words.length === 0 ? null : html` target="_blank" rel="noopener"`}>Log in</a></p>`,
  })
}
