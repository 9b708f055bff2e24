import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    /** When it came in, epoch milliseconds: before anybody was asked who sends it. */
    arrivedAt: number
  }
}

/** Has to come before every other hook. */
export function stampArrivals(app: FastifyInstance, now: () => Date): void {
  app.decorateRequest('arrivedAt', 0)
  app.addHook('onRequest', async (request) => void (request.arrivedAt = now().getTime()))
}
