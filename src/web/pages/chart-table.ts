import { capitalised } from '../../domain/values/text.ts'
import { chartCaption } from '../../domain/chart/chart-words.ts'
import { isMeasured, type ChartLimit, type ChartModel } from '../../domain/chart/chart.ts'
import { scaledAmount } from '../../domain/values/amount.ts'
import type { ChartReading } from '../dependencies.ts'
import { html, type Html } from '../html.ts'
import { layout, type Area } from './layout.ts'
import { table, type Cell } from './table.ts'
import { instant } from './words.ts'

export interface ChartPage {
  /** What it is a chart of: `INC-42`, `check feed-activity`. */
  readonly of: string
  readonly back: string
  readonly area: Area
  readonly reading: ChartReading
  /** Whoever is logged in. */
  readonly person?: string
}

/** What a chart shows, for those who cannot see it or want the numbers. */
export function chartPage({ of, back, area, reading, person }: ChartPage): Html {
  const heading = reading.kind === 'chart' ? reading.model.title : `Numbers of ${of}`
  return layout({
    title: `Numbers of ${of}`,
    area,
    ...(person === undefined ? {} : { person }),
    body: html`<h1>${heading}</h1>
<p><a class="button" href="${back}">Back to ${of}</a></p>
${reading.kind === 'chart' ? numbers(reading.model, of) : html`<p class="problem">${missingChartSentence(reading)}</p>`}`,
  })
}

/** Why there is no chart, and what can be done. */
export function missingChartSentence(reading: Exclude<ChartReading, { kind: 'chart' }>): string {
  if (reading.kind === 'none') return 'There is no chart: no check measures this.'
  return reading.why === 'unavailable'
    ? 'The measurements cannot be read: ClickHouse does not answer. Try again in a moment.'
    : 'The measurements cannot be read: ClickHouse refuses the query. The server log says why.'
}

function numbers(model: ChartModel, of: string): Html {
  const { markers, from, gap } = model
  const events = markers.map(({ at, label }) => html`<li>${instant(at)} ${label}</li>`)
  return html`<p>${chartCaption(model)}</p>
${isMeasured(model) ? html`<p>From ${instant(from)} on.</p>` : html`<p>No samples in this time.</p>`}
${gap === undefined ? null : html`<p>No samples from ${instant(gap.from)} to ${instant(gap.to)}.</p>`}
${events.length === 0 ? null : html`<ul>${events}</ul>`}
${isMeasured(model) ? chartNumbers(model, `Numbers of ${of}`) : null}`
}

/** What a chart draws, point by point. */
export function chartNumbers(model: ChartModel, caption: string): Html {
  const named = [...model.lines, ...model.limits].map(({ label }) => capitalised(label))
  return table({ caption, columns: ['Bucket', ...named, 'Rule'], rows: rowsOf(model) })
}

function rowsOf({ lines, limits, firing, from, bucketMs, scale }: ChartModel): Cell[][] {
  const begin = Date.parse(from)
  const length = Math.max(0, ...lines.map(({ values }) => values.length))
  return Array.from({ length }, (_, index): Cell[] => {
    const at = new Date(begin + index * bucketMs).toISOString()
    const cell = (value: number | null | undefined) =>
      value === null || value === undefined ? '–' : scaledAmount(value, scale)
    return [
      instant(at),
      ...lines.map(({ values }) => cell(values[index])),
      ...limits.map((limit) => cell(limitAt(limit, index))),
      firing.some((stretch) => stretch.from <= at && at < stretch.to) ? 'fires' : '',
    ]
  })
}

function limitAt({ values }: ChartLimit, index: number): number | null | undefined {
  return typeof values === 'number' ? values : values[index]
}
