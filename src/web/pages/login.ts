import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'

/** With a code: the button that uses it up. Without: how to get one. */
export function loginPage(link?: { code: string; next: string }): Html {
  if (link === undefined) {
    return layout(
      'Log in',
      html`<h1>Log in</h1>
<p>Run <code>firewatch login</code> beside the running Firewatch: it prints a link that works once.</p>`,
    )
  }
  return layout(
    'Log in',
    html`<h1>Log in</h1>
<form method="post" action="/login/${encodeURIComponent(link.code)}">
<input type="hidden" name="next" value="${link.next}">
<button class="primary">Open the console</button>
</form>`,
  )
}
