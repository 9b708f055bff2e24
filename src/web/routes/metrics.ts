import type { FastifyInstance } from 'fastify'
import type { WebDependencies } from '../dependencies.ts'

/**
 * What Firewatch says of itself, as OpenMetrics. For viewers only, also on loopback: behind a proxy on the same machine every request
 * comes from loopback, and names of checks and their state are not for everybody.
 */
export function metricRoutes(app: FastifyInstance, { metrics }: WebDependencies): void {
  app.get('/metrics', { config: { access: 'read' } }, async (_request, reply) => {
    const { contentType, text } = await metrics()
    return reply.header('content-type', contentType).send(text)
  })
}
