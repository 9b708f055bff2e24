import type { ChartLimit, ChartModel } from '../domain/chart/chart.ts'
import { scaledAmount } from '../domain/values/amount.ts'
import { layouts, textWidth, type ChartSize, type Layout } from './layout.ts'
import { valueTicks, zoomedTicks } from './scale.ts'

/** Where values and instants lie, and in which layout. */
export interface Frame {
  readonly layout: Layout
  readonly plot: Layout['plot']
  readonly from: number
  readonly to: number
  readonly ticks: readonly { readonly value: number; readonly label: string }[]
  /** Within the plot, whatever the instant and the value. */
  readonly x: (at: number) => number
  readonly y: (value: number) => number
  readonly has: (at: number) => boolean
  /** A value as it is written in this chart. */
  readonly amount: (value: number) => string
}

/** A unit that is longer stands in the title: at every number of the axis it would take the room of the lines. */
const longestAxisUnit = 6

export function frameOf(model: ChartModel, size: ChartSize): Frame {
  const layout = layouts[size]
  const [from, to] = timesOf(model)
  const scale = showsUnit(model.unit) ? model.scale : { ...model.scale, unit: '' }
  const amount = (value: number) => scaledAmount(value, scale)
  const ticks = ticksOf(model)
  const [least, greatest] = [ticks[0] ?? 0, ticks.at(-1) ?? 1]
  const labels = ticks.map(amount)
  const widest = Math.max(...labels.map((label) => textWidth(label, layout.textSize)))
  const left = Math.min(layout.width / 3, Math.max(layout.plot.left, widest + layout.textSize))
  // Without anything to mark, the rows for its words are the lines' room.
  const top = model.markers.length > 0 ? layout.plot.top : layout.titleSize * 2.4
  const plot = { ...layout.plot, left, top }
  return {
    layout,
    plot,
    from,
    to,
    ticks: ticks.map((value, index) => ({ value, label: labels[index] ?? '' })),
    x: (at) =>
      between(plot.left + ((at - from) / (to - from)) * (plot.right - plot.left), plot.left, plot.right),
    y: (value) =>
      between(
        plot.bottom - ((value - least) / (greatest - least)) * (plot.bottom - plot.top),
        plot.top,
        plot.bottom,
      ),
    has: (at) => at >= from && at <= to,
    amount,
  }
}

/** Whether the axis shows the unit; otherwise the title does. */
export function showsUnit(unit: string | undefined): boolean {
  return unit === undefined || unit.length <= longestAxisUnit
}

function timesOf({ from, bucketMs, lines }: ChartModel): [number, number] {
  const buckets = Math.max(1, ...lines.map((line) => line.values.length))
  const first = Date.parse(from)
  return [first, first + buckets * bucketMs]
}

/** Beyond this a difference of two would be no number. */
const greatestValue = 1e300

/** Round in the unit in which they are written. */
function ticksOf({ lines, limits, scale: { divisor } }: ChartModel): number[] {
  const drawn = lines.flatMap(({ values }) => values.filter(isNumber))
  const [bottom, top] = rangeOf(drawn)
  // A limit that follows the lines may lie far above them all: then it is cut off rather than the lines pressed flat.
  const near = limits.flatMap((limit) => limitValues(limit, bottom, top))
  const [least, greatest] = rangeOf([...(drawn.length === 0 ? [] : [bottom, top]), ...near])
  const [low, high] = [least / divisor, greatest / divisor]
  return (zoomedTicks(low, high) ?? valueTicks(low, high)).map((tick) => tick * divisor)
}

function limitValues({ values }: ChartLimit, low: number, high: number): number[] {
  if (typeof values === 'number') return [values]
  const room = (high - low || Math.abs(high)) / 4
  return values.filter(isNumber).filter((value) => value >= low - room && value <= high + room)
}

/** Folded, since a spread of many values would overflow the stack. */
function rangeOf(values: readonly number[]): [number, number] {
  const [first = 0] = values
  const start: [number, number] = [first, first]
  const [low, high] = values.reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    start,
  )
  return [between(low, -greatestValue, greatestValue), between(high, -greatestValue, greatestValue)]
}

export function isNumber(value: number | null): value is number {
  return value !== null && Number.isFinite(value)
}

function between(value: number, least: number, most: number): number {
  // What is no number at all lies at the edge.
  return Number.isNaN(value) ? most : Math.min(most, Math.max(least, value))
}
