import type { ChartModel } from '../../domain/chart/chart.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { table, type Cell } from './table.ts'
import { clock, instant } from './words.ts'
import { formatNumber } from '../../domain/values/numbers.ts'

/** What an incident's chart shows, for those who cannot see it or want the numbers. */
export function chartPage(
  name: string,
  { title, lines, markers, from, bucketMs }: ChartModel,
  person: string | undefined,
): Html {
  const begin = Date.parse(from)
  const length = Math.max(0, ...lines.map(({ values }) => values.length))
  const rows = Array.from({ length }, (_, index): Cell[] => [
    clock(new Date(begin + index * bucketMs).toISOString()),
    ...lines.map(({ values }) => {
      const value = values[index] ?? null
      return value === null ? '–' : formatNumber(value)
    }),
  ])
  return layout({
    title: `Numbers of ${name}`,
    area: 'incidents',
    ...(person === undefined ? {} : { person }),
    body: html`<h1>${title}</h1>
<p><a class="button" href="/incidents/${name}">Back to ${name}</a></p>
${rows.length === 0 ? html`<p>Nothing is measured.</p>` : html`<p>From ${instant(from)} on.</p>`}
<ul>${markers.map(({ at, label }) => html`<li>${instant(at)} ${label}</li>`)}</ul>
${rows.length === 0 ? null : table({ caption: `Numbers of ${name}`, columns: ['Bucket', ...lines.map(({ label }) => label)], rows })}`,
  })
}
