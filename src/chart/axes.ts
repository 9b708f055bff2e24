import type { ChartModel } from '../domain/chart/chart.ts'
import { zoneWords } from '../domain/values/zoned-words.ts'
import { captionSize, height, ink, plot, type Frame } from './layout.ts'
import { axisNumber, localDay, timeTicks } from './scale.ts'
import { content, element, type Markup } from './svg.ts'

const faint = '#d9dce1'

export function valueAxis({ ticks, y }: Frame): Markup {
  const lines = ticks.flatMap((tick) => [
    element('line', {
      x1: plot.left,
      x2: plot.right,
      y1: y(tick),
      y2: y(tick),
      stroke: tick === 0 ? ink : faint,
      'stroke-width': tick === 0 ? 2 : 1,
    }),
    element('text', { x: plot.left - 10, y: y(tick) + 7, 'text-anchor': 'end' }, content(axisNumber(tick))),
  ])
  return element('g', {}, ...lines)
}

export function timeAxis({ timeZone, bucketMs }: ChartModel, { from, to, x }: Frame): Markup {
  const ticks = timeTicks(from, to, bucketMs < 60_000 ? 4 : 6, timeZone)
  const marks = ticks.flatMap(({ at, label }) => [
    element('line', {
      x1: x(at),
      x2: x(at),
      y1: plot.bottom,
      y2: plot.bottom + 6,
      stroke: ink,
      'stroke-width': 2,
    }),
    element('text', { x: x(at), y: plot.bottom + 28, 'text-anchor': 'middle' }, content(label)),
  ])
  const days = [...new Set([localDay(from, timeZone), localDay(to, timeZone)])].join(' – ')
  const caption = element(
    'text',
    {
      x: (plot.left + plot.right) / 2,
      y: height - 9,
      'text-anchor': 'middle',
      'font-size': captionSize,
      fill: '#3f444c',
    },
    content(`${days}, ${zoneCaption(from, timeZone)}`),
  )
  return element('g', {}, ...marks, caption)
}

/** As every text beside the chart calls the zone, and its own name: `CET (Europe/Berlin)`. */
function zoneCaption(at: number, timeZone: string): string {
  const words = zoneWords(at, timeZone)
  return words === timeZone ? words : `${words} (${timeZone})`
}
