import type { ChartLine, ChartMarker, ChartModel } from '../domain/chart/chart.ts'
import { timeAxis, valueAxis } from './axes.ts'
import {
  fitted,
  frameOf,
  height,
  ink,
  plot,
  spread,
  textSize,
  titleSize,
  width,
  type Frame,
} from './layout.ts'
import { markers } from './markers.ts'
import { toPng } from './png.ts'
import { content, element, type Markup } from './svg.ts'

/**
 * Three lines are told apart by thickness, dashes and words before colour; the colours (blue, orange, grey) stay apart for every common
 * colour-blindness and in grey.
 */
const lineStyles: Readonly<
  Record<ChartLine['kind'], { readonly stroke: string; readonly width: number; readonly dashes: string }>
> = {
  today: { stroke: '#0b4f8a', width: 4.5, dashes: '' },
  yesterday: { stroke: '#c2570c', width: 2.5, dashes: '11 6' },
  'week-ago': { stroke: '#6b7078', width: 2.5, dashes: '2.5 5.5' },
}

/** Draws a chart of 800 × 400 pixels, readable on a phone: as SVG, and as PNG for messages. */
export function renderChart(model: ChartModel): { readonly svg: string; readonly png: Uint8Array } {
  const svg = renderSvg(model)
  return { svg, png: toPng(svg) }
}

export function renderSvg(model: ChartModel): string {
  const frame = frameOf(model)
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-labelledby': 'chart-title chart-description',
    'font-family': 'DejaVu Sans, Verdana, sans-serif',
    'font-size': textSize,
    fill: ink,
  }
  return element(
    'svg',
    attributes,
    element('title', { id: 'chart-title' }, content(model.title)),
    element('desc', { id: 'chart-description' }, content(model.description)),
    element('rect', { width, height, fill: '#ffffff' }),
    element(
      'text',
      { x: 16, y: 35, 'font-size': titleSize, 'font-weight': 'bold' },
      content(fitted(model.title, titleSize, width - 100)),
    ),
    incidentBand(model, frame),
    valueAxis(frame),
    timeAxis(model, frame),
    ...model.lines.map((line) => seriesLine(line, model, frame)),
    ...markers(model, frame),
    ...lineLabels(model, frame),
    ...nothingMeasured(model),
  )
}

/** Tints the time from the beginning to the end, or to the edge while it lasts. */
function incidentBand({ markers: happened }: ChartModel, frame: Frame): Markup {
  const at = (kind: ChartMarker['kind'], otherwise: number) =>
    Date.parse(happened.find((marker) => marker.kind === kind)?.at ?? '') || otherwise
  const [left, right] = [frame.x(at('start', frame.to)), frame.x(at('end', frame.to))].map(inPlot)
  return element('rect', {
    x: left ?? 0,
    y: plot.top,
    width: Math.max(0, (right ?? 0) - (left ?? 0)),
    height: plot.bottom - plot.top,
    fill: '#fbe9ec',
  })
}

/** An unknown value leaves a gap: a line across it would claim what nobody measured. */
function seriesLine({ kind, values }: ChartLine, { from, bucketMs }: ChartModel, { x, y }: Frame): Markup {
  const style = lineStyles[kind]
  const stretches: string[][] = [[]]
  for (const [index, value] of values.entries()) {
    if (value === null) stretches.push([])
    else stretches.at(-1)?.push(`${round(x(Date.parse(from) + (index + 0.5) * bucketMs))} ${round(y(value))}`)
  }
  const drawn = stretches.filter((points) => points.length > 0)
  // A stretch of one point has no length; round caps make it a dot.
  const path = drawn
    .map((points) => (points.length === 1 ? `M${points[0]} h0.01` : `M${points.join(' L')}`))
    .join(' ')
  return element('path', {
    d: path === '' ? `M${plot.left} ${plot.bottom}` : path,
    fill: 'none',
    stroke: style.stroke,
    'stroke-width': style.width,
    'stroke-linejoin': 'round',
    'stroke-linecap': kind === 'yesterday' ? 'butt' : 'round',
    ...(style.dashes === '' ? {} : { 'stroke-dasharray': style.dashes }),
  })
}

/** The names stand at the ends of the lines, with a piece of each: a legend that needs no looking back and forth. */
function lineLabels({ lines }: ChartModel, { y }: Frame): Markup[] {
  const shown = lines.filter(({ values }) => values.some((value) => value !== null))
  const wanted = shown.map(({ values }) => y(values.findLast((value) => value !== null) ?? 0))
  const placed = spread(wanted, 26, plot.top + 8, plot.bottom - 4)
  return shown.map(({ kind, label }, index) => {
    const style = lineStyles[kind]
    const at = placed[index] ?? 0
    const sample = element('line', {
      x1: plot.right + 8,
      x2: plot.right + 36,
      y1: at,
      y2: at,
      stroke: style.stroke,
      'stroke-width': style.width,
      ...(style.dashes === '' ? {} : { 'stroke-dasharray': style.dashes }),
    })
    const words = fitted(label, textSize, width - plot.right - 42)
    const weight = kind === 'today' ? 'bold' : 'normal'
    return element(
      'g',
      {},
      sample,
      element('text', { x: plot.right + 42, y: at + 7, 'font-weight': weight }, content(words)),
    )
  })
}

function nothingMeasured({ lines }: ChartModel): Markup[] {
  if (lines.some(({ values }) => values.some((value) => value !== null))) return []
  const at = {
    x: (plot.left + plot.right) / 2,
    y: (plot.top + plot.bottom) / 2,
    'text-anchor': 'middle',
    'font-size': 22,
    stroke: '#ffffff',
    'stroke-width': 6,
    'paint-order': 'stroke',
  }
  return [element('text', at, content('No measurements for this chart'))]
}

function inPlot(x: number): number {
  return Math.min(plot.right, Math.max(plot.left, x))
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
