import type { ChartModel, ChartStretch } from '../domain/chart/chart.ts'
import { timeAxis, valueAxis } from './axes.ts'
import { frameOf, isNumber, showsUnit, type Frame } from './frame.ts'
import { fitted, layouts, textWidth, type ChartSize } from './layout.ts'
import { lastSampleDot, limitLines, lineNames, rowHeight, seriesLine } from './lines.ts'
import { markers } from './markers.ts'
import { darkStyle, painted, type Paint } from './paint.ts'
import { toPng } from './png.ts'
import { content, element, type Markup } from './svg.ts'

/** A chart for messages: a PNG of 800 × 400 pixels on a light ground, readable on a phone. */
export function renderPng(model: ChartModel): Uint8Array {
  return toPng(svgOf(model, 'message', []))
}

/** A chart for pages: an SVG that is dark where the reader prefers it. */
export function renderSvg(model: ChartModel, size: Exclude<ChartSize, 'message'>): string {
  return svgOf(model, size, [element('style', {}, darkStyle as Markup)])
}

/** A picture that says in words why there is no chart. */
export function renderWords(words: string, size: ChartSize): string {
  const { width, textSize } = layouts[size]
  const height = textSize * 6
  const text = element(
    'text',
    { x: width / 2, y: height / 2 + textSize * 0.35, 'text-anchor': 'middle', ...painted({ fill: 'quiet' }) },
    content(fitted(words, textSize, width - 2 * textSize)),
  )
  const style = size === 'message' ? [] : [element('style', {}, darkStyle as Markup)]
  return picture({ width, height, textSize, title: words, description: words }, [...style, text])
}

function svgOf(model: ChartModel, size: ChartSize, style: readonly Markup[]): string {
  const frame = frameOf(model, size)
  const { width, textSize, titleSize } = frame.layout
  const height = heightOf(model, frame)
  const { title, description, unit } = model
  const heading = showsUnit(unit) ? title : `${title}, ${unit}`
  const margin = titleSize * 0.6
  const headingSize = shrunk(heading, titleSize, width - 2 * margin)
  return picture({ width, height, textSize, title, description }, [
    ...style,
    element(
      'text',
      { x: margin, y: titleSize * 1.35, 'font-size': headingSize, 'font-weight': 'bold' },
      content(fitted(heading, headingSize * boldness, width - 2 * margin)),
    ),
    ...model.firing.flatMap((stretch) => shade(stretch, 'firing', frame)),
    ...(model.gap === undefined ? [] : shade(model.gap, 'gap', frame)),
    valueAxis(frame),
    timeAxis(model, frame),
    ...model.lines.map((line) => seriesLine(line, model, frame)),
    ...limitLines(model, frame),
    ...gapWords(model, frame),
    ...lastSampleDot(model, frame),
    ...markers(model, frame),
    ...lineNames(model, frame),
    ...nothingMeasured(model, frame),
  ])
}

/** Names below need a row each. */
function heightOf({ lines }: ChartModel, { layout: { height, names, textSize } }: Frame): number {
  return names === 'ends' ? height : height + lines.length * textSize * rowHeight
}

/** How much wider bold letters are. */
const boldness = 1.12
/** A title is the smaller the longer it is, down to this part; then it is cut. */
const smallestHeading = 0.7

function shrunk(heading: string, size: number, most: number): number {
  const wide = textWidth(heading, size * boldness)
  return size * Math.min(1, Math.max(smallestHeading, most / Math.max(1, wide)))
}

interface Picture {
  readonly width: number
  readonly height: number
  readonly textSize: number
  readonly title: string
  readonly description: string
}

function picture({ width, height, textSize, title, description }: Picture, parts: readonly Markup[]): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-labelledby': 'chart-title chart-description',
    'font-family': 'DejaVu Sans, Verdana, sans-serif',
    'font-size': textSize,
    ...painted({ fill: 'ink' }),
  }
  return element(
    'svg',
    attributes,
    element('title', { id: 'chart-title' }, content(title)),
    element('desc', { id: 'chart-description' }, content(description)),
    element('rect', { width, height, ...painted({ fill: 'ground' }) }),
    ...parts,
  )
}

function shade({ from, to }: ChartStretch, paint: Paint, { x, plot }: Frame): Markup[] {
  const [left, right] = [x(Date.parse(from)), x(Date.parse(to))]
  if (right <= left) return []
  const attributes = { x: left, y: plot.top, width: right - left, height: plot.bottom - plot.top }
  return [element('rect', { ...attributes, ...painted({ fill: paint }) })]
}

function gapWords({ gap }: ChartModel, { x, plot, layout: { markerSize } }: Frame): Markup[] {
  if (gap === undefined) return []
  const [left, right] = [x(Date.parse(gap.from)), x(Date.parse(gap.to))]
  if (textWidth('no samples', markerSize) > right - left) return []
  const at = { x: (left + right) / 2, y: (plot.top + plot.bottom) / 2, 'text-anchor': 'middle' }
  return [
    element('text', { ...at, 'font-size': markerSize, ...painted({ fill: 'quiet' }) }, content('no samples')),
  ]
}

function nothingMeasured({ lines }: ChartModel, { plot, layout: { textSize } }: Frame): Markup[] {
  if (lines.some(({ values }) => values.some(isNumber))) return []
  const at = {
    x: (plot.left + plot.right) / 2,
    y: (plot.top + plot.bottom) / 2,
    'text-anchor': 'middle',
    ...painted({ fill: 'ink', stroke: 'ground' }),
    'stroke-width': textSize / 4,
    'paint-order': 'stroke',
  }
  return [element('text', at, content('No samples in this time'))]
}
