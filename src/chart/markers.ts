import type { ChartMarker, ChartModel } from '../domain/chart/chart.ts'
import { fitted, markerSize, plot, textWidth, width, type Frame } from './layout.ts'
import { localClock } from './scale.ts'
import { content, element, type Markup } from './svg.ts'

const markerStyles: Readonly<
  Record<ChartMarker['kind'], { readonly stroke: string; readonly sign: string }>
> = {
  start: { stroke: '#a4133c', sign: '▼' },
  act: { stroke: '#5b3a8c', sign: '◆' },
  end: { stroke: '#146c34', sign: '■' },
}

/** Above the plot: one row for the beginning and the end, the others for acts. */
const endsRow = 64
const actRows = [87, 110]

/** Upright lines with words above. Words of an act that find no room are left out; its line stays. */
export function markers({ markers: happened, timeZone, bucketMs }: ChartModel, frame: Frame): Markup[] {
  const free = actRows.map(() => 0)
  const inside = happened.filter(({ at }) => Date.parse(at) >= frame.from && Date.parse(at) <= frame.to)
  const drawn = inside
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .map(({ kind, at, label }) => {
      const { sign } = markerStyles[kind]
      const x = frame.x(Date.parse(at))
      const when = `${fitted(label, markerSize, 200)} ${localClock(Date.parse(at), timeZone, bucketMs < 60_000)}`
      if (kind === 'start')
        return marker(kind, x, endsRow, { words: `${when} ${sign}`, x: x + 8, anchor: 'end' })
      const words = `${sign} ${when}`
      if (kind === 'end') return marker(kind, x, endsRow, { words, x: x - 8, anchor: 'start' })
      // The sign stands on its line: where there is no room to the right, the words go to the left.
      const wide = textWidth(words, markerSize)
      const isRight = x - 8 + wide <= width - 8
      const begins = isRight ? x - 8 : x + 8 - wide
      const row = free.findIndex((end) => end + 10 <= begins)
      if (row < 0) return marker(kind, x, plot.top)
      free[row] = begins + wide
      const top = actRows[row] ?? plot.top
      if (isRight) return marker(kind, x, top, { words, x: x - 8, anchor: 'start' })
      return marker(kind, x, top, { words: `${when} ${sign}`, x: x + 8, anchor: 'end' })
    })
  return [...drawn.map(({ line }) => line), ...drawn.flatMap(({ words }) => words)]
}

interface Marker {
  readonly line: Markup
  readonly words: readonly Markup[]
}

interface MarkerWords {
  readonly words: string
  readonly x: number
  readonly anchor: 'start' | 'end'
}

function marker(kind: ChartMarker['kind'], x: number, top: number, label?: MarkerWords): Marker {
  const { stroke } = markerStyles[kind]
  const dashes = kind === 'act' ? { 'stroke-dasharray': '6 4' } : {}
  const line = element('line', {
    x1: x,
    x2: x,
    y1: top + 5,
    y2: plot.bottom,
    stroke,
    'stroke-width': 2,
    ...dashes,
  })
  if (label === undefined) return { line, words: [] }
  // A white rim keeps words readable where another marker's line runs behind them.
  const rim = { stroke: '#ffffff', 'stroke-width': 5, 'paint-order': 'stroke' }
  const place = {
    x: label.x,
    y: top,
    'text-anchor': label.anchor,
    'font-size': markerSize,
    fill: stroke,
    ...rim,
  }
  return { line, words: [element('text', place, content(label.words))] }
}
