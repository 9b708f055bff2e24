import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { may } from '../access.ts'
import { incidentWorkflowId, type Incident } from '../../domain/incident/incident.ts'
import { switchesOn } from '../../domain/remediate/kill-switch.ts'
import type { WebDependencies } from '../dependencies.ts'
import type { Html } from '../html.ts'
import { incidentPage } from '../pages/incident.ts'
import { incidentListPage } from '../pages/incident-list.ts'
import { personOf, sendPage } from '../send-page.ts'
import { takers } from './command-bodies.ts'
import { filterOf, incidentOf } from './incidents.ts'

const Asked = z.object({ owner: z.string().trim().catch('') })
const Query = z.object({ told: z.string().optional().catch(undefined) })

/** The pages about incidents, rendered here and usable without script. */
export function consoleRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { incidents } = dependencies
  app.get('/', { config: { access: 'public' } }, (_request, reply) => reply.redirect('/incidents'))

  app.get('/incidents', { config: { access: 'read' } }, async (request, reply) =>
    sendPage(reply, await renderList(request, dependencies)),
  )

  app.get('/incidents/:name', { config: { access: 'read' } }, async (request, reply) => {
    const incident = await incidentOf(request.params, incidents)
    return sendPage(reply, await renderIncident(request, incident, dependencies))
  })
}

async function renderList(request: FastifyRequest, dependencies: WebDependencies): Promise<Html> {
  const { incidents, marks, people, services, now } = dependencies
  const filter = filterOf(request.query, request.principal)
  // Read before the rest: a change meanwhile then shows as one.
  const mark = await marks(null)
  const [found, counts, known, configured] = await Promise.all([
    incidents.list(filter),
    incidents.counts(),
    people(),
    services(),
  ])
  return incidentListPage({
    incidents: found,
    counts,
    filter,
    owner: Asked.parse(request.query).owner,
    people: Object.keys(known),
    services: configured,
    person: personOf(request),
    mayCommand: may(request.principal, 'respond'),
    commandId: dependencies.newId(),
    mark,
    now: now().toISOString(),
  })
}

async function renderIncident(
  request: FastifyRequest,
  { number }: Incident,
  dependencies: WebDependencies,
): Promise<Html> {
  const { incidents, marks, reviews, automation, charts, now, newId, temporalUiUrl } = dependencies
  const mark = await marks(number)
  const incident = await incidentOf({ name: String(number) }, incidents)
  const [records, review, people, policies, switches, chart] = await Promise.all([
    incidents.records(number),
    reviews.get(number),
    dependencies.people(),
    dependencies.policies(),
    automation.switches(),
    charts.about(incident),
  ])
  const { told } = Query.parse(request.query)
  return incidentPage({
    incident,
    records,
    switches: switchesOn(incident, switches),
    people: takers(people),
    policies,
    mark,
    now: now().toISOString(),
    person: personOf(request),
    mayCommand: may(request.principal, 'respond'),
    commandId: newId(),
    reviewed: review !== undefined,
    ...(chart === undefined ? {} : { chart }),
    ...(told === undefined ? {} : { told }),
    ...(temporalUiUrl === undefined ? {} : { temporalUrl: workflowUrl(temporalUiUrl, incident.number) }),
  })
}

/** Where Temporal's UI shows the incident's workflow. */
function workflowUrl(temporalUiUrl: string, incident: number): string {
  return `${temporalUiUrl}/workflows/${encodeURIComponent(incidentWorkflowId(incident))}`
}
