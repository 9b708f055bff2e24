import { unsettledCauses } from '../../domain/investigate/cause-tree.ts'
import { sectionNames, sectionTitles, type SectionName } from '../../domain/post-mortem/brief-line.ts'
import type { NamedPerson } from '../../domain/post-mortem/named-people.ts'
import { textOf, waitingSections } from '../../domain/post-mortem/document.ts'
import { html, type Html } from '../html.ts'
import { stateOf, type ReadableReview } from '../review-view.ts'
import type { ChartAbout } from '../dependencies.ts'
import { incidentChart } from './chart-figure.ts'
import { layout } from './layout.ts'
import { prose } from './markdown.ts'
import { causeTrees, settleForm } from './review-causes.ts'
import { linkedRecords } from './review-citations.ts'
import { attemptList, responseLists, rubricList, timelineList } from './review-details.ts'
import { difference } from './review-edit.ts'
import { instant, severityBadge } from './words.ts'

export interface ReviewPage {
  readonly review: ReadableReview
  /** Whom its text calls by name. */
  readonly named: readonly NamedPerson[]
  /** Absent where nothing measured what fired. */
  readonly chart?: { readonly token: string; readonly about: ChartAbout }
  readonly person: string
  /** Of a note or a settled cause that this page sends: sent twice, it is kept once. */
  readonly commandId: string
  readonly mayEdit: boolean
  /** What a change that was just made came to, as the address says. */
  readonly told?: string
}

/** A post-mortem: one page that a stranger understands, and behind it, folded, what it is drawn from. */
export function reviewPage(page: ReviewPage): Html {
  const { review, person, chart } = page
  const { incident, title } = review.model
  return layout({
    title: `Post-mortem of ${incident}`,
    area: 'reviews',
    person,
    body: html`${toldLine(page.told)}<article class="review">
<h1>Post-mortem of ${incident}: ${title}</h1>
${standing(page)}
${sectionNames.map((name) => sectionPart(name, page))}
${chart === undefined ? null : incidentChart({ ...chart, numbers: `/incidents/${incident}/chart` })}
${details(page)}
${publishForm(page)}
</article>`,
  })
}

const toldWords: ReadonlyMap<string, string> = new Map([
  ['edited', 'Saved.'],
  ['published', 'Published.'],
  ['answered', 'Done: the section stands as you said.'],
  ['redrafted', 'Drafted from the records as they are now. What people wrote stays.'],
  ['settled', 'Settled. The review is drafted again from that; what people wrote stays.'],
  ['noted', 'Noted.'],
])

function toldLine(told: string | undefined): Html | null {
  const words = toldWords.get(told ?? '')
  return words === undefined ? null : html`<p class="told" role="status">${words}</p>`
}

function standing({ review }: ReviewPage): Html {
  const { model, document } = review
  const { incident, severity, service, recurrenceOf, runbook } = model
  const { published, version } = document
  const state =
    published === null
      ? html`Draft, version ${version}. Read it, correct it, publish it.`
      : html`Published by ${published.by} at ${instant(published.at)} as version ${published.version}${published.version === version ? null : html`; edited since, version ${version}`}.`
  return html`<p class="tags">${severityBadge(severity)} <span class="badge">${stateOf(document)}</span> <span>${service}</span></p>
<p class="quiet">${state}${recurrenceOf === null ? null : html` It repeats <a href="/incidents/${recurrenceOf}">${recurrenceOf}</a>.`}${runbook === null ? null : html` Runbook: ${runbook.title}.`}</p>
<p class="row"><a class="button" href="/incidents/${incident}">The incident</a> <a class="button" href="/reviews/${incident}/appendix">Appendix</a> <a class="button" href="/reviews/${incident}/markdown" download>Download as Markdown</a></p>`
}

function sectionPart(name: SectionName, { review, mayEdit, commandId }: ReviewPage): Html {
  const { model, document } = review
  const title = sectionTitles[name]
  const edit = html`<a class="button edit-link" href="/reviews/${model.incident}/edit/${name}">Edit<span class="aloud"> ${title}</span></a>`
  return html`<section id="${name}" class="part" aria-labelledby="${name}-title"><h2 id="${name}-title">${title}</h2>${mayEdit ? edit : null}
<div class="prose">${prose(textOf(document.sections[name]), linkedRecords(model))}</div>
${newDraft(name, review, mayEdit)}
${name === 'notes' && mayEdit ? noteForm(model.incident, commandId) : null}</section>`
}

/** What Firewatch would say now of a section that people wrote: they take it or keep theirs. */
function newDraft(name: SectionName, { model, document }: ReadableReview, mayEdit: boolean): Html | null {
  if (!waitingSections(document).includes(name)) return null
  const { own, drafted } = document.sections[name]
  const choice = (word: 'take' | 'keep', label: string) =>
    html`<form method="post" action="/reviews/${model.incident}/drafts"><input type="hidden" name="version" value="${document.version}"><input type="hidden" name="section" value="${name}"><button class="second" name="choice" value="${word}">${label}</button></form>`
  return html`<details class="new-draft"><summary>Firewatch drafts this section differently now</summary>
<p>What is above was written over an earlier draft. This changed in the draft since:</p>
${difference(own?.base ?? '', drafted)}
${mayEdit ? html`<div class="row">${choice('keep', 'Keep what is above')} ${choice('take', 'Take the new draft')}</div>` : null}</details>`
}

function noteForm(incident: string, commandId: string): Html {
  return html`<form class="note" method="post" action="/reviews/${incident}/note"><input type="hidden" name="commandId" value="${commandId}"><label for="note">Add a note</label>
<input id="note" name="text" required maxlength="10000" autocomplete="off"><button>Add</button></form>`
}

/** Folded: whoever wants to know how it is known unfolds it. */
function details({ review: { model }, mayEdit, commandId }: ReviewPage): Html {
  const { incident, rubric, trees } = model
  const unsettled = unsettledCauses(trees).length
  const passed = rubric.filter((answer) => answer.passed).length
  const fold = (id: string, title: string, body: Html) =>
    html`<details class="fold" id="${id}"><summary><h3>${title}</h3></summary>${body}</details>`
  return html`<section aria-labelledby="details-title"><h2 id="details-title">Details</h2>
<p class="quiet">Drawn from the records; <a href="/reviews/${incident}/appendix">the appendix</a> has all of them, with queries and hashes.</p>
${fold('timeline', `Timeline: ${model.timeline.length === 1 ? '1 entry' : `${model.timeline.length} entries`}`, timelineList(model.timeline))}
${fold('causes', `Causes: ${unsettled} to settle`, html`${mayEdit ? settleForm(trees, `/reviews/${incident}/causes`, commandId) : null}${causeTrees(trees)}`)}
${fold('attempts', 'Remediation', attemptList(model))}
${fold('response', 'Response and doubts', responseLists(model))}
${fold('rubric', `Checks: ${passed} of ${rubric.length} hold`, rubricList(model))}</section>`
}

function publishForm({ review: { model, document }, named, mayEdit }: ReviewPage): Html | null {
  if (!mayEdit) return null
  const { published, version } = document
  const isCurrent = published?.version === version
  const label = published === null ? 'Publish' : 'Publish this version'
  const publish = html`<form method="post" action="/reviews/${model.incident}/publish"><input type="hidden" name="version" value="${version}">${named.length === 0 ? null : html`<input type="hidden" name="anyway" value="on">`}<button class="primary">${named.length === 0 ? label : `${label} with these names`}</button></form>`
  return html`<section aria-labelledby="publish-title"><h2 id="publish-title">${isCurrent ? 'Published' : 'When it reads right'}</h2>
${isCurrent ? null : namesNotice(model.incident, named)}
<div class="row">${isCurrent ? null : publish}<form method="post" action="/reviews/${model.incident}/redraft"><button class="second">Draft again from the records</button></form></div>
<p class="quiet">A new draft never replaces what people wrote.</p></section>`
}

/** What people wrote is never changed, so that they are told before everybody reads it. */
function namesNotice(incident: string, named: readonly NamedPerson[]): Html | null {
  if (named.length === 0) return null
  return html`<div id="named" class="problem"><p>Reviews say “Responder A”, so that they are about what happened and not about who. This one names people:</p>
<ul>${named.map(({ section, line, name, text }) => html`<li><a href="/reviews/${incident}/edit/${section}">${sectionTitles[section]}</a>, line ${line} names <strong>${name}</strong>: “${text}”</li>`)}</ul></div>`
}
