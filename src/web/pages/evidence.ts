import { cutText } from '../../domain/page/delivery.ts'
import {
  errorOf,
  rowsOf,
  wordsOf,
  verdictsOf,
  type VerdictsResult,
} from '../../domain/investigate/evidence-result.ts'
import { chartDataOf, chartModel } from '../../domain/chart/chart.ts'
import { evidenceId, type Evidence } from '../../domain/investigate/evidence.ts'
import { baselineValue } from '../../domain/check/baseline.ts'
import { baselineWords } from '../../domain/check/verdict-words.ts'
import { formatNumber } from '../../domain/values/numbers.ts'
import { html, type Html } from '../html.ts'
import { chartNumbers } from './chart-table.ts'
import { sparkline } from './sparkline.ts'
import { table, type Cell } from './table.ts'
import { clock, counted, instant } from './words.ts'

const longestJson = 20_000

/** Every record with what was asked, of which time, what came back, and its hash. Anchors: `#E3`. */
export function evidenceSection(evidence: readonly Evidence[]): Html {
  return html`<section id="evidence" data-part aria-labelledby="evidence-title"><h2 id="evidence-title">Evidence</h2>
${evidence.length === 0 ? html`<p class="quiet">None is collected yet.</p>` : evidence.map(article)}</section>`
}

function article(record: Evidence): Html {
  const { number, title, window, query, hash, collectedAt, kind } = record
  const id = evidenceId(record)
  return html`<article class="evidence" id="E${number}"><details id="evidence-${number}"><summary><h3>${id} ${title}</h3></summary>
<p class="quiet">${kind}, collected ${instant(collectedAt)}${window === undefined ? null : html`, of ${instant(window.from)} to ${clock(window.to)}`}</p>
${resultOf(record)}
${query === undefined ? null : html`<h4>Query</h4><pre>${query}</pre>`}
<p class="quiet hash">SHA-256 ${hash}</p></details></article>`
}

function resultOf(record: Evidence): Html {
  const { result, title } = record
  const error = errorOf(result)
  if (error !== undefined) return html`<p class="problem">No answer: ${error}</p>`
  const verdicts = verdictsOf(result)
  if (verdicts !== undefined) return verdictTable(title, verdicts)
  const chart = chartDataOf(result)
  if (chart !== undefined) return chartNumbers(chartModel({ data: chart, timeZone: 'UTC' }), title)
  const found = rowsOf(result)
  if (found !== undefined) {
    const rows = found.rows.map((row) => found.columns.map((column) => cell(row[column])))
    return html`${table({ caption: title, columns: found.columns, rows })}
${rows.length === 0 ? html`<p>It answered with no rows.</p>` : null}${found.truncated ? html`<p class="quiet">More rows came than are kept.</p>` : null}${found.moreColumns === undefined ? null : html`<p class="quiet">${counted(found.moreColumns, 'more column')} came than are kept.</p>`}`
  }
  const json = wordsOf(result) ?? JSON.stringify(result, null, 1) ?? ''
  return html`<pre>${cutText(json, longestJson)}</pre>`
}

function verdictTable(title: string, { verdicts, more }: VerdictsResult): Html {
  const against = verdicts[0]?.baselines ?? []
  const names = against.map((baseline) => baselineWords(baseline, 'ago'))
  const rows = verdicts.map(({ bucketAt, value, baselines, state, reason }): Cell[] => [
    clock(bucketAt),
    cell(value),
    ...against.map((baseline) => cell(baselineValue(baselines, baseline))),
    state,
    reason,
  ])
  return html`<p>${sparkline(verdicts)}</p>
${table({ caption: title, columns: ['Bucket', 'Value', ...names, 'State', 'Reason'], rows })}
${more === 0 ? null : html`<p class="quiet">${more} later verdicts are not kept.</p>`}`
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number') return formatNumber(value)
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '–')
}
