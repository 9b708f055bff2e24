import { nodesUnder, type CauseNode, type CauseTree } from '../../domain/investigate/cause-tree.ts'
import type { CauseEdge } from '../../domain/investigate/runbook.ts'
import { html, type Html } from '../html.ts'
import { citations, statements } from './review-citations.ts'
import { icon, instant } from './words.ts'

const signs: Readonly<Record<Standing, string>> = {
  supported: '✓',
  refuted: '✗',
  unknown: '?',
  inferred: '…',
  confirmed: '✓',
  rejected: '✗',
}

type Standing = CauseNode['status'] | NonNullable<CauseNode['settled']>['verdict']

const edges: Readonly<Record<CauseEdge, string>> = {
  caused: 'caused by',
  enabled: 'enabled by',
  amplified: 'amplified by',
  delayed: 'delayed by',
  'undetected-because': 'undetected because of',
}

/** One tree per problem, as nested lists. Refuted causes stay to be seen. */
export function causeTrees(trees: readonly CauseTree[]): Html {
  return html`${trees.map(
    ({ title, statement, causes, noBranch }) => html`<h3>${title}</h3>
${statements([statement])}
${causes.length === 0 ? null : html`<ul class="tree">${causes.map(node)}</ul>`}
${noBranch === null ? null : html`<p class="quiet">${noBranch}.</p>`}`,
  )}`
}

/** Says of a cause whether it holds, and why. */
export function settleForm(trees: readonly CauseTree[], action: string, commandId: string): Html | null {
  const nodes = trees.flatMap(({ causes }) => causes.flatMap(nodesUnder))
  if (nodes.length === 0) return null
  return html`<form class="settle" method="post" action="${action}"><input type="hidden" name="commandId" value="${commandId}">
<label for="cause">Cause</label>
<select id="cause" name="cause">${nodes.map(({ id, claim, status, settled }) => html`<option value="${id}">${settled?.verdict ?? status}: ${claim}</option>`)}</select>
<label for="cause-reason">How you know</label>
<input id="cause-reason" name="reason" required maxlength="2000" autocomplete="off">
<div class="row"><button name="verdict" value="confirmed">Confirm it</button> <button class="second" name="verdict" value="rejected">Reject it</button></div></form>`
}

function node({ id, edge, claim, status, because, cites, counterChecks, causes, settled }: CauseNode): Html {
  const standing: Standing = settled?.verdict ?? status
  return html`<li id="cause-${id}"><p><span class="badge ${status}">${icon(signs[standing])} ${standing}</span> <span class="quiet">${edges[edge]}</span> ${claim}</p>
${settled === null ? null : html`<p>${settled.by} ${settled.verdict} it at ${instant(settled.at)}:</p><blockquote>${settled.reason}</blockquote>`}
<p class="quiet">${because}${citations(cites)}</p>${statements(counterChecks)}
${causes.length === 0 ? null : html`<ul class="tree">${causes.map(node)}</ul>`}</li>`
}
