import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import {
  type AccessRole,
  type Holder,
  isPermission,
  mayWith,
  type Permission,
} from '../domain/access/access.ts'
import { parseIncidentName } from '../domain/investigate/evidence.ts'
import { cookieIn, pageLinkCookie, sessionCookie } from './cookies.ts'
import { changesState, HttpProblem, wantsPage } from './errors.ts'
import { loggedOutPage } from './pages/logged-out.ts'
import { loginPath, returnPath } from './return-path.ts'
import { sendPage } from './send-page.ts'

/** What a route asks of whoever uses it. `capability`: to know its unguessable path. */
export type Access = 'public' | 'capability' | Permission

/** Who asks, as the configuration knows them at this moment. */
export interface Principal {
  /** Whom the timeline names: a person, a sender or the operator. */
  readonly person: string
  readonly kind: Holder['kind']
  readonly role: AccessRole
  /** Id of the credential that they showed. */
  readonly credential: string
  /** They came by the link of a page, and may do no more here than it opens. */
  readonly byPageLink?: true
}

export interface Credentials {
  /** `undefined` too when whoever the credential names is not in the configuration, or not any more. */
  check(kind: 'token' | 'session' | 'calendar', secret: string): Promise<Principal | undefined>
  /** Whom the link of a page speaks for, if it opens this incident; `undefined` like above. */
  checkPageLink(secret: string, incident: number): Promise<Principal | undefined>
  /** Tells a credential from others, whether it is known or not, and leads back to no secret. */
  idOf(secret: string): string
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** The incident that a request is about, where the link of a page about that incident will do instead of a log-in. */
    pageLinkOf?: (request: FastifyRequest) => unknown
    /** It takes alerts in, and the token of whoever sends them is in the body. */
    keyInBody?: true
  }
  interface FastifyRequest {
    principal: Principal | null
    /** Why it was refused. */
    refusal: string | null
    /** The token that was in a body and was refused; absent in it where there was none. */
    refusedKey: { readonly secret?: string } | null
  }
}

/**
 * Default deny: a route that does not say who may use it cannot be registered, and every other one is refused before its handler
 * without a credential whose holder has that permission now. Bearer tokens for programs, a session cookie for the console.
 */
export function guardRoutes(app: FastifyInstance, credentials: Credentials): void {
  app.decorateRequest('principal', null)
  app.decorateRequest('refusal', null)
  app.decorateRequest('refusedKey', null)
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) {
      throw new Error(
        `route ${String(route.method)} ${route.url} does not say who may use it: set config.access`,
      )
    }
  })
  app.addHook('onRequest', async (request, reply) => {
    if (/%00/.test(request.url.replace(/\?.*/s, '')))
      throw new HttpProblem(400, 'the address holds U+0000, which no name has')
    const access = request.routeOptions.config.access
    // An unknown path tells nothing that a known one would not.
    if (access === undefined || !isPermission(access)) return undefined
    request.principal = (await identify(request, credentials)) ?? null
    if (request.principal === null) {
      request.refusal = whyUnknown(request)
      if (wantsPage(request)) {
        // A form of ours is answered when it has been read: what somebody wrote in it would be lost.
        if (changesState(request) && isOwnForm(request)) return undefined
        return reply.redirect(loginPath(wantedPath(request)), changesState(request) ? 303 : 302)
      }
      return reply.code(401).header('www-authenticate', 'Bearer').send({ error: request.refusal })
    }
    const { person, role } = request.principal
    if (!mayWith(role, access)) {
      throw new HttpProblem(403, `this needs the permission ${access}, and ${person} is ${role}`)
    }
    if (shownBy(request)?.kind !== 'token' && changesState(request) && !isOwnForm(request)) {
      throw new HttpProblem(403, 'this form was not sent from the console')
    }
    return undefined
  })
  app.addHook('preHandler', async (request, reply) => {
    const { access } = request.routeOptions.config
    if (request.principal !== null || access === undefined || !isPermission(access)) return undefined
    const next = wantedPath(request)
    const fields = Fields.safeParse(request.body).data ?? {}
    if (Object.keys(fields).length === 0) return reply.redirect(loginPath(next), 303)
    return sendPage(reply.code(401), loggedOutPage({ next, words: wordsIn(fields) }))
  })
}

const Fields = z.record(z.string(), z.unknown())
/** Fields of our forms that people write in; the others are chosen, or come with the page. */
const written = ['title', 'text', 'reason']

function wordsIn(fields: z.infer<typeof Fields>): string[] {
  return written
    .map((name) => fields[name])
    .filter((text): text is string => typeof text === 'string' && text.trim() !== '')
}

/** Who asks now; asked again later, whether that is still so. */
export async function identify(
  request: FastifyRequest,
  credentials: Credentials,
): Promise<Principal | undefined> {
  const shown = shownBy(request)
  const known = shown === undefined ? undefined : await credentials.check(shown.kind, shown.secret)
  if (known !== undefined || shown?.kind === 'token') return known
  return identifyByPageLink(request, credentials)
}

/** Only where a route says so, and only by the link of the very incident that is asked about. */
async function identifyByPageLink(
  request: FastifyRequest,
  credentials: Credentials,
): Promise<Principal | undefined> {
  const named = request.routeOptions.config.pageLinkOf?.(request)
  const incident = typeof named === 'string' ? parseIncidentName(named) : undefined
  const secret = incident === undefined ? undefined : cookieIn(request, pageLinkCookie(incident))
  if (incident === undefined || secret === undefined) return undefined
  const principal = await credentials.checkPageLink(secret, incident)
  return principal === undefined ? undefined : { ...principal, byPageLink: true }
}

/** For routes whose path names the incident. */
export function incidentInPath({ params }: FastifyRequest): unknown {
  return (params as { name?: unknown }).name
}

/** Where somebody wanted to go: here, or, when they sent a form, to the page that it stood on. */
function wantedPath(request: FastifyRequest): string | undefined {
  if (!changesState(request)) return returnPath(request.url)
  const from = URL.parse(request.headers.referer ?? '')
  return from === null || from.host !== request.headers.host
    ? undefined
    : returnPath(from.pathname + from.search)
}

/** Whom a new credential of theirs is to name. */
export function holderOf({ kind, person }: Principal): Holder {
  return { kind, name: person }
}

/** A token counts before a cookie that comes along with it. */
export function shownBy(
  request: FastifyRequest,
): { readonly kind: 'token' | 'session'; readonly secret: string } | undefined {
  // Whatever stands there was shown: one that could be none of ours is unknown, and not missing.
  const token = tokenIn(request)
  if (token !== undefined) return { kind: 'token', secret: token }
  const session = cookieIn(request, sessionCookie)
  return session === undefined ? undefined : { kind: 'session', secret: session }
}

/** Opsgenie's clients have a scheme of their own, and many senders know no other than Basic: for sending alerts these do too, and for nothing else. */
function tokenIn({ headers, routeOptions }: FastifyRequest): string | undefined {
  const [, scheme = '', shown] = /^(Bearer|GenieKey|Basic) +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (shown === undefined || scheme.toLowerCase() === 'bearer') return shown
  if (routeOptions.config.access !== 'send-alerts') return undefined
  return scheme.toLowerCase() === 'basic' ? passwordIn(shown) : shown
}

/** The user name is of no account: whose a token is, is known. https://www.rfc-editor.org/rfc/rfc7617#section-2 */
function passwordIn(encoded: string): string {
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1)
}

export function may(principal: Principal | null, permission: Permission): boolean {
  return principal !== null && mayWith(principal.role, permission)
}

/** Whether a browser says that a page of another origin made it ask. https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header */
export function isForeign({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  return headers.origin !== undefined && !isOurs(headers.origin, headers.host)
}

/** Browsers send Origin with every form they post; a cookie alone proves nothing about who made the form. */
function isOwnForm(request: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  return !isForeign(request) && (origin !== undefined || site === 'same-origin')
}

function isOurs(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host
}

function whyUnknown(request: FastifyRequest): string {
  const shown = shownBy(request)
  if (shown === undefined) return 'a token is needed: Authorization: Bearer <token>'
  return `this ${shown.kind} is not known: it has expired, was revoked, or names nobody who is configured`
}
