import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { explainPaging } from '../../domain/escalate/explain.ts'
import { parseIncidentName } from '../../domain/investigate/evidence.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import { severities } from '../../domain/values/severity.ts'
import type { IncidentListFilter, IncidentReader, WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { incidentView } from '../incident-view.ts'
import { outlookOf } from '../outlook.ts'
import { readerZone } from '../reader-zone.ts'
import type { Principal } from '../access.ts'

const oneOrMore = <Word extends string>(words: readonly [Word, ...Word[]]) =>
  z
    .union([
      z.literal('').transform(() => undefined),
      z.enum(words).transform((word) => [word]),
      z.array(z.enum(words)),
    ])
    .optional()

/** A form sends fields that were left empty too. No store holds U+0000, so nothing that it holds is called so. */
const given = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest)
    .refine((text) => !text.includes('\0'), 'must not hold U+0000')
    .transform((text) => (text === '' ? undefined : text))
    .optional()

const Filter = z.object({
  state: oneOrMore(['open', 'monitoring', 'resolved']),
  severity: oneOrMore(severities),
  service: given(200),
  owner: given(100),
  text: given(200),
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

/** Reading incidents: the list, and one with all its records. */
export function incidentRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { incidents, now } = dependencies
  app.get('/api/v1/incidents', { config: { access: 'read' } }, async (request) => ({
    timeZone: readerZone(),
    incidents: await incidents.list(filterOf(request.query, request.principal)),
  }))

  app.get('/api/v1/incidents/:name', { config: { access: 'read' } }, async (request) => {
    const incident = await incidentOf(request.params, incidents)
    const records = await incidents.records(incident.number)
    const outlook = await outlookOf(incident, records, dependencies)
    return { incident, ...incidentView(records, outlook, { timeZone: readerZone(), now: now().getTime() }) }
  })

  app.get('/api/v1/incidents/:name/paging', { config: { access: 'read' } }, async (request) => {
    const incident = await incidentOf(request.params, incidents)
    const timeZone = readerZone()
    return { incident, timeZone, ...explainPaging(await incidents.records(incident.number), timeZone) }
  })

  app.get('/api/v1/incidents/:name/events', { config: { access: 'read' } }, async (request) => {
    const incident = await incidentOf(request.params, incidents)
    return { incident, events: await incidents.events(incident.number) }
  })
}

/** `owner=mine` is whoever asks, `owner=nobody` what nobody has. @throws HttpProblem 400 that names the parameter */
export function filterOf(query: unknown, principal: Principal | null): IncidentListFilter {
  const parsed = Filter.safeParse(query)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new HttpProblem(400, 'the filter is not understood', problems)
  }
  const { state, severity, service, owner, text, before, limit } = parsed.data
  const isUnowned = owner === 'nobody'
  const person = isUnowned ? undefined : owner === 'mine' ? principal?.person : owner
  return {
    limit,
    ...(state === undefined ? {} : { states: state }),
    ...(severity === undefined ? {} : { severities: severity }),
    ...(service === undefined ? {} : { service }),
    ...(person === undefined ? {} : { person }),
    ...(isUnowned ? { isUnowned } : {}),
    ...(text === undefined ? {} : { text }),
    ...(before === undefined ? {} : { before }),
  }
}

/** The incident that `:name` means. @throws HttpProblem 404 */
export async function incidentOf(params: unknown, incidents: IncidentReader): Promise<Incident> {
  const { name } = z.object({ name: z.string().max(40) }).parse(params)
  const number = parseIncidentName(name)
  const incident = number === undefined ? undefined : await incidents.find(number)
  if (incident === undefined)
    throw new HttpProblem(404, `there is no incident ${name}; "firewatch incidents" lists them`)
  return incident
}
