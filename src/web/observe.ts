import type { FastifyInstance } from 'fastify'

/** A request and what it came to. */
export interface ServedRequest {
  readonly method: string
  /** As registered, such as `/api/v1/incidents/:name`; `unknown` for a path that nobody registered. */
  readonly route: string
  readonly status: number
  readonly ms: number
  /** Who asked, if that is known. */
  readonly person: string | null
  /** What the path calls the incident, if it is about one. */
  readonly incident: string | null
}

/** Tells of every request when its answer has been sent. */
export function observeRequests(app: FastifyInstance, served: (request: ServedRequest) => void): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown'
    const { name } = (request.params ?? {}) as { name?: string }
    served({
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      person: request.principal?.person ?? null,
      incident: route.includes('/incidents/:name') ? (name ?? null) : null,
    })
  })
}
