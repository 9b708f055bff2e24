import { html, type Html } from '../html.ts'
import type { ReadableReview } from '../review-view.ts'
import { layout } from './layout.ts'
import { causeTrees } from './review-causes.ts'
import {
  attemptList,
  impactList,
  responseLists,
  rubricList,
  timelineList,
  timesTables,
} from './review-details.ts'
import { evidenceSection, recordSection } from './review-sources.ts'

export interface ReviewAppendixPage {
  readonly review: ReadableReview
  readonly person: string
}

/** Everything that a review rests on: each cited id has its place here. */
export function reviewAppendixPage({ review: { model }, person }: ReviewAppendixPage): Html {
  const { incident, title, rubric } = model
  const passed = rubric.filter((answer) => answer.passed).length
  const chapters: readonly (readonly [string, string, Html])[] = [
    ['times', 'Times', timesTables(model)],
    ['impact', 'Impact', impactList(model)],
    ['timeline', 'Timeline', timelineList(model.timeline)],
    ['causes', 'Causes', causeTrees(model.trees)],
    ['attempts', 'Remediation', attemptList(model)],
    ['response', 'Response and doubts', responseLists(model)],
    ['rubric', `Checks: ${passed} of ${rubric.length} hold`, rubricList(model)],
  ]
  return layout({
    title: `Appendix, ${incident}`,
    area: 'reviews',
    person,
    body: html`<article class="review">
<h1>Appendix to the post-mortem of ${incident}: ${title}</h1>
<p class="quiet">Drawn from the records. Times are in UTC.</p>
<p class="row"><a class="button" href="/reviews/${incident}">The post-mortem</a> <a class="button" href="/reviews/${incident}/appendix/markdown" download>Download as Markdown</a></p>
<nav class="chips" aria-label="On this page">${chapters.map(([id, label]) => html`<a href="#${id}">${label}</a>`)}<a href="#evidence">Evidence</a><a href="#records">Other records</a></nav>
${chapters.map(([id, label, body]) => html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${label}</h2>${body}</section>`)}
${evidenceSection(model.evidence)}
${recordSection(model.records)}
</article>`,
  })
}
