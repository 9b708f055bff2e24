import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { CommandAnswer } from '../../domain/incident/messages.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { incidentOf } from './incidents.ts'

const Mark = z.object({ reason: z.string().trim().min(1, 'say why it was not actionable').max(2_000) })

/** A false alarm is mostly known as one when it is over, so this is said of closed incidents too. */
export function notActionableRoutes(
  app: FastifyInstance,
  { incidents, reviews, now, newId }: WebDependencies,
): void {
  app.post(
    '/api/v1/incidents/:name/not-actionable',
    { config: { access: 'respond' } },
    async (request): Promise<CommandAnswer> => {
      const { number } = await incidentOf(request.params, incidents)
      const mark = Mark.safeParse(request.body)
      if (!mark.success)
        throw new HttpProblem(400, mark.error.issues[0]?.message ?? 'say why it was not actionable')
      return reviews.markNotActionable({
        incident: number,
        actor: request.principal?.person ?? 'unknown',
        at: now().toISOString(),
        commandId: newId(),
        text: mark.data.reason,
      })
    },
  )
}
