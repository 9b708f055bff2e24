import type { Verdict } from '../../domain/check/verdict.ts'
import { html, type Html } from '../html.ts'
import { amount } from './check-words.ts'

const width = 180
const height = 36
const margin = 4

type Point = Pick<Verdict, 'value' | 'state'>

/** Recent values of a series as a small line, with a dot where it fired. Unknown values leave a gap. Says in words what it shows. */
export function sparkline(verdicts: readonly Point[], unit?: string): Html {
  const values = verdicts.flatMap(({ value }) => (value === null ? [] : [value]))
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const x = (index: number) =>
    round(margin + (index * (width - 2 * margin)) / Math.max(1, verdicts.length - 1))
  const y = (value: number) =>
    round(height - margin - ((value - low) / (high === low ? 1 : high - low)) * (height - 2 * margin))
  const dots = verdicts.map(({ value, state }, index) =>
    value === null || state !== 'firing' ? null : html`<circle cx="${x(index)}" cy="${y(value)}" r="2.5"/>`,
  )
  const line = pathOf(verdicts, x, y)
  return html`<svg class="spark" role="img" aria-label="${describe(verdicts, low, high, unit)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><path d="${line}"/>${dots}</svg>`
}

function pathOf(
  points: readonly Point[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  return points
    .flatMap(({ value }, index) => {
      if (value === null) return []
      const follows = index > 0 && points[index - 1]?.value !== null
      // A lone point has no line: a stroke of no length shows as a dot.
      return [`${follows ? 'L' : 'M'}${x(index)} ${y(value)}${follows ? '' : 'h0'}`]
    })
    .join('')
}

function describe(points: readonly Point[], low: number, high: number, unit?: string): string {
  const count = (state: Point['state']) => points.filter((point) => point.state === state).length
  const range = Number.isFinite(low) ? `from ${amount(low, unit)} to ${amount(high, unit)}` : 'no value known'
  return `The last ${points.length} buckets: ${range}; ${count('firing')} firing, ${count('unknown')} unknown`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
