import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Role } from '../domain/configuration.ts'
import { changesState, HttpProblem, wantsPage } from './errors.ts'

/** Who may use a route. `capability`: whoever knows its unguessable path. */
export type Access = 'public' | 'capability' | Role

export interface Principal {
  readonly person: string
  readonly role: Role
}

export interface Credentials {
  check(kind: 'token' | 'session' | 'calendar', secret: string): Promise<Principal | undefined>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    principal: Principal | null
  }
}

const ranks: Readonly<Record<Role, number>> = { viewer: 0, responder: 1, admin: 2 }

export const sessionCookie = 'firewatch_session'

/**
 * Default deny: a route that does not say who may use it cannot be registered, and every other one is refused before its handler
 * without a credential of at least that role. Bearer tokens for programs, a session cookie for the console.
 */
export function guardRoutes(app: FastifyInstance, credentials: Credentials): void {
  app.decorateRequest('principal', null)
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) {
      throw new Error(
        `route ${String(route.method)} ${route.url} does not say who may use it: set config.access`,
      )
    }
  })
  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access
    // An unknown path tells nothing that a known one would not.
    if (access === undefined || access === 'public' || access === 'capability') return
    const session = cookieIn(request, sessionCookie)
    request.principal = await identify(request, credentials, session)
    if (request.principal === null) {
      if (wantsPage(request)) {
        if (changesState(request)) return reply.redirect('/login', 303)
        return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`)
      }
      return reply
        .code(401)
        .header('www-authenticate', 'Bearer')
        .send({ error: 'a token is needed: Authorization: Bearer <token>' })
    }
    const { person, role } = request.principal
    if (ranks[role] < ranks[access]) {
      throw new HttpProblem(403, `this needs the role ${access}; ${person} is ${role}`)
    }
    if (session !== undefined && changesState(request) && !sameOrigin(request)) {
      throw new HttpProblem(403, 'this form was not sent from the console')
    }
    return undefined
  })
}

async function identify(
  request: FastifyRequest,
  credentials: Credentials,
  session: string | undefined,
): Promise<Principal | null> {
  const bearer = /^Bearer ([\w-]+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return (await credentials.check('token', bearer)) ?? null
  if (session !== undefined) return (await credentials.check('session', session)) ?? null
  return null
}

export function cookieIn(request: FastifyRequest, name: string): string | undefined {
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim())
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1)
}

/** Whether somebody may give commands, or only read. */
export function mayCommand(principal: Principal | null): boolean {
  return principal !== null && ranks[principal.role] >= ranks.responder
}

/** Browsers send Origin with every form they post; a cookie alone proves nothing about who made the form. */
function sameOrigin(request: FastifyRequest): boolean {
  const origin = request.headers.origin
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === request.headers.host
}
