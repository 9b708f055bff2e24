import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Role } from '../domain/configuration.ts'

/** Who may use a route. `capability`: whoever knows its unguessable path. */
export type Access = 'public' | 'capability' | Role

export interface Principal {
  readonly person: string
  readonly role: Role
}

export interface Credentials {
  check(kind: 'token' | 'session', secret: string): Promise<Principal | undefined>
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
    const session = sessionOf(request)
    request.principal = await identify(request, credentials, session)
    if (request.principal === null) {
      if (wantsPage(request)) return reply.redirect('/login')
      return reply
        .code(401)
        .header('www-authenticate', 'Bearer')
        .send({ error: 'a token is needed: Authorization: Bearer <token>' })
    }
    if (ranks[request.principal.role] < ranks[access]) {
      return reply.code(403).send({
        error: `this needs the role ${access}; ${request.principal.person} is ${request.principal.role}`,
      })
    }
    if (session !== undefined && changesState(request) && !sameOrigin(request)) {
      return reply.code(403).send({ error: 'this form was not sent from the console' })
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

function sessionOf(request: FastifyRequest): string | undefined {
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim())
  return cookies.find((cookie) => cookie.startsWith(`${sessionCookie}=`))?.slice(sessionCookie.length + 1)
}

function wantsPage(request: FastifyRequest): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
}

function changesState(request: FastifyRequest): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD'
}

/** Browsers send Origin with every form they post; a cookie alone proves nothing about who made the form. */
function sameOrigin(request: FastifyRequest): boolean {
  const origin = request.headers.origin
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === request.headers.host
}
