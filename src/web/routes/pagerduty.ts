import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { mayWith } from '../../domain/access/access.ts'
import type { Credentials, Principal } from '../access.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { type ForeignProblem, speakAs } from '../foreign-api.ts'

/** Whoever sends is known by the body, so that every program may ask; nothing else of it is looked at before its key is known. */
const config = { access: 'public', keyInBody: true } as const

/** PagerDuty's Events API v2, for clients that are given this address instead: https://developer.pagerduty.com/docs/events-api-v2-overview */
export function pagerDutyRoutes(app: FastifyInstance, { intake, credentials }: WebDependencies): void {
  void app.register(async (scope) => {
    speakAs(scope, inPagerDutysShape)

    scope.post('/v2/enqueue', { config }, async (request, reply) => {
      const sender = await senderOf(request, credentials)
      const { dedupKey } = await intake.pagerDuty.enqueue(request.body, sender)
      return reply.code(202).send({ status: 'success', message: 'Event processed', dedup_key: dedupKey })
    })

    scope.post('/v2/change/enqueue', { config }, async (request, reply) => {
      const sender = await senderOf(request, credentials)
      await intake.pagerDuty.enqueueChange(request.body, sender)
      return reply.code(202).send({ status: 'success', message: 'Change event processed' })
    })
  })
}

/** @throws HttpProblem 400, as PagerDuty answers, when the key is none that may send alerts */
async function senderOf(request: FastifyRequest, credentials: Credentials): Promise<string> {
  const key = keyIn(request)
  const principal = key === undefined ? undefined : await credentials.check('token', key)
  if (principal !== undefined && mayWith(principal.role, 'send-alerts')) {
    request.principal = principal
    return principal.person
  }
  request.refusedKey = key === undefined ? {} : { secret: key }
  request.refusal = whyRefused(key, principal)
  throw new HttpProblem(400, key === undefined ? "'routing_key' is missing or blank" : 'Invalid routing key')
}

const Keyed = z.looseObject({ routing_key: z.string().trim().min(1) })

/** In the body, or, as some clients have it, in a header. */
function keyIn({ body, headers }: FastifyRequest): string | undefined {
  const header = headers['x-routing-key']
  return (
    Keyed.safeParse(body).data?.routing_key ??
    (typeof header === 'string' && header !== '' ? header : undefined)
  )
}

function whyRefused(key: string | undefined, principal: Principal | undefined): string {
  if (key === undefined) return 'no routing key was sent'
  if (principal === undefined)
    return 'this routing key is not known: it has expired, was revoked, or names nobody who is configured'
  return `this needs the permission send-alerts, and ${principal.person} is ${principal.role}`
}

function inPagerDutysShape({ status, message, problems }: ForeignProblem): object {
  const errors = problems.length === 0 ? [message] : problems
  if (status === 400) return { status: 'invalid event', message: 'Event object is invalid', errors }
  if (status === 429) {
    return {
      status: 'throttle exceeded',
      message: 'Requests for this service are arriving too quickly. Please retry later.',
      errors,
    }
  }
  return { status: 'error', message, errors }
}
