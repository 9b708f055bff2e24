import { sectionTitles, type SectionName } from '../../domain/post-mortem/brief-line.ts'
import { longestSection, textOf } from '../../domain/post-mortem/document.ts'
import { diffLines } from '../../domain/values/line-diff.ts'
import { html, type Html } from '../html.ts'
import { diffMarks, type ReadableReview } from '../review-view.ts'
import { layout } from './layout.ts'

export interface ReviewEditPage {
  readonly review: ReadableReview
  readonly section: SectionName
  /** What the form begins with: what stands there, or what somebody wrote who was not the first. */
  readonly text: string
  /** What somebody else changed meanwhile. */
  readonly problems: readonly string[]
  readonly person: string
}

/** One section to write in, with whatever it was meanwhile beside it. */
export function reviewEditPage({ review, section, text, problems, person }: ReviewEditPage): Html {
  const { model, document } = review
  const title = sectionTitles[section]
  const stands = textOf(document.sections[section])
  const isLate = problems.length > 0
  return layout({
    title: `Edit ${title}, ${model.incident}`,
    area: 'reviews',
    person,
    body: html`<article class="review">
<h1>${title}</h1>
<p class="quiet">Post-mortem of <a href="/reviews/${model.incident}">${model.incident}: ${model.title}</a></p>
${isLate ? lateNotice(problems, stands, text) : null}
<form class="edit" method="post" action="/reviews/${model.incident}/edit/${section}">
<input type="hidden" name="version" value="${document.version}">
<label for="text">Text, in Markdown</label>
<textarea id="text" name="text" rows="16" maxlength="${longestSection}" aria-describedby="text-hint">
${text}</textarea>
<p class="quiet" id="text-hint">“- ” begins an item, “- [ ] ” an open action, “- [x] ” one that is done. Write “Responder A”, not names. E3, T4 and the like link to records.</p>
<div class="row"><button class="primary">${isLate ? 'Save mine over it' : 'Save'}</button> <a class="button" href="/reviews/${model.incident}#${section}">Leave it as it is</a></div></form>
</article>`,
  })
}

function lateNotice(problems: readonly string[], stands: string, text: string): Html {
  return html`<div role="alert"><p class="problem">The review changed since you read it. Nothing of yours is lost: it is in the form below.</p>
<ul>${problems.map((problem) => html`<li>${problem}</li>`)}</ul></div>
${stands === text ? null : html`<h2>From what is there to what you wrote</h2>${difference(stands, text)}`}`
}

/** What one text lost and another has, line by line; told by sign and word, not by colour alone. */
export function difference(before: string, after: string): Html {
  const words = { same: 'as it was', removed: 'removed', added: 'added' } as const
  return html`<ul class="diff">${diffLines(before, after)
    .filter(({ kind, text }) => kind !== 'same' || text.trim() !== '')
    .map(
      ({ kind, text }) =>
        html`<li class="${kind}"><span class="aloud">${words[kind]}: </span><span aria-hidden="true">${diffMarks[kind]}</span> ${text}</li>`,
    )}</ul>`
}
