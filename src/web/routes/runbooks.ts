import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { personOf, sendPage } from '../send-page.ts'
import { runbookListPage, runbookPage } from '../pages/runbooks.ts'

const Name = z.object({ name: z.string().max(200) })

/** The runbooks as configured now. */
export function runbookRoutes(app: FastifyInstance, { runbooks }: WebDependencies): void {
  app.get('/runbooks', { config: { access: 'read' } }, async (request, reply) =>
    sendPage(reply, runbookListPage(await runbooks(), personOf(request))),
  )

  app.get('/runbooks/:name', { config: { access: 'read' } }, async (request, reply) => {
    const { name } = Name.parse(request.params)
    const runbook = (await runbooks()).find((candidate) => candidate.name === name)
    if (runbook === undefined)
      throw new HttpProblem(404, `there is no runbook ${name} any more; /runbooks lists them`)
    return sendPage(reply, runbookPage(runbook, personOf(request)))
  })
}
