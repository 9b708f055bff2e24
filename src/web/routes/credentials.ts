import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AccessRole, Holder } from '../../domain/access/access.ts'
import { parseDuration } from '../../domain/values/duration.ts'
import { unknownName } from '../../domain/values/suggestion.ts'
import { holderOf, may, type Principal } from '../access.ts'
import type { WebDependencies } from '../dependencies.ts'
import { readerZone } from '../reader-zone.ts'
import { HttpProblem } from '../errors.ts'

const loginLinkMs = 10 * 60_000
const leastValidMs = 60_000

const Wanted = z.object({ person: z.string().min(1).max(100), expires: z.string().max(40).optional() })
const ForPerson = z.object({ person: z.string().min(1).max(100).optional() })
const Numbered = z.object({ id: z.string().regex(/^[0-9a-f]{12}$/) })

/**
 * Making credentials: a log-in link for oneself, by an admin also for others, and an API token for anybody by an admin. Each secret is shown once. Everybody may see and end their
 * own; an admin those of all.
 */
export function credentialRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { credentials, now } = dependencies
  app.post('/api/v1/login-links', { config: { access: 'read' } }, async (request) => {
    const { holder, role } = await loggedIn(request, dependencies)
    const code = await credentials.issue('login', holder, loginLinkMs)
    request.audited = { target: `${holder.name} ${credentials.idOf(code)}` }
    return { path: `/login/${code}`, person: holder.name, role, validForMs: loginLinkMs }
  })

  app.post('/api/v1/tokens', { config: { access: 'administer' } }, async (request, reply) => {
    const parsed = Wanted.safeParse(request.body)
    if (!parsed.success)
      throw new HttpProblem(400, 'say for whom: {"person": "ana"}, or the name of a sender or a heartbeat')
    const { person, expires } = parsed.data
    const known = credentials.holderNamed(person)
    if (known === undefined)
      throw new HttpProblem(
        404,
        `nobody called ${person} is among the configured users, senders and heartbeats`,
      )
    const validForMs = expires === undefined ? null : validityIn(expires)
    const token = await credentials.issue('token', known.holder, validForMs)
    const id = credentials.idOf(token)
    request.audited = { target: `${person} ${id}` }
    const expiresAt = validForMs === null ? null : new Date(now().getTime() + validForMs).toISOString()
    return reply.code(201).send({ id, person, role: known.role, expiresAt, token })
  })

  app.get('/api/v1/tokens', { config: { access: 'read' } }, async (request) => ({
    timeZone: readerZone(),
    tokens: await credentials.list(ownOnly(asking(request))),
  }))

  app.post('/api/v1/tokens/:id/revoke', { config: { access: 'read' } }, async (request) => {
    const id = Numbered.safeParse(request.params).data?.id
    if (id === undefined || !(await credentials.revoke(id, ownOnly(asking(request)))))
      throw new HttpProblem(
        404,
        'there is no such token; "firewatch token list" names those that you may end',
      )
    return { id, revoked: true }
  })
}

/** Whose credentials somebody may see and end; `undefined`: everybody's. */
function ownOnly(principal: Principal): string | undefined {
  return may(principal, 'administer') ? undefined : principal.person
}

/**
 * Whom a link is to log in: whoever asks, as the user that they are configured as, or the user whom an admin names.
 * @throws HttpProblem 400, 403 or 404
 */
async function loggedIn(
  request: FastifyRequest,
  { credentials, people }: WebDependencies,
): Promise<{ readonly holder: Holder; readonly role: AccessRole }> {
  const principal = asking(request)
  const parsed = ForPerson.safeParse(request.body ?? {})
  if (!parsed.success) throw new HttpProblem(400, 'say for whom: {"person": "ana"}, or nothing for yourself')
  const { person = principal.person } = parsed.data
  if (person !== principal.person && !may(principal, 'administer'))
    throw new HttpProblem(
      403,
      `only an admin makes log-in links for others, and ${principal.person} is ${principal.role}`,
    )
  const known = credentials.holderNamed(person)
  if (known?.holder.kind === 'person') return known
  if (person === principal.person) return { holder: holderOf(principal), role: principal.role }
  throw new HttpProblem(404, unknownName('user', person, Object.keys(await people())))
}

function asking({ principal }: FastifyRequest): Principal {
  if (principal === null) throw new HttpProblem(401, 'a token is needed: Authorization: Bearer <token>')
  return principal
}

/** @throws HttpProblem 400 */
function validityIn(written: string): number {
  const ms = parseDuration(written)
  if (ms !== undefined && ms >= leastValidMs) return ms
  throw new HttpProblem(400, 'expires says after how long, at least a minute: write 12h, 30d or 52w')
}
