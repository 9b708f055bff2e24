import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'

const titles: Readonly<Record<number, string>> = {
  400: 'Not understood',
  403: 'Not allowed',
  404: 'Nothing here',
  409: 'Not possible any more',
  503: 'Not possible right now',
}

export interface ProblemPage {
  readonly status: number
  readonly message: string
  readonly problems: readonly string[]
  readonly url: string
}

/** What a browser is shown when something was refused or failed: what, and where to go from here. */
export function problemPage({ status, message, problems, url }: ProblemPage): Html {
  const title = titles[status] ?? 'Something failed'
  const isOnCall = url.startsWith('/on-call')
  const review = /^\/reviews\/(INC-\d{1,15})\//i.exec(url)?.[1]
  const incident = /^\/incidents\/(INC-\d{1,15})\//i.exec(url)?.[1]
  return layout({
    title,
    body: html`<h1>${title}</h1>
<p class="problem" role="alert">${message}</p>
${problems.length === 0 ? null : html`<ul>${problems.map((problem) => html`<li class="lines">${problem}</li>`)}</ul>`}
${status === 503 ? html`<p>Go back and send it again in a few seconds: what did arrive is not done twice.</p>` : null}
<p class="row">${review === undefined ? null : html`<a class="button" href="/reviews/${review}">Back to the review</a> `}${incident === undefined ? null : html`<a class="button" href="/incidents/${incident}">Back to ${incident}</a> `}${isOnCall ? html`<a class="button" href="/on-call">Back to who is on call</a> ` : null}<a class="button" href="/incidents">All incidents</a></p>
<p class="quiet">Answer ${status}</p>`,
  })
}
