import type { FastifyInstance } from 'fastify'
import type { WebDependencies } from '../dependencies.ts'

/** How the checks judged last. */
export function checkRoutes(app: FastifyInstance, { checks }: WebDependencies): void {
  app.get('/api/v1/checks', { config: { access: 'viewer' } }, async () => ({ checks: await checks.standings() }))
}
