import type { ChartModel } from '../domain/chart/chart.ts'
import type { Frame } from './frame.ts'
import { textWidth } from './layout.ts'
import { painted } from './paint.ts'
import { localDays, timeTicks, type TimeTick } from './scale.ts'
import { content, element, type Markup } from './svg.ts'

export function valueAxis({ ticks, y, plot, layout: { textSize } }: Frame): Markup {
  const lines = ticks.flatMap(({ value, label }) => [
    element('line', {
      x1: plot.left,
      x2: plot.right,
      y1: y(value),
      y2: y(value),
      ...painted({ stroke: value === 0 ? 'ink' : 'grid' }),
      'stroke-width': value === 0 ? 1.5 : 1,
    }),
    element(
      'text',
      { x: plot.left - textSize / 2, y: y(value) + textSize * 0.35, 'text-anchor': 'end' },
      content(label),
    ),
  ])
  return element('g', {}, ...lines)
}

/** The days and the zone stand below the times, always. */
export function timeAxis({ timeZone }: ChartModel, frame: Frame): Markup {
  const { from, to, x, plot, layout } = frame
  const { textSize, captionSize, width } = layout
  const ticks = roomyTicks(frame, timeZone)
  const marks = ticks.flatMap(({ at, label }) => [
    element('line', {
      x1: x(at),
      x2: x(at),
      y1: plot.bottom,
      y2: plot.bottom + 5,
      ...painted({ stroke: 'ink' }),
      'stroke-width': 1.5,
    }),
    element(
      'text',
      {
        x: within(x(at), textWidth(label, textSize), width),
        y: plot.bottom + 6 + textSize * 1.05,
        'text-anchor': 'middle',
      },
      content(label),
    ),
  ])
  const caption = element(
    'text',
    {
      x: (plot.left + plot.right) / 2,
      y: plot.bottom + 12 + textSize * 1.05 + captionSize * 1.2,
      'text-anchor': 'middle',
      'font-size': captionSize,
      ...painted({ fill: 'quiet' }),
    },
    content(`${localDays(from, to, timeZone)}, ${timeZone}`),
  )
  return element('g', {}, ...marks, caption)
}

/** As many as there is room for, with some space between their labels. */
function roomyTicks(
  { from, to, x, layout: { mostTimeTicks, textSize, width } }: Frame,
  timeZone: string,
): TimeTick[] {
  const fewer = (most: number): TimeTick[] => {
    const ticks = timeTicks(from, to, most, timeZone)
    const labels = ticks.map(({ at, label }) => {
      const wide = textWidth(label, textSize)
      return { wide, middle: within(x(at), wide, width) }
    })
    const isRoomy = labels.slice(1).every(({ wide, middle }, index) => {
      const before = labels[index] ?? { wide: 0, middle: 0 }
      return middle - before.middle >= (wide + before.wide) / 2 + textSize * 0.5
    })
    return isRoomy || most <= 1 ? ticks : fewer(most - 1)
  }
  return fewer(mostTimeTicks)
}

/** The middle of a text that is not cut at either edge. */
function within(middle: number, wide: number, width: number): number {
  return Math.min(width - wide / 2 - 2, Math.max(wide / 2 + 2, middle))
}
