import type { Review } from '../../domain/post-mortem/post-mortem.ts'
import type { Statement } from '../../domain/post-mortem/records.ts'
import type { ChartAbout, StoredReview } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { incidentChart } from './chart-figure.ts'
import { layout } from './layout.ts'
import { causeSection } from './review-causes.ts'
import { citations, statements } from './review-citations.ts'
import { evidenceSection, recordSection } from './review-sources.ts'
import { table, type Cell } from './table.ts'
import { icon, instant, severityBadge } from './words.ts'

export interface ReviewPage {
  readonly review: StoredReview
  /** Absent where nothing measured what fired. */
  readonly chart?: { readonly token: string; readonly about: ChartAbout }
  readonly person: string
}

/** A post-mortem from its model: every sentence with the records that it rests on, each one click away. */
export function reviewPage({ review, chart, person }: ReviewPage): Html {
  const { model, state, draftedAt } = review
  const { incident, title, service, severity, recurrenceOf, runbook } = model
  return layout({
    title: `Post-mortem of ${incident}`,
    area: 'incidents',
    person,
    body: html`<article class="review">
<h1>Post-mortem of ${incident}: ${title}</h1>
<p class="tags">${severityBadge(severity)} <span class="badge">${state}</span> <span>${service}</span></p>
<p class="quiet">Drafted ${instant(draftedAt)} from records${runbook === null ? null : html` and the runbook ${runbook.title}`}. ${recurrenceOf === null ? null : html`It repeats ${recurrenceOf}. `}Times are in UTC.</p>
<p class="row"><a class="button" href="/incidents/${incident}">The incident</a> <a class="button" href="/reviews/${incident}/markdown" download>Download as Markdown</a></p>
${contents()}
${section('summary', 'Summary', statements(model.summary))}
${chart === undefined ? null : incidentChart({ ...chart, numbers: `/incidents/${incident}/chart` })}
${timesSection(model)}
${section('impact', 'Impact', impact(model))}
${timelineSection(model)}
${causeSection(model.trees)}
${attemptSection(model)}
${responseSection(model)}
${section('doubts', 'Conflicts and unknowns', html`${titled('Conflicts', model.doubts.conflicts, 'None found.')}${titled('Unknown', model.doubts.unknowns, 'Nothing.')}`)}
${actionSection(model)}
${rubricSection(model)}
${evidenceSection(model.evidence)}
${recordSection(model.records)}
</article>`,
  })
}

const chapters: readonly (readonly [string, string])[] = [
  ['summary', 'Summary'],
  ['times', 'Times'],
  ['impact', 'Impact'],
  ['timeline', 'Timeline'],
  ['causes', 'Causes'],
  ['attempts', 'Remediation'],
  ['response', 'Response'],
  ['doubts', 'Doubts'],
  ['actions', 'Actions'],
  ['rubric', 'Rubric'],
  ['evidence', 'Evidence'],
]

function contents(): Html {
  return html`<nav class="chips" aria-label="On this page">${chapters.map(([id, label]) => html`<a href="#${id}">${label}</a>`)}</nav>`
}

function section(id: string, title: string, body: Html): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`
}

function titled(title: string, items: readonly Statement[], none: string): Html {
  return html`<h3>${title}</h3>${items.length === 0 ? html`<p class="quiet">${none}</p>` : statements(items)}`
}

function timesSection({ times }: Review): Html {
  const moments = times.moments.map(({ name, text, cites }): Cell[] => [
    name,
    html`${text}${citations(cites)}`,
  ])
  const durations = times.durations.map(({ name, from, to, text }): Cell[] => [
    name,
    text,
    `${from} to ${to}`,
  ])
  return section(
    'times',
    'Times',
    html`${table({ caption: 'Moments', columns: ['Moment', 'When'], rows: moments })}
${table({ caption: 'Durations', columns: ['Duration', 'How long', 'Between'], rows: durations })}
${statements([...times.problems, ...times.missing])}`,
  )
}

function impact({ impact: { hit, quantified, measured, notRecorded } }: Review): Html {
  return html`<p>${hit}</p>${statements(quantified)}
${measured.length === 0 ? null : html`<h3>What else was measured</h3>${statements(measured)}`}
${notRecorded.length === 0 ? null : html`<p>Not recorded: ${notRecorded.join('; ')}.</p>`}`
}

function timelineSection({ timeline }: Review): Html {
  const rows = timeline.map(
    ({ at, actor, text, quote, cites }) =>
      html`<li><p class="quiet">${instant(at)} ${actor}</p><p>${text}${citations(cites)}</p>${quote === null ? null : html`<blockquote>${quote}</blockquote>`}</li>`,
  )
  return section('timeline', 'Timeline', html`<ol class="timeline">${rows}</ol>`)
}

function attemptSection({ attempts }: Review): Html {
  const rows = attempts.map(
    ({ id, what, explanation, decision, before, after, decisionToAct }) => html`<li>
<p>${what.text}${citations([...new Set([id, ...what.cites])])}</p>
${explanation === '' ? null : html`<p>${explanation}</p>`}
${before === null ? null : html`<p>Before: ${before}</p>`}${after === null ? null : html`<p>After: ${after}</p>`}
<details><summary>What the guards decided</summary><p>${decision}</p>${decisionToAct === null ? null : html`<p>From proposal to act: ${decisionToAct}.</p>`}</details></li>`,
  )
  const body = rows.length === 0 ? html`<p>Nothing was tried.</p>` : html`<ol class="records">${rows}</ol>`
  return section('attempts', 'Remediation', body)
}

function responseSection({ response }: Review): Html {
  return section(
    'response',
    'Detection and response',
    html`${titled('Detection', response.detection, 'Not recorded.')}
${titled('Response', response.response, 'Not recorded.')}
${titled('What went well', response.wentWell, 'Nothing that the records show.')}
${titled('What went less well', response.wentLessWell, 'Nothing that the records show.')}
${titled('Where luck helped', response.luck, 'Nothing that the records show.')}`,
  )
}

function actionSection({ actions: { proposed, rejected, openRisks } }: Review): Html {
  const rows = proposed.map(
    ({ id, type, title, doneWhen, owner, due, cause }) => html`<li><h3>${title}</h3>
<p><span class="badge">${type}</span> owner ${owner ?? html`<strong>nobody yet</strong>`}, due ${due ?? 'not known'}, against cause <a href="#cause-${cause}">${cause}</a></p>
<p>Done when: ${doneWhen}</p><p class="quiet">${id}</p></li>`,
  )
  return section(
    'actions',
    'Actions',
    html`${rows.length === 0 ? html`<p>None are proposed.</p>` : html`<ol class="records">${rows}</ol>`}
${rejected.length === 0 ? null : html`<h3>Not proposed</h3><ul>${rejected.map(({ title, why }) => html`<li>${title}: ${why}</li>`)}</ul>`}
${openRisks.length === 0 ? null : html`<h3>Causes that nothing is planned against</h3><ul>${openRisks.map(({ cause, claim }) => html`<li><a href="#cause-${cause}">${cause}</a>: ${claim}</li>`)}</ul>`}`,
  )
}

function rubricSection({ rubric, ready }: Review): Html {
  const passed = rubric.filter((answer) => answer.passed).length
  const rows = rubric.map(
    ({ check, passed: isYes, detail }) =>
      html`<li>${icon(isYes ? '✓' : '✗')} <strong>${isYes ? 'Yes' : 'No'}</strong>: ${check}${isYes ? null : html`<br>${detail}`}</li>`,
  )
  return section(
    'rubric',
    `Rubric: ${passed} of ${rubric.length}`,
    html`<p>${ready ? 'Nothing is left to do before it is ready.' : 'Not ready: what is answered "no" needs a person.'}</p><ul class="rubric">${rows}</ul>`,
  )
}
