import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { findAlerts, groupAlerts } from '../../domain/alert/current-alert.ts'
import { alertJson, groupJson, silenceJson, statusJson } from '../alertmanager-json.ts'
import { findSilences, QueryRefused, readAlertQuery, readSilenceQuery } from '../alertmanager-query.ts'
import { readPostedSilence } from '../alertmanager-silence.ts'
import type { WebDependencies } from '../dependencies.ts'
import { personOf } from '../send-page.ts'

/** Prometheus sends 64 alerts a request by default; other senders send what they have. */
const alertsLimitBytes = 32 * 1024 * 1024

/**
 * Alertmanager's API v2, for Prometheus, amtool and dashboards. Source: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
 *
 * Its errors are JSON texts or `{ code, message }` there, and here too where its clients read them.
 */
export function alertmanagerApiRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  alertRoutes(app, dependencies)
  silenceRoutes(app, dependencies)
  healthRoutes(app, dependencies)
  const { alertmanagerApi } = dependencies
  const config = { access: 'read' } as const
  app.get('/api/v2/status', { config }, async () => statusJson(alertmanagerApi.status()))
  app.get('/api/v2/receivers', { config }, async () => alertmanagerApi.receivers().map((name) => ({ name })))
}

function alertRoutes(app: FastifyInstance, { intake, alertmanagerApi }: WebDependencies): void {
  const sending = { bodyLimit: alertsLimitBytes, config: { access: 'send-alerts' } } as const
  app.post('/api/v2/alerts', sending, async (request, reply) => {
    const result = await intake
      .alertmanagerApi(request.body, personOf(request))
      .catch((error: unknown) => refusedBody(error))
    if ('message' in result) return refuse(request, reply, 400, { code: 400, message: result.message })
    // The others are stored: the sender is to know of these.
    if (result.problems.length > 0) return refuse(request, reply, 400, result.problems.join('; '))
    return reply.code(200).send()
  })

  const config = { access: 'read' } as const
  app.get('/api/v2/alerts', { config }, (request, reply) =>
    answerQuery(request, reply, async () => {
      const query = readAlertQuery(request.query)
      return findAlerts(await alertmanagerApi.alerts(), query).map(alertJson)
    }),
  )
  app.get('/api/v2/alerts/groups', { config }, (request, reply) =>
    answerQuery(request, reply, async () => {
      const query = readAlertQuery(request.query)
      return groupAlerts(await alertmanagerApi.alerts(), query).map(groupJson)
    }),
  )
}

const Named = z.object({ id: z.string() })

function silenceRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { alertmanagerApi, now } = dependencies
  const [reading, responding] = [{ config: { access: 'read' } }, { config: { access: 'respond' } }] as const
  app.get('/api/v2/silences', reading, (request, reply) =>
    answerQuery(request, reply, async () => {
      const query = readSilenceQuery(request.query)
      const at = now().getTime()
      return findSilences(await alertmanagerApi.silences(), query, at).map((one) => silenceJson(one, at))
    }),
  )
  app.get('/api/v2/silence/:id', reading, async (request, reply) => {
    const { id } = Named.parse(request.params)
    if (!isUuid(id)) return refuse(request, reply, 422, notUuid(id))
    const silence = await alertmanagerApi.silence(id)
    return silence === undefined ? reply.code(404).send() : silenceJson(silence, now().getTime())
  })
  app.register(async (scope) => {
    takeEmptyJson(scope)
    scope.delete('/api/v2/silence/:id', responding, async (request, reply) => {
      const { id } = Named.parse(request.params)
      if (!isUuid(id)) return refuse(request, reply, 422, notUuid(id))
      const isThere = await alertmanagerApi.expireSilence(id)
      return isThere ? reply.code(200).send() : refuse(request, reply, 404, 'silence not found')
    })
  })
  app.post('/api/v2/silences', responding, (request, reply) => setSilence(request, reply, dependencies))
}

/** Clients that say of every request that it is JSON say so of one without a body too. */
function takeEmptyJson(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser('remove', 'remove')
  scope.removeContentTypeParser('application/json')
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else void parse(request, String(body), done)
  })
}

async function setSilence(
  request: FastifyRequest,
  reply: FastifyReply,
  { alertmanagerApi }: WebDependencies,
): Promise<FastifyReply> {
  const posted = readPostedSilence(request.body)
  if ('problem' in posted) return refuse(request, reply, 422, { code: 602, message: posted.problem })
  const { draft, id } = posted
  if (id !== undefined && !isUuid(id)) return refuse(request, reply, 404, 'silence not found')
  const result = await alertmanagerApi.setSilence(draft, id, request.id)
  switch (result.kind) {
    case 'unknown':
      return refuse(request, reply, 404, 'silence not found')
    case 'refused':
      return refuse(request, reply, 400, `silence invalid: ${result.problem}`)
    case 'done':
      request.audited = { target: `silence ${result.id}`, reason: draft.comment }
      return reply.send({ silenceID: result.id })
  }
}

/** Ready when alerts can be stored; what pages and looks into them may be away meanwhile. */
function healthRoutes(app: FastifyInstance, { unready }: WebDependencies): void {
  const config = { access: 'public' } as const
  app.get('/-/healthy', { config }, async (_request, reply) => reply.type('text/plain').send('OK'))
  app.get('/-/ready', { config }, async (_request, reply) => {
    const isReady = (await unready())['postgres'] === undefined
    return reply
      .code(isReady ? 200 : 503)
      .type('text/plain')
      .send(isReady ? 'OK' : 'alerts cannot be stored')
  })
}

async function answerQuery(
  request: FastifyRequest,
  reply: FastifyReply,
  find: () => Promise<unknown>,
): Promise<FastifyReply> {
  try {
    return reply.send(await find())
  } catch (error) {
    if (error instanceof QueryRefused) return refuse(request, reply, 400, error.message)
    throw error
  }
}

/** As JSON, also when it is a text. */
function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  why: string | { readonly code: number; readonly message: string },
): FastifyReply {
  request.refusal = typeof why === 'string' ? why : why.message
  return reply.code(status).type('application/json').send(JSON.stringify(why))
}

function refusedBody(error: unknown): { readonly message: string } {
  if (error instanceof Error && 'statusCode' in error && error.statusCode === 400)
    return { message: `parsing alerts body failed, because ${error.message}` }
  throw error
}

function isUuid(text: string): boolean {
  return z.guid().safeParse(text).success
}

function notUuid(id: string) {
  return { code: 601, message: `silenceID in path must be of type uuid: ${JSON.stringify(id)}` }
}
