import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { MaintenanceAnswer, MaintenanceRequest } from '../../domain/escalate/maintenance.ts'
import { may } from '../access.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { formKeyOf, Key } from '../idempotency-key.ts'
import { maintenancePage } from '../pages/maintenance.ts'
import { readerZone } from '../reader-zone.ts'
import { personOf, sendPage } from '../send-page.ts'

/** A form sends fields that were left empty too. */
const text = z
  .string()
  .max(2_000)
  .transform((written) => (written.trim() === '' ? undefined : written.trim()))
  .optional()
/** A word that is misspelt must not change what is meant. */
const Body = z.strictObject({
  service: z.string().trim().min(1, 'service says of what').max(200),
  for: text,
  from: text,
  to: text,
  reason: text,
  commandId: Key.optional(),
})
const Numbered = z.object({ id: z.string().max(20) })
const Query = z.object({ told: z.string().max(4_000).optional().catch(undefined) })

/** Maintenance windows: announced with an end and a preview of what they hold back, and ended before their time. */
export function maintenanceRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { maintenance } = dependencies
  const config = { access: 'respond' } as const
  app.get('/api/v1/maintenance', { config: { access: 'read' } }, async () => ({
    timeZone: readerZone(),
    windows: (await maintenance.listed()).map((one) => ({
      ...one,
      from: new Date(one.from).toISOString(),
      to: new Date(one.to).toISOString(),
    })),
  }))
  app.post('/api/v1/maintenance/preview', { config: { access: 'read' } }, async (request) =>
    taken(await maintenance.preview(requestIn(request.body))),
  )
  app.post('/api/v1/maintenance', { config }, async (request, reply) =>
    reply.code(201).send(taken(await announce(request, dependencies))),
  )
  app.post('/api/v1/maintenance/:id/end', { config }, async (request) =>
    taken(await end(request, dependencies)),
  )
  pageRoutes(app, dependencies)
}

/** The same in the console: the form shows first what it would hold back. */
function pageRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { maintenance, services, now, newId } = dependencies
  const config = { access: 'respond' } as const
  const show = async (
    request: FastifyRequest,
    more: { preview?: MaintenanceAnswer; asked?: MaintenanceRequest },
  ) => {
    const { told } = Query.parse(request.query)
    return maintenancePage({
      windows: await maintenance.listed(),
      services: await services(),
      person: personOf(request),
      commandId: newId(),
      mayAnnounce: may(request.principal, 'respond'),
      now: now().getTime(),
      ...(told === undefined ? {} : { told }),
      ...more,
    })
  }
  app.get('/maintenance', { config: { access: 'read' } }, async (request, reply) =>
    sendPage(reply, await show(request, {})),
  )
  app.post('/maintenance/preview', { config }, async (request, reply) => {
    const asked = requestIn(request.body)
    return sendPage(reply, await show(request, { asked, preview: await maintenance.preview(asked) }))
  })
  app.post('/maintenance', { config }, async (request, reply) => {
    taken(await announce(request, dependencies))
    return reply.redirect('/maintenance?told=begun', 303)
  })
  app.post('/maintenance/:id/end', { config }, async (request, reply) => {
    const { kind } = taken(await end(request, dependencies))
    return reply.redirect(`/maintenance?told=${kind === 'done' ? 'ended' : 'over'}`, 303)
  })
}

async function announce(
  request: FastifyRequest,
  { maintenance, newId }: WebDependencies,
): Promise<MaintenanceAnswer> {
  const asked = requestIn(request.body)
  request.audited = {
    target: `service/${asked.service}`,
    ...(asked.reason === undefined ? {} : { reason: asked.reason }),
  }
  const by = personOf(request)
  return maintenance.announce(asked, by, `web-${by}-${formKeyOf(request) ?? newId()}`)
}

async function end(request: FastifyRequest, { maintenance }: WebDependencies): Promise<MaintenanceAnswer> {
  const { id } = Numbered.parse(request.params)
  request.audited = { target: `maintenance/${id}` }
  return maintenance.end(id, personOf(request))
}

/** @throws HttpProblem 400 with the words that people read in chat, too */
function taken(answer: MaintenanceAnswer): MaintenanceAnswer {
  if (answer.kind === 'refused') throw new HttpProblem(400, answer.message)
  return answer
}

function requestIn(body: unknown): MaintenanceRequest {
  const read = Body.safeParse(body ?? {})
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new HttpProblem(400, 'the maintenance is not understood', problems)
  }
  const { service, for: lasting, from, to, reason } = read.data
  return {
    service,
    timeZone: readerZone(),
    ...(lasting === undefined ? {} : { for: lasting }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(reason === undefined ? {} : { reason }),
  }
}
