import type { FastifyInstance } from 'fastify'
import type { WebDependencies } from '../dependencies.ts'

/** Live: the process answers. Ready: what it needs answers too. */
export function healthRoutes(app: FastifyInstance, { unready, runId }: WebDependencies): void {
  app.get('/health/live', { config: { access: 'public' } }, async () => ({
    live: true,
    ...(runId === undefined ? {} : { run: runId }),
  }))
  app.get('/health/ready', { config: { access: 'public' } }, async (_request, reply) => {
    const missing = await unready()
    const ready = Object.keys(missing).length === 0
    return reply.code(ready ? 200 : 503).send({ ready, missing })
  })
}
