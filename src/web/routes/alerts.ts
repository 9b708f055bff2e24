import type { FastifyInstance } from 'fastify'
import type { WebDependencies } from '../dependencies.ts'

/** Alerts from outside. A 2xx means that they are committed, never less. */
export function alertRoutes(app: FastifyInstance, { intake }: WebDependencies): void {
  app.post('/api/v1/alerts', { config: { access: 'responder' } }, async (request, reply) => {
    const result = await intake.accept(intake.parse(request.body))
    return reply.code(202).send(result)
  })
}
