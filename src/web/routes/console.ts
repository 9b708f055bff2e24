import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { incidentName } from '../../domain/evidence.ts'
import { incidentWorkflowId } from '../../domain/incident.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { incidentPage } from '../pages/incident.ts'
import { incidentListPage } from '../pages/incident-list.ts'
import { reviewPage } from '../pages/review.ts'
import { filterOf, incidentOf } from './incidents.ts'

const stylesheet = new URL('../console.css', import.meta.url)

/** The pages that people read, rendered here and usable without script. */
export function consoleRoutes(
  app: FastifyInstance,
  { incidents, reviews, now, temporalUiUrl }: WebDependencies,
): void {
  app.get('/', { config: { access: 'public' } }, (_request, reply) => reply.redirect('/incidents'))

  app.get('/assets/console.css', { config: { access: 'public' } }, async (_request, reply) =>
    reply.type('text/css').send(await readFile(stylesheet)),
  )

  app.get('/incidents', { config: { access: 'viewer' } }, async (request, reply) => {
    const found = await incidents.list(filterOf(request.query))
    const page = incidentListPage(found, now().toISOString(), request.principal?.person ?? '')
    return reply.type('text/html').send(page.text)
  })

  app.get('/incidents/:name', { config: { access: 'viewer' } }, async (request, reply) => {
    const incident = await incidentOf(request.params, incidents)
    const records = await incidents.records(incident.number)
    const page = incidentPage({
      incident,
      records,
      now: now().toISOString(),
      person: request.principal?.person ?? '',
      ...(temporalUiUrl === undefined
        ? {}
        : { temporalUrl: workflowUrl(temporalUiUrl, incident.groupingKey) }),
    })
    return reply.type('text/html').send(page.text)
  })

  app.get('/reviews/:name', { config: { access: 'viewer' } }, async (request, reply) => {
    const incident = await incidentOf(request.params, incidents)
    const review = await reviews.get(incident.number)
    if (review === undefined)
      throw new HttpProblem(404, 'the review is not drafted yet: it follows the end of the incident')
    const page = reviewPage(incidentName(incident.number), review.markdown, request.principal?.person ?? '')
    return reply.type('text/html').send(page.text)
  })
}

/** Where Temporal's UI shows the incident's workflow. */
function workflowUrl(temporalUiUrl: string, groupingKey: string): string {
  return `${temporalUiUrl}/namespaces/default/workflows/${encodeURIComponent(incidentWorkflowId(groupingKey))}`
}
