import type { ChartLimit, ChartLine, ChartModel } from '../domain/chart/chart.ts'
import { isNumber, type Frame } from './frame.ts'
import { fitted, spread, textWidth } from './layout.ts'
import { painted } from './paint.ts'
import { content, element, type Attributes, type Markup } from './svg.ts'

/** Lines are told apart by thickness, dashes and words before colour. Widths and dashes are parts of the text's size. */
const lineStyles: Readonly<
  Record<ChartLine['kind'], { readonly width: number; readonly dashes?: readonly [number, number] }>
> = {
  today: { width: 0.2 },
  yesterday: { width: 0.12, dashes: [0.55, 0.3] },
  'week-ago': { width: 0.12, dashes: [0.12, 0.28] },
}

function strokeOf(kind: ChartLine['kind'], size: number): Attributes {
  const { width, dashes } = lineStyles[kind]
  return {
    fill: 'none',
    ...painted({ stroke: kind }),
    'stroke-width': width * size,
    ...(dashes === undefined
      ? {}
      : { 'stroke-dasharray': dashes.map((part) => round(part * size)).join(' ') }),
  }
}

/** An unknown value leaves a gap: a line across it would claim what nobody measured. */
export function seriesLine({ kind, values }: ChartLine, model: ChartModel, frame: Frame): Markup {
  return element('path', {
    d: pathOf(values, model, frame) || `M${round(frame.plot.left)} ${frame.plot.bottom}`,
    ...strokeOf(kind, frame.layout.textSize),
    'stroke-linejoin': 'round',
    'stroke-linecap': kind === 'yesterday' ? 'butt' : 'round',
  })
}

/** Where it fires, and where it clears: thin lines, with their words on them. */
export function limitLines(model: ChartModel, frame: Frame): Markup[] {
  const { plot, layout } = frame
  const drawn = model.limits
    .map((limit) => ({ limit, d: limitPath(limit, model, frame) }))
    .filter(({ d }) => d !== '')
  return drawn
    .map(({ limit: { kind }, d }) =>
      element('path', {
        d,
        fill: 'none',
        ...painted({ stroke: kind }),
        'stroke-width': layout.textSize * 0.1,
        'stroke-dasharray':
          kind === 'fires' ? `${round(layout.textSize)} ${round(layout.textSize * 0.25)}` : '3 3',
        'data-limit': kind,
      }),
    )
    .concat(
      limitLabels(
        drawn.map(({ limit }) => limit),
        frame,
        plot,
      ),
    )
}

function limitPath({ values }: ChartLimit, model: ChartModel, frame: Frame): string {
  const { plot, ticks, y } = frame
  if (typeof values === 'number')
    return isNumber(values)
      ? `M${round(plot.left)} ${round(y(values))} L${plot.right} ${round(y(values))}`
      : ''
  const [bottom, top] = [ticks[0]?.value ?? 0, ticks.at(-1)?.value ?? 1]
  // Where it is beyond the axis it is not drawn: along the edge it would be where it is not.
  return pathOf(
    values.map((value) => (isNumber(value) && value >= bottom && value <= top ? value : null)),
    model,
    frame,
  )
}

/** Above their lines at the left, where the incident is not yet. */
function limitLabels(limits: readonly ChartLimit[], frame: Frame, plot: Frame['plot']): Markup[] {
  const size = frame.layout.markerSize
  const words = limits.map(({ label }) => fitted(label, size, (plot.right - plot.left) * 0.9))
  const wanted = limits.map((limit, index) => {
    const line = topOver(limit, textWidth(words[index] ?? '', size), frame)
    // Below it where there is no room above.
    return line - size * 1.3 < plot.top ? line + size * 1.1 : line - size * 0.4
  })
  const placed = spread(wanted, size * 1.15, plot.top + size, plot.bottom - 4)
  return limits.map(({ kind }, index) =>
    element(
      'text',
      {
        x: plot.left + size * 0.4,
        y: placed[index] ?? plot.top,
        'font-size': size,
        ...painted({ fill: kind, stroke: 'ground' }),
        'stroke-width': size / 4,
        'paint-order': 'stroke',
      },
      content(words[index] ?? ''),
    ),
  )
}

/** The highest place of a limit over the first `wide` pixels. */
function topOver({ values }: ChartLimit, wide: number, frame: Frame): number {
  const { plot, y } = frame
  if (typeof values === 'number') return y(values)
  const over = Math.ceil((values.length * wide) / (plot.right - plot.left)) + 1
  const first = values.findIndex(isVisible(frame))
  const heights = values
    .slice(first, Math.max(over, first + 1))
    .filter(isVisible(frame))
    .map(y)
  return heights.reduce((top, height) => Math.min(top, height), plot.bottom)
}

function isVisible({ ticks }: Frame): (value: number | null) => value is number {
  const [bottom, top] = [ticks[0]?.value ?? 0, ticks.at(-1)?.value ?? 1]
  return (value): value is number => isNumber(value) && value >= bottom && value <= top
}

function pathOf(values: readonly (number | null)[], { from, bucketMs }: ChartModel, { x, y }: Frame): string {
  const stretches: string[][] = [[]]
  for (const [index, value] of values.entries()) {
    if (!isNumber(value)) stretches.push([])
    else stretches.at(-1)?.push(`${round(x(Date.parse(from) + (index + 0.5) * bucketMs))} ${round(y(value))}`)
  }
  // A stretch of one point has no length; round caps make it a dot.
  return stretches
    .filter((points) => points.length > 0)
    .map((points) => (points.length === 1 ? `M${points[0]} h0.01` : `M${points.join(' L')}`))
    .join(' ')
}

/** The names of the lines with their last values, and a piece of each line: a legend that needs no looking back and forth. */
export function lineNames(model: ChartModel, frame: Frame): Markup[] {
  const shown = model.lines.filter(({ values }) => values.some(isNumber))
  return frame.layout.names === 'ends' ? namesAtEnds(shown, frame) : namesBelow(shown, frame)
}

function namesAtEnds(shown: readonly ChartLine[], { y, plot, layout, amount }: Frame): Markup[] {
  const size = layout.textSize
  const wanted = shown.map(({ values }) => y(values.findLast(isNumber) ?? 0))
  const placed = spread(wanted, size * 2.3, plot.top + size * 0.5, plot.bottom - size * 1.1)
  const [sampleEnd, textStart] = [plot.right + size * 1.6, plot.right + size * 1.9]
  return shown.map(({ kind, label, values }, index) => {
    const at = placed[index] ?? 0
    const most = layout.width - textStart - 4
    const text = (words: string, dy: number, weight: string) =>
      element('text', { x: textStart, y: at + dy, 'font-weight': weight }, content(fitted(words, size, most)))
    const weight = kind === 'today' ? 'bold' : 'normal'
    return element(
      'g',
      {},
      element('line', {
        x1: plot.right + size * 0.3,
        x2: sampleEnd,
        y1: at,
        y2: at,
        ...strokeOf(kind, size),
      }),
      text(label, size * 0.35, weight),
      text(amount(values.findLast(isNumber) ?? 0), size * 1.45, weight),
    )
  })
}

/** Of names below, in parts of the text's size. */
export const rowHeight = 1.5

function namesBelow(shown: readonly ChartLine[], { plot, layout, amount }: Frame): Markup[] {
  const size = layout.textSize
  // Today stands first, as it is drawn last.
  return shown.toReversed().map(({ kind, label, values }, index) => {
    const at = plot.bottom + size * (4.7 + index * rowHeight)
    const words = `${label} ${amount(values.findLast(isNumber) ?? 0)}`
    const start = plot.left + size * 2.4
    return element(
      'g',
      {},
      element('line', {
        x1: plot.left,
        x2: plot.left + size * 2,
        y1: at - size * 0.35,
        y2: at - size * 0.35,
        ...strokeOf(kind, size),
      }),
      element(
        'text',
        { x: start, y: at, 'font-weight': kind === 'today' ? 'bold' : 'normal' },
        content(fitted(words, size, layout.width - start - 4)),
      ),
    )
  })
}

/** Where the last sample was, before a gap. */
export function lastSampleDot({ gap, from, bucketMs, lines }: ChartModel, { x, y, layout }: Frame): Markup[] {
  const values = lines.find(({ kind }) => kind === 'today')?.values ?? []
  const last = values.findLastIndex(isNumber)
  const value = values[last]
  if (gap === undefined || value === undefined || value === null) return []
  return [
    element('circle', {
      cx: x(Date.parse(from) + (last + 0.5) * bucketMs),
      cy: y(value),
      r: layout.textSize * 0.3,
      ...painted({ fill: 'today', stroke: 'ground' }),
      'stroke-width': layout.textSize * 0.1,
    }),
  ]
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
