import type { FastifyInstance } from 'fastify'
import { incidentName } from '../../domain/investigate/evidence.ts'
import type { WebDependencies } from '../dependencies.ts'
import { reviewPage } from '../pages/review.ts'
import { personOf, sendPage } from '../send-page.ts'
import { incidentOf, reviewOf } from './incidents.ts'

/** Post-mortems, as pages and as the Markdown that is kept. */
export function reviewRoutes(app: FastifyInstance, { incidents, reviews, charts }: WebDependencies): void {
  app.get('/reviews/:name', { config: { access: 'read' } }, async (request, reply) => {
    const incident = await incidentOf(request.params, incidents)
    const review = await reviewOf(incident, reviews)
    const about = await charts.about(incident)
    const chart = about === undefined ? {} : { chart: { token: incident.chartToken, about } }
    return sendPage(reply, reviewPage({ review, ...chart, person: personOf(request) }))
  })

  app.get('/reviews/:name/markdown', { config: { access: 'read' } }, async (request, reply) => {
    const incident = await incidentOf(request.params, incidents)
    const { markdown } = await reviewOf(incident, reviews)
    const name = `${incidentName(incident.number)}.md`
    return reply
      .type('text/markdown; charset=utf-8')
      .header('content-disposition', `attachment; filename="${name}"`)
      .send(markdown)
  })
}
