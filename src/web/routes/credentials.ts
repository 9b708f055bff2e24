import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'

const loginLinkMs = 10 * 60_000
const ForPerson = z.object({ person: z.string().min(1).max(100) })

/** Making credentials: a log-in link for oneself, an API token for anybody by an admin. Each secret is shown once. */
export function credentialRoutes(app: FastifyInstance, { credentials, people }: WebDependencies): void {
  app.post('/api/v1/login-links', { config: { access: 'viewer' } }, async (request) => {
    const { principal } = request
    if (principal === null) throw new HttpProblem(401, 'a token is needed')
    const code = await credentials.issue('login', principal, loginLinkMs)
    return { path: `/login/${code}`, validForMs: loginLinkMs }
  })

  app.post('/api/v1/tokens', { config: { access: 'admin' } }, async (request, reply) => {
    const parsed = ForPerson.safeParse(request.body)
    if (!parsed.success) throw new HttpProblem(400, 'say for whom: {"person": "ana"}')
    const { person } = parsed.data
    const role = new Map(Object.entries(await people())).get(person)
    if (role === undefined)
      throw new HttpProblem(404, `nobody called ${person} is among the configured users`)
    return reply
      .code(201)
      .send({ person, role, token: await credentials.issue('token', { person, role }, null) })
  })
}
