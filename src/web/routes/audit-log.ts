import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { WebDependencies } from '../dependencies.ts'
import { readerZone } from '../reader-zone.ts'
import { HttpProblem } from '../errors.ts'

const Query = z.object({
  actor: z.string().trim().min(1).max(100).optional(),
  outcome: z.enum(['done', 'refused', 'failed']).optional(),
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

/** Who changed what, and who was refused. */
export function auditLogRoutes(app: FastifyInstance, { auditLog }: WebDependencies): void {
  app.get('/api/v1/audit-log', { config: { access: 'administer' } }, async (request) => {
    const parsed = Query.safeParse(request.query)
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
      throw new HttpProblem(400, 'the question is not understood', problems)
    }
    const { actor, outcome, before, limit } = parsed.data
    const entries = await auditLog.read({
      limit,
      ...(actor === undefined ? {} : { actor: actor.replaceAll('\0', '\ufffd') }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(before === undefined ? {} : { before }),
    })
    return { timeZone: readerZone(), entries }
  })
}
