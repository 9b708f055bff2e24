import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { incidentInPath, may } from '../access.ts'
import { incidentWorkflowId, type Incident, type IncidentState } from '../../domain/incident/incident.ts'
import { retold } from '../../domain/incident/timeline.ts'
import { switchesOn } from '../../domain/remediate/kill-switch.ts'
import type { Severity } from '../../domain/values/severity.ts'
import type { BoardPosition, WebDependencies } from '../dependencies.ts'
import type { Html } from '../html.ts'
import { readerZone } from '../reader-zone.ts'
import { incidentPage } from '../pages/incident.ts'
import { incidentListPage } from '../pages/incident-list.ts'
import { personOf, sendPage } from '../send-page.ts'
import { takers } from './command-bodies.ts'
import { outlookOf } from '../outlook.ts'
import { filterOf, incidentOf } from './incidents.ts'

const Query = z.object({ told: z.string().optional().catch(undefined) })
/** Where a page of the board begins: `open.P1.42`. A place that is none is the beginning. */
const Place = z
  .string()
  .regex(/^(open|monitoring|resolved)\.P[0-3]\.\d{1,15}$/)
  .transform((text): BoardPosition => {
    const [state, severity, number] = text.split('.')
    return { state: state as IncidentState, severity: severity as Severity, number: Number(number) }
  })
const Asked = Query.extend({ owner: z.string().trim().catch(''), after: Place.optional().catch(undefined) })

/** The pages about incidents, rendered here and usable without script. */
export function consoleRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { incidents } = dependencies
  app.get('/', { config: { access: 'public' } }, (_request, reply) => reply.redirect('/incidents'))

  app.get('/incidents', { config: { access: 'read' } }, async (request, reply) =>
    sendPage(reply, await renderList(request, dependencies)),
  )

  const ofIncident = { access: 'read', pageLinkOf: incidentInPath } as const
  app.get('/incidents/:name', { config: ofIncident }, async (request, reply) => {
    const incident = await incidentOf(request.params, incidents)
    return sendPage(reply, await renderIncident(request, incident, dependencies))
  })
}

async function renderList(request: FastifyRequest, dependencies: WebDependencies): Promise<Html> {
  const { incidents, marks, people, services, now } = dependencies
  const { after, owner, told } = Asked.parse(request.query)
  const filter = { ...filterOf(request.query, request.principal), ...(after === undefined ? {} : { after }) }
  const { states: _states, ...anyState } = filter
  // Read before the rest: a change meanwhile then shows as one.
  const mark = await marks(null)
  const [rows, counts, allCounts, known, configured] = await Promise.all([
    incidents.board(filter),
    incidents.counts(anyState),
    incidents.counts(),
    people(),
    services(),
  ])
  return incidentListPage({
    rows,
    counts,
    allCounts,
    filter,
    owner,
    people: Object.keys(known),
    services: configured,
    person: personOf(request),
    mayCommand: may(request.principal, 'respond'),
    ...(told === undefined ? {} : { told }),
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
  const [known, review, people, policies, switches, chart] = await Promise.all([
    incidents.records(number),
    reviews.get(number),
    dependencies.people(),
    dependencies.policies(),
    automation.switches(),
    charts.about(incident),
  ])
  const { told } = Query.parse(request.query)
  const records = { ...known, timeline: known.timeline.map((entry) => retold(entry, readerZone())) }
  return incidentPage({
    incident,
    records,
    outlook: await outlookOf(incident, records, dependencies),
    switches: switchesOn(incident, switches),
    people: takers(people),
    policies,
    mark,
    now: now().toISOString(),
    person: personOf(request),
    mayCommand: may(request.principal, 'respond'),
    byPageLink: request.principal?.byPageLink === true,
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
