import type { CauseStatus } from '../../domain/investigate/cause-test.ts'
import type { CauseNode, CauseTree } from '../../domain/investigate/cause-tree.ts'
import type { CauseEdge } from '../../domain/investigate/runbook.ts'
import { html, type Html } from '../html.ts'
import { citations, statements } from './review-citations.ts'
import { icon } from './words.ts'

const signs: Readonly<Record<CauseStatus, string>> = {
  supported: '✓',
  refuted: '✗',
  unknown: '?',
  inferred: '…',
}

const edges: Readonly<Record<CauseEdge, string>> = {
  caused: 'caused by',
  enabled: 'enabled by',
  amplified: 'amplified by',
  delayed: 'delayed by',
  'undetected-because': 'undetected because of',
}

/** One tree per problem, as nested lists. Refuted causes stay to be seen. */
export function causeSection(trees: readonly CauseTree[]): Html {
  return html`<section id="causes" aria-labelledby="causes-title"><h2 id="causes-title">Causes</h2>
${trees.map(
  ({ title, statement, causes, noBranch }) => html`<h3>${title}</h3>
${statements([statement])}
${causes.length === 0 ? null : html`<ul class="tree">${causes.map(node)}</ul>`}
${noBranch === null ? null : html`<p class="quiet">${noBranch}.</p>`}`,
)}</section>`
}

function node({ id, edge, claim, status, because, cites, counterChecks, causes }: CauseNode): Html {
  return html`<li id="cause-${id}"><p><span class="badge ${status}">${icon(signs[status])} ${status}</span> <span class="quiet">${edges[edge]}</span> ${claim}</p>
<p class="quiet">${because}${citations(cites)}</p>${statements(counterChecks)}
${causes.length === 0 ? null : html`<ul class="tree">${causes.map(node)}</ul>`}</li>`
}
