import type { Review } from '../../domain/post-mortem/post-mortem.ts'
import type { Statement } from '../../domain/post-mortem/records.ts'
import type { ReviewItem } from '../../domain/post-mortem/timeline.ts'
import { html, type Html } from '../html.ts'
import { citations, statements } from './review-citations.ts'
import { table, type Cell } from './table.ts'
import { icon, instant } from './words.ts'

/* Parts of a review that are drawn from its records: folded on its page, open in its appendix. */

export function timesTables({ times }: Review): Html {
  const moments = times.moments.map(({ name, text, cites }): Cell[] => [
    name,
    html`${text}${citations(cites)}`,
  ])
  const durations = times.durations.map(({ name, from, to, text }): Cell[] => [
    name,
    text,
    `${from} to ${to}`,
  ])
  return html`${table({ caption: 'Moments', columns: ['Moment', 'When'], rows: moments })}
${table({ caption: 'Durations', columns: ['Duration', 'How long', 'Between'], rows: durations })}
${statements([...times.problems, ...times.missing])}`
}

export function impactList({ impact: { quantified, measured, notRecorded } }: Review): Html {
  return html`${statements(quantified)}
${measured.length === 0 ? null : html`<h3>What else was measured</h3>${statements(measured)}`}
${notRecorded.length === 0 ? null : html`<p>Not recorded: ${notRecorded.join('; ')}.</p>`}`
}

export function timelineList(items: readonly ReviewItem[]): Html {
  const rows = items.map(
    ({ at, actor, text, quote, cites }) =>
      html`<li><p class="quiet">${instant(at)} ${actor}</p><p>${text}${citations(cites)}</p>${quote === null ? null : html`<blockquote>${quote}</blockquote>`}</li>`,
  )
  return html`<ol class="timeline">${rows}</ol>`
}

export function attemptList({ attempts }: Review): Html {
  const rows = attempts.map(
    ({ id, what, explanation, decision, before, after, decisionToAct }) => html`<li>
<p>${what.text}${citations([...new Set([id, ...what.cites])])}</p>
${explanation === '' ? null : html`<p>${explanation}</p>`}
${before === null ? null : html`<p>Before: ${before}</p>`}${after === null ? null : html`<p>After: ${after}</p>`}
<details><summary>What the guards decided</summary><p>${decision}</p>${decisionToAct === null ? null : html`<p>From proposal to act: ${decisionToAct}.</p>`}</details></li>`,
  )
  return rows.length === 0 ? html`<p>Nothing was tried.</p>` : html`<ol class="records">${rows}</ol>`
}

export function responseLists({ response, doubts, actions: { rejected } }: Review): Html {
  return html`${titled('Detection', response.detection, 'Not recorded.')}
${titled('Response', response.response, 'Not recorded.')}
${titled('Conflicts', doubts.conflicts, 'No records contradict each other.')}
${titled('Unknown', doubts.unknowns, 'Nothing that a reader would expect is missing.')}
${rejected.length === 0 ? null : html`<h3>Actions that are not proposed</h3><ul>${rejected.map(({ title, why }) => html`<li>${title}: ${why}</li>`)}</ul>`}`
}

export function rubricList({ rubric }: Review): Html {
  const rows = rubric.map(
    ({ check, passed, detail }) =>
      html`<li>${icon(passed ? '✓' : '✗')} <strong>${passed ? 'Yes' : 'No'}</strong>: ${check}${passed ? null : html`<br>${detail}`}</li>`,
  )
  return html`<ul class="rubric">${rows}</ul>`
}

function titled(title: string, items: readonly Statement[], none: string): Html {
  return html`<h3>${title}</h3>${items.length === 0 ? html`<p class="quiet">${none}</p>` : statements(items)}`
}
