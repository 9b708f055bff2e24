import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'

/** With a code: the button that uses it up. Without: how to get one. */
export function loginPage(link?: { code: string; next: string }): Html {
  const title = 'Log in'
  if (link === undefined) {
    return layout({
      title,
      body: html`<h1>Log in</h1>
<p>Run <code>firewatch login</code> beside the running Firewatch: it prints a link that works once. Open it in this browser; it then leads on to where you wanted to go.</p>`,
    })
  }
  return layout({
    title,
    body: html`<h1>Log in</h1>
<form method="post" action="/login/${encodeURIComponent(link.code)}">
<input type="hidden" name="next" value="${link.next}">
<button class="primary">Open the console</button>
</form>`,
  })
}
