import type { ChartMarker, ChartModel } from '../domain/chart/chart.ts'
import type { Frame } from './frame.ts'
import { fitted, textWidth } from './layout.ts'
import { painted, type Paint } from './paint.ts'
import { localClock } from './scale.ts'
import { content, element, type Markup } from './svg.ts'

const markerStyles: Readonly<
  Record<ChartMarker['kind'], { readonly paint: Paint; readonly sign: string; readonly dashes?: string }>
> = {
  start: { paint: 'fires', sign: '▼' },
  act: { paint: 'act', sign: '◆', dashes: '6 4' },
  end: { paint: 'clears', sign: '■' },
  'last-sample': { paint: 'ink', sign: '●', dashes: '2 3' },
}

/** Above the plot: one row for the beginning and the end, the others for the rest. */
const rows = 3
const endsRow = 0
/** Of the chart's width: no label is longer. */
const mostOfWidth = 0.4

interface Label {
  readonly words: string
  readonly x: number
  readonly anchor: 'start' | 'end'
  readonly row: number
  readonly from: number
  readonly to: number
}

/** Upright lines with words above. Words that find no room are left out; their line stays. */
export function markers(model: ChartModel, frame: Frame): Markup[] {
  const inside = model.markers.filter(({ at }) => frame.has(Date.parse(at)))
  const placed: Label[] = []
  // Where there is no room for all, the beginning and the end have theirs.
  const byRank = inside.toSorted((a, b) => rankOf(a) - rankOf(b) || Date.parse(a.at) - Date.parse(b.at))
  const drawn = byRank.map((marker) => {
    const label = labelOf(marker, model, frame, placed)
    if (label !== undefined) placed.push(label)
    return {
      line: lineOf(marker, frame, label),
      words: label === undefined ? [] : [wordsOf(marker, frame, label)],
    }
  })
  return [...drawn.map(({ line }) => line), ...drawn.flatMap(({ words }) => words)]
}

function rankOf({ kind }: ChartMarker): number {
  return kind === 'start' ? 0 : kind === 'end' ? 1 : 2
}

/** The sign stands on its line, with the words beside it: before the beginning, behind everything else, or where there is room. */
function labelOf(
  { kind, at, label }: ChartMarker,
  { timeZone, bucketMs }: ChartModel,
  { x, layout: { width, markerSize } }: Frame,
  placed: readonly Label[],
): Label | undefined {
  const { sign } = markerStyles[kind]
  const clock = localClock(Date.parse(at), timeZone, bucketMs < 60_000)
  const words = `${fitted(label, markerSize, width * mostOfWidth - textWidth(clock, markerSize))} ${clock}`
  const [middle, half] = [x(Date.parse(at)), markerSize * 0.45]
  const wide = textWidth(`${sign} ${words}`, markerSize)
  const before = {
    words: `${words} ${sign}`,
    x: middle + half,
    anchor: 'end',
    from: middle + half - wide,
    to: middle + half,
  } as const
  const behind = {
    words: `${sign} ${words}`,
    x: middle - half,
    anchor: 'start',
    from: middle - half,
    to: middle - half + wide,
  } as const
  const sides = (kind === 'start' ? [before, behind] : [behind, before]).filter(
    ({ from, to }) => from >= 4 && to <= width - 4,
  )
  const wanted = kind === 'start' || kind === 'end' ? [endsRow, 1, 2] : [1, 2, endsRow]
  for (const row of wanted) {
    const free = sides.find((side) =>
      placed.every((other) => other.row !== row || side.to + 8 <= other.from || other.to + 8 <= side.from),
    )
    if (free !== undefined) return { ...free, row }
  }
  return undefined
}

function topOf({ row }: Label, { plot, layout: { markerSize } }: Frame): number {
  return plot.top - 10 - (rows - 1 - row) * markerSize * 1.28
}

function lineOf({ kind, at }: ChartMarker, frame: Frame, label: Label | undefined): Markup {
  const { paint, dashes } = markerStyles[kind]
  const x = frame.x(Date.parse(at))
  return element('line', {
    x1: x,
    x2: x,
    y1: label === undefined ? frame.plot.top : topOf(label, frame) + 4,
    y2: frame.plot.bottom,
    ...painted({ stroke: paint }),
    'stroke-width': frame.layout.markerSize / 9,
    ...(dashes === undefined ? {} : { 'stroke-dasharray': dashes }),
  })
}

function wordsOf({ kind }: ChartMarker, frame: Frame, label: Label): Markup {
  return element(
    'text',
    {
      x: label.x,
      y: topOf(label, frame),
      'text-anchor': label.anchor,
      'font-size': frame.layout.markerSize,
      ...painted({ fill: markerStyles[kind].paint, stroke: 'ground' }),
      // A rim keeps words readable where another marker's line runs behind them.
      'stroke-width': frame.layout.markerSize / 4,
      'paint-order': 'stroke',
    },
    content(label.words),
  )
}
