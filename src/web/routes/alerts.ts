import type { FastifyInstance, FastifyReply } from 'fastify'
import type { WebDependencies } from '../dependencies.ts'
import type { IntakeReceipt } from '../intake.ts'
import { personOf } from '../send-page.ts'

/** All alerts of a group come at once, and what is answered 4xx never again: room for some 30,000 in a storm. */
const notificationLimitBytes = 32 * 1024 * 1024

/** Alerts from outside. A 2xx means that they are committed, never less. */
export function alertRoutes(app: FastifyInstance, { intake }: WebDependencies): void {
  const config = { access: 'send-alerts' } as const
  app.post('/api/v1/alerts', { config }, async (request, reply) =>
    answer(reply, await intake.firewatch(request.body, personOf(request))),
  )
  app.post(
    '/api/v1/intake/alertmanager',
    { bodyLimit: notificationLimitBytes, config },
    async (request, reply) => answer(reply, await intake.alertmanager(request.body, personOf(request))),
  )
}

function answer(reply: FastifyReply, { problems, ...stored }: IntakeReceipt): FastifyReply {
  if (problems.length === 0) return reply.code(202).send(stored)
  const error = 'some alerts are not understood and were not stored; the others were'
  return reply.code(400).send({ error, problems, ...stored })
}
