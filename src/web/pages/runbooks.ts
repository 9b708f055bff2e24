import { formatDuration } from '../../domain/values/duration.ts'
import type { CauseTemplate, RemediationRung, Runbook } from '../../domain/investigate/runbook.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { prose } from './markdown.ts'
import { counted } from './words.ts'

export function runbookListPage(runbooks: readonly Runbook[], person: string): Html {
  const rows = runbooks.map(
    ({ name, title, match, evidence, remediation }) => html`<li class="card">
<h2><a href="/runbooks/${encodeURIComponent(name)}">${title}</a></h2>
${matchText(match)}
<p class="quiet">${name}: ${counted(remediation.length, 'action')} to try, ${counted(evidence.length, 'question')} to ask</p></li>`,
  )
  return layout({
    title: 'Runbooks',
    area: 'runbooks',
    person,
    body: html`<h1>Runbooks</h1>${rows.length === 0 ? html`<p>No runbook is configured.</p>` : html`<ul class="cards">${rows}</ul>`}`,
  })
}

/** A runbook as it is configured now. What people are to do comes first. */
export function runbookPage(runbook: Runbook, person: string): Html {
  const { name, title, match, evidence, remediation, causes, guidance, path } = runbook
  return layout({
    title: `Runbook ${title}`,
    area: 'runbooks',
    person,
    body: html`<h1>${title}</h1>
${matchText(match)}
<p class="quiet">${name}, from ${path}. An incident keeps the version that it opened with.</p>
<section class="prose"><h2>Guidance</h2>${guidance.trim() === '' ? html`<p>None is written.</p>` : prose(guidance)}</section>
<section><h2>What automation tries, in this order</h2>
${remediation.length === 0 ? html`<p>Nothing.</p>` : html`<ol>${remediation.map(rung)}</ol>`}</section>
<section><h2>Causes it knows of</h2>${causes.length === 0 ? html`<p>None.</p>` : causeList(causes, undefined)}</section>
<section><h2>Questions it asks</h2>
${evidence.map((query) => html`<details><summary><h3>${query.title}</h3></summary><p class="quiet">${query.name}</p><pre>${query.sql}</pre></details>`)}</section>`,
  })
}

function matchText(match: Runbook['match']): Html {
  const terms = Object.entries(match).map(
    ([label, values]) => html`<li><code>${label}</code> is ${values.join(' or ')}</li>`,
  )
  return html`<div class="terms">For incidents where <ul>${terms}</ul></div>`
}

function rung({ action, target, timeoutMs, verify }: RemediationRung): Html {
  return html`<li><strong>${action}</strong> on ${target}, given up after ${formatDuration(timeoutMs)}. It helped when ${verify.good} of ${verify.of} samples within ${formatDuration(verify.withinMs)} are good.</li>`
}

function causeList(causes: readonly CauseTemplate[], parent: string | undefined): Html {
  const own = causes.filter((cause) => cause.parent === parent)
  if (own.length === 0) return html``
  return html`<ul class="tree">${own.map(({ id, edge, claim }) => html`<li><span class="quiet">${edge}</span> ${claim}${causeList(causes, id)}</li>`)}</ul>`
}
