import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { ChartReading, Charts, PageChartSize } from './dependencies.ts'
import { missingChartSentence } from './pages/chart-table.ts'

/** Any zone that the clock of a chart can show; the names of the IANA database among them. */
function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** How a chart is to be drawn. */
export const ChartView = z.object({
  size: z.enum(['wide', 'narrow'], { error: 'is wide or narrow' }).default('wide'),
  zone: z.string().max(100).refine(isTimeZone, 'must name a time zone, such as Europe/Berlin').optional(),
})

/** Nothing in the picture may run or load anything; its own style sheet makes it dark. */
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

/** Answers with a chart, or with a picture that says why there is none. */
export function sendSvg(
  reply: FastifyReply,
  reading: ChartReading,
  size: PageChartSize,
  charts: Charts,
): FastifyReply {
  const svg =
    reading.kind === 'chart'
      ? charts.svg(reading.model, size)
      : charts.wordsAsSvg(missingChartSentence(reading), size)
  return reply
    .code(statusOf(reading))
    .type('image/svg+xml; charset=utf-8')
    .header('content-security-policy', picturePolicy)
    .header('cache-control', 'no-store')
    .send(svg)
}

export function sendPng(reply: FastifyReply, reading: ChartReading, charts: Charts): FastifyReply {
  const png =
    reading.kind === 'chart' ? charts.png(reading.model) : charts.wordsAsPng(missingChartSentence(reading))
  return reply
    .code(statusOf(reading))
    .type('image/png')
    .header('cache-control', 'no-store')
    .send(Buffer.from(png))
}

/** Browsers show a picture whatever its status; programs go by that. */
function statusOf({ kind }: ChartReading): number {
  return kind === 'chart' ? 200 : kind === 'none' ? 404 : 503
}
