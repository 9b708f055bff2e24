import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { incidentName } from '../../domain/investigate/evidence.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import { incidentInPath } from '../access.ts'
import { ChartView, sendPng, sendSvg } from '../chart-query.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { chartPage } from '../pages/chart-table.ts'
import { personOf, sendPage } from '../send-page.ts'
import { incidentOf } from './incidents.ts'

const ChartFile = z.object({
  file: z
    .string()
    .regex(/^[\w-]{1,100}\.(?:png|svg)$/)
    .catch(''),
})

/** An incident's chart: as a picture by its token, and its numbers as a page. */
export function chartRoutes(app: FastifyInstance, { incidents, charts }: WebDependencies): void {
  // The token is 128 random bits, so that a pager or a chat can load the picture without a credential.
  app.get('/charts/:file', { config: { access: 'capability' } }, async (request, reply) => {
    const [token = '', type] = ChartFile.parse(request.params).file.split('.')
    const incident = token === '' ? undefined : await incidents.byChartToken(token)
    if (incident === undefined) throw new HttpProblem(404, 'no such chart')
    const { size, zone } = ChartView.parse(request.query)
    const reading = await charts.ofIncident(incident, zone)
    if (reading.kind === 'none') throw noChart(incident)
    return type === 'png' ? sendPng(reply, reading, charts) : sendSvg(reply, reading, size, charts)
  })

  const ofIncident = { access: 'read', pageLinkOf: incidentInPath } as const
  app.get('/incidents/:name/chart', { config: ofIncident }, async (request, reply) => {
    const incident = await incidentOf(request.params, incidents)
    const { zone } = ChartView.parse(request.query)
    const name = incidentName(incident.number)
    const reading = await charts.ofIncident(incident, zone)
    if (reading.kind === 'none') throw noChart(incident)
    return sendPage(
      reply.code(reading.kind === 'chart' ? 200 : 503),
      chartPage({
        of: name,
        back: `/incidents/${name}`,
        area: 'incidents',
        reading,
        // The console is not open to whoever came by the link of a page.
        ...(request.principal?.byPageLink === true ? {} : { person: personOf(request) }),
      }),
    )
  })
}

function noChart({ number }: Incident): HttpProblem {
  return new HttpProblem(404, `${incidentName(number)} has no chart: no check measures what fired`)
}
