import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { AppliedConfiguration } from '../configuration-service.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { readerZone } from '../reader-zone.ts'
import { personOf } from '../send-page.ts'

const revision = z.string().regex(/^[0-9a-f]{12}$/, 'expected a revision of 12 hex digits')
const Planned = z.strictObject({ revision, against: revision, insteadOf: z.int().min(0) })

/** What the command line plans and applies configurations by. References to secrets are in what is read, addresses of people too: it is for admins. */
export function configurationRoutes(app: FastifyInstance, { configuration }: WebDependencies): void {
  app.get('/api/v1/configuration', { config: { access: 'administer' } }, async () => configuration.read())

  app.get('/api/v1/configuration/status', { config: { access: 'administer' } }, async () => ({
    timeZone: readerZone(),
    ...(await configuration.status()),
  }))

  app.post('/api/v1/configuration/apply', { config: { access: 'administer' } }, async (request) => {
    const planned = Planned.parse(request.body)
    request.audited = { target: `${planned.against} -> ${planned.revision}` }
    const applied = await configuration.apply({ ...planned, by: personOf(request) })
    refuse(applied, planned)
    return applied
  })
}

/** @throws HttpProblem for what was not taken up; the old configuration goes on running */
function refuse(applied: AppliedConfiguration, planned: z.output<typeof Planned>): void {
  switch (applied.kind) {
    case 'same':
    case 'switched':
      return
    case 'moved':
      throw new HttpProblem(
        409,
        `the plan was made against revision ${planned.against}, and revision ${applied.revision} runs now: plan again`,
        [],
        'configuration-moved',
      )
    case 'other-file':
      throw new HttpProblem(
        409,
        `the server reads ${applied.file}, which gives revision ${applied.revision} and not ${planned.revision}: put the planned file there first`,
        [],
        'other-file',
      )
    case 'invalid':
      throw new HttpProblem(
        422,
        `the server cannot run this configuration; revision ${applied.revision} goes on running`,
        applied.problems,
        'configuration-invalid',
      )
  }
}
