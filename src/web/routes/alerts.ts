import type { FastifyInstance } from 'fastify'
import type { WebDependencies } from '../dependencies.ts'

/** All alerts of a group come at once, and what is answered 4xx never again: room for some 30,000 in a storm. */
const notificationLimitBytes = 32 * 1024 * 1024

/** Alerts from outside. A 2xx means that they are committed, never less. */
export function alertRoutes(app: FastifyInstance, { intake, alertmanager }: WebDependencies): void {
  app.post('/api/v1/alerts', { config: { access: 'send-alerts' } }, async (request, reply) => {
    const result = await intake.accept(intake.parse(request.body))
    return reply.code(202).send(result)
  })

  app.post(
    '/api/v1/intake/alertmanager',
    { bodyLimit: notificationLimitBytes, config: { access: 'send-alerts' } },
    async (request, reply) => {
      const { problems, ...stored } = await alertmanager.receive(request.body)
      if (problems.length === 0) return reply.code(202).send(stored)
      const error = 'some alerts are not understood and were not stored; the others were'
      return reply.code(400).send({ error, problems, ...stored })
    },
  )
}
