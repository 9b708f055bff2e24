import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { CheckReader, CheckReading, WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { readerZone } from '../reader-zone.ts'
import { personOf, sendPage } from '../send-page.ts'
import { checkPage } from '../pages/check.ts'
import { checksPage } from '../pages/checks.ts'
import { detailsOf, rangeOf, seriesIn } from './check-charts.ts'

/** Series per check on the page of all checks, and on a page of its own. */
const mostOfMany = 20
const mostOfOne = 500

const Name = z.object({ name: z.string().max(200) })

/** How the checks judged last: in counts, and series by series. */
export function checkRoutes(app: FastifyInstance, { checks, now }: WebDependencies): void {
  app.get('/api/v1/checks', { config: { access: 'read' } }, async () => {
    const [standings, names, muted, waiting] = await Promise.all([
      checks.standings(),
      checks.names(),
      checks.mutes(),
      checks.waiting(),
    ])
    const judged = new Set(standings.map(({ check }) => check))
    return {
      timeZone: readerZone(),
      checks: standings,
      notJudged: names.filter((name) => !judged.has(name)),
      muted,
      waiting,
    }
  })

  app.get('/api/v1/checks/:name/verdicts', { config: { access: 'read' } }, async (request) => ({
    timeZone: readerZone(),
    ...(await readCheck(checks, request.params)),
  }))

  app.get('/checks', { config: { access: 'read' } }, async (request, reply) => {
    const readings = await Promise.all(
      (await checks.names()).map(async (name) => checks.read(name, mostOfMany)),
    )
    const known = readings.filter((reading) => reading !== undefined)
    const [standings, notes] = await Promise.all([checks.standings(), notesOf(checks)])
    const page = { readings: known, standings, ...notes, person: personOf(request), now: now().toISOString() }
    return sendPage(reply, checksPage(page))
  })

  app.get('/api/v1/checks/:name', { config: { access: 'read' } }, async (request) => {
    const [details, muted] = await Promise.all([detailsOf(checks, request.params), checks.mutes()])
    return { ...details, muted: muted.find(({ check }) => check === details.check.name) ?? null }
  })

  app.get('/checks/:name', { config: { access: 'read' } }, async (request, reply) => {
    const details = await detailsOf(checks, request.params)
    const [reading, { mutes, waiting }] = await Promise.all([
      readCheck(checks, request.params),
      notesOf(checks),
    ])
    const page = checkPage({
      details,
      reading,
      muted: mutes.find(({ check }) => check === details.check.name),
      waiting: waiting.find(({ check }) => check === details.check.name),
      range: rangeOf(request.query),
      selected: seriesIn(details, request.query),
      now: now().toISOString(),
      person: personOf(request),
    })
    return sendPage(reply, page)
  })
}

async function notesOf(checks: CheckReader) {
  const [mutes, waiting] = await Promise.all([checks.mutes(), checks.waiting()])
  return { mutes, waiting }
}

/** @throws HttpProblem 404 */
async function readCheck(checks: CheckReader, params: unknown): Promise<CheckReading> {
  const { name } = Name.parse(params)
  const reading = await checks.read(name, mostOfOne)
  if (reading === undefined)
    throw new HttpProblem(404, `there is no check ${name}; "firewatch checks" lists them`)
  return reading
}
