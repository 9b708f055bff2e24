import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ChartView, sendSvg } from '../chart-query.ts'
import type { CheckDetails, CheckReader, SeriesRange, WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { chartPage } from '../pages/chart-table.ts'
import { chartRanges, checkPath, defaultRange, seriesQuery, type RangeName } from '../pages/check-links.ts'
import { personOf, sendPage } from '../send-page.ts'

const Name = z.object({ name: z.string().max(200) })

const text = z.string().max(1_000)
const rangeNames = Object.keys(chartRanges) as [RangeName, ...RangeName[]]

const Range = z.object({
  range: z.enum(rangeNames, { error: `is ${rangeNames.join(', ')}` }).default(defaultRange),
})
const SeriesNames = z.object({ metric: text, slice: text.default('total'), group: text.default('total') })

/** Charts of a check's series: pictures, and their numbers as pages. */
export function checkChartRoutes(app: FastifyInstance, { checks, charts }: WebDependencies): void {
  app.get('/checks/:name/chart.svg', { config: { access: 'read' } }, async (request, reply) => {
    const { size, zone } = ChartView.parse(request.query)
    const asked = await askedSeries(checks, request.params, request.query)
    return sendSvg(reply, await charts.ofSeries(asked, zone), size, charts)
  })

  app.get('/checks/:name/chart', { config: { access: 'read' } }, async (request, reply) => {
    const { zone } = ChartView.parse(request.query)
    const asked = await askedSeries(checks, request.params, request.query)
    const reading = await charts.ofSeries(asked, zone)
    const page = chartPage({
      of: `check ${asked.series.check}`,
      back: `${checkPath(asked.series.check)}?${seriesQuery(asked.series, rangeOf(request.query))}`,
      area: 'checks',
      reading,
      person: personOf(request),
    })
    return sendPage(reply.code(reading.kind === 'unreadable' ? 503 : 200), page)
  })
}

/** @throws HttpProblem 404 */
export async function detailsOf(checks: CheckReader, params: unknown): Promise<CheckDetails> {
  const { name } = Name.parse(params)
  const details = await checks.details(name)
  if (details === undefined)
    throw new HttpProblem(404, `there is no check ${name}; "firewatch checks" lists them`)
  return details
}

/** For how long, as the address says. @throws ZodError for any other word */
export function rangeOf(query: unknown): RangeName {
  return Range.parse(query).range
}

/** The series that the address names; `undefined` where it names none. @throws HttpProblem 404 where the check does not watch it */
export function seriesIn({ check, series }: CheckDetails, query: unknown): SeriesRange['series'] | undefined {
  const named = SeriesNames.partial({ metric: true }).parse(query)
  if (named.metric === undefined) return undefined
  const found = series.find(
    ({ metric, slice, group }) => metric === named.metric && slice === named.slice && group === named.group,
  )
  if (found === undefined)
    throw new HttpProblem(404, `check ${check.name} does not watch that series; its page lists them`)
  return found
}

async function askedSeries(checks: CheckReader, params: unknown, query: unknown): Promise<SeriesRange> {
  const details = await detailsOf(checks, params)
  const series = seriesIn(details, query)
  if (series === undefined)
    throw new HttpProblem(400, 'name a series: metric, and slice and group where it has them')
  return { series, rangeMs: chartRanges[rangeOf(query)] }
}
