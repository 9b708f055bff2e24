import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Beat } from '../../domain/alert/heartbeat.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { takeBodiesAsMessages } from '../message-body.ts'
import { heartbeatsPage } from '../pages/heartbeats.ts'
import { readerZone } from '../reader-zone.ts'
import { personOf, sendPage } from '../send-page.ts'

const Key = z.object({ key: z.string().regex(/^[\w-]{20,100}$/) })
const Name = z.object({ name: z.string().max(100) })
const Query = z.object({ status: z.enum(['ok', 'fail'], 'status is ok or fail').default('ok') })

/** Beats of jobs, by an unguessable address or by a token, and how the jobs are. */
export function heartbeatRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  void app.register(async (scope) => {
    takeBodiesAsMessages(scope)
    addressRoutes(scope, dependencies)
    tokenRoute(scope, dependencies)
  })
  readingRoutes(app, dependencies)
}

function addressRoutes(app: FastifyInstance, { credentials, heartbeats }: WebDependencies): void {
  const take = async (request: FastifyRequest, reply: FastifyReply, beat: Beat) => {
    const key = Key.safeParse(request.params).data?.key
    const principal = key === undefined ? undefined : await credentials.check('token', key)
    const isTaken = principal?.kind === 'heartbeat' && (await heartbeats.beat(principal.person, beat))
    // A key that is none, was one, or opens something else: it tells nothing.
    if (!isTaken) throw new HttpProblem(404, 'no such heartbeat')
    return reply.type('text/plain; charset=utf-8').send('OK\n')
  }
  const method = ['GET', 'HEAD', 'POST']
  const config = { access: 'capability', keepsBeginning: true } as const
  app.route({
    method,
    url: '/heartbeat/:key',
    config,
    handler: (request, reply) => take(request, reply, beatIn(request, Query.parse(request.query).status)),
  })
  app.route({
    method,
    url: '/heartbeat/:key/fail',
    config,
    handler: (request, reply) => take(request, reply, beatIn(request, 'fail')),
  })
}

function tokenRoute(app: FastifyInstance, { heartbeats }: WebDependencies): void {
  const config = { access: 'send-heartbeat', keepsBeginning: true } as const
  app.post('/api/v1/heartbeats/:name', { config }, async (request) => {
    const { name } = Name.parse(request.params)
    const { principal } = request
    if (principal?.kind === 'heartbeat' && principal.person !== name)
      throw new HttpProblem(403, `this key is of ${principal.person}, and can beat for nothing else`)
    const { status } = Query.parse(request.query)
    if (!(await heartbeats.beat(name, beatIn(request, status)))) throw unknown(name)
    return { heartbeat: name, status }
  })
}

function readingRoutes(app: FastifyInstance, { heartbeats, now }: WebDependencies): void {
  const config = { access: 'read' } as const
  app.get('/api/v1/heartbeats', { config }, async () => ({
    timeZone: readerZone(),
    heartbeats: await heartbeats.list(),
  }))
  app.get('/heartbeats', { config }, async (request, reply) => {
    const page = { heartbeats: await heartbeats.list(), person: personOf(request), now: now().toISOString() }
    return sendPage(reply, heartbeatsPage(page))
  })
}

function beatIn({ arrivedAt, body }: FastifyRequest, status: Beat['status']): Beat {
  const message = typeof body === 'string' && body.trim() !== '' ? body : null
  return { receivedAt: arrivedAt, status, message }
}

function unknown(name: string): HttpProblem {
  return new HttpProblem(404, `there is no heartbeat ${name}; "firewatch heartbeats list" names them`)
}
