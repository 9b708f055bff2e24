import type { ChartModel } from '../domain/chart/chart.ts'
import { valueTicks } from './scale.ts'

export const width = 800
export const height = 400
/** The part in which lines are drawn. */
export const plot = { left: 84, right: 632, top: 118, bottom: 334 } as const

export const ink = '#16181d'
/** 800 pixels become some 360 on a phone, so nothing is smaller than 17. */
export const titleSize = 27
export const textSize = 20
export const markerSize = 18
export const captionSize = 17

/** Where values and instants lie. */
export interface Frame {
  readonly from: number
  readonly to: number
  readonly ticks: readonly number[]
  readonly x: (at: number) => number
  readonly y: (value: number) => number
}

export function frameOf({ from, bucketMs, lines, markers }: ChartModel): Frame {
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null))
  const buckets = Math.max(1, ...lines.map((line) => line.values.length))
  const first = Date.parse(from)
  const last = first + buckets * bucketMs
  const instants = lines.length > 0 ? [] : markers.map(({ at }) => Date.parse(at))
  const [start, end] = [Math.min(first, ...instants), Math.max(last, ...instants)]
  // Folded, since a spread of many values would overflow the stack.
  const [least, greatest] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [0, 0],
  )
  const ticks = valueTicks(least, greatest)
  const [bottom, top] = [ticks[0] ?? 0, ticks.at(-1) ?? 1]
  return {
    from: start,
    to: end,
    ticks,
    x: (at) => plot.left + ((at - start) / (end - start)) * (plot.right - plot.left),
    y: (value) => plot.bottom - ((value - bottom) / (top - bottom)) * (plot.bottom - plot.top),
  }
}

/** How wide a text comes out in DejaVu Sans, a little overestimated. */
export function textWidth(text: string, size: number): number {
  const widths = Array.from(text, (character) =>
    character > '\u2E80'
      ? 1
      : /[ilI.,:;|'!()[\] ]/.test(character)
        ? 0.4
        : /[mwMW@%]/.test(character)
          ? 0.95
          : 0.64,
  )
  return size * widths.reduce((sum, one) => sum + one, 0)
}

/** The text, cut with an ellipsis where it would be wider. */
export function fitted(text: string, size: number, most: number): string {
  const oneLine = text.replace(/\s+/g, ' ').trim()
  if (textWidth(oneLine, size) <= most) return oneLine
  const characters = Array.from(oneLine.slice(0, 400))
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, size) > most) characters.pop()
  return `${characters.join('').trimEnd()}…`
}

/** Positions at least `gap` apart, as near to the wanted ones as that allows, within bounds; in the order given. */
export function spread(wanted: readonly number[], gap: number, least: number, most: number): number[] {
  const order = wanted.map((_, index) => index).toSorted((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0))
  const placed = order.reduce<number[]>(
    (done, index) => [...done, Math.max(wanted[index] ?? 0, (done.at(-1) ?? least - gap) + gap)],
    [],
  )
  const over = Math.max(0, (placed.at(-1) ?? 0) - most)
  // What hangs over the end moves back, and pushes the ones before it.
  const settled = placed.reduceRight<number[]>(
    (done, at) => [Math.min(at, (done[0] ?? most + gap) - gap), ...done],
    [],
  )
  const chosen = over > 0 ? settled : placed
  return wanted.map((_, index) => chosen[order.indexOf(index)] ?? 0)
}
