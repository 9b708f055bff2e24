import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { WebDependencies } from '../dependencies.ts'
import { readerZone } from '../reader-zone.ts'

const Query = z.object({
  service: z
    .string()
    .max(200)
    .refine((text) => !text.includes('\0'), 'must not hold U+0000')
    .optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
})

/** What people and machines changed, as they reported it: the newest first. */
export function changeListRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  app.get('/api/v1/changes', { config: { access: 'read' } }, async (request) => {
    const { service, limit } = Query.parse(request.query)
    return {
      timeZone: readerZone(),
      changes: await dependencies.changes({ limit, ...(service === undefined ? {} : { service }) }),
    }
  })
}
