import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { linkPlaces } from '../../domain/page/page-link.ts'
import { browserName } from '../browser-name.ts'
import { holderOf, isForeign } from '../access.ts'
import { cookieIn, sessionCookie, setCookie } from '../cookies.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem, wantsPage } from '../errors.ts'
import { sendPage } from '../send-page.ts'
import { loginPage } from '../pages/login.ts'
import { createRateLimit } from '../rate-limit.ts'
import { loginPath, returnPath } from '../return-path.ts'

const sessionMs = 30 * 24 * 3_600_000
const nextMs = 10 * 60_000
const nextCookie = 'firewatch_next'

const Code = z.object({ code: z.string().regex(/^[\w-]{20,100}$/) })
const Next = z.object({ next: z.string().optional().catch(undefined) })
/** The form's first choice names none: whichever comes first. */
const Channel = z.union([z.literal('').transform(() => undefined), z.enum(linkPlaces)]).optional()
const Wanted = z.object({ name: z.string().trim().min(1).max(100), channel: Channel })

/**
 * Log-in by a one-time link. The link shows a page with a button, and only the button's POST uses the code up, so that a chat's link
 * preview does not spend it. A form of another site is refused: it would log somebody in as whoever made the link.
 */
export function loginRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { credentials, publicUrl, loginLinks } = dependencies
  app.get('/login', { config: { access: 'public' } }, async (request, reply) => {
    const next = nextIn(request.query)
    // The link that logs in is made elsewhere and does not know where this browser wanted to go.
    if (next !== undefined)
      reply.header('set-cookie', setCookie(publicUrl, nextCookie, encodeURIComponent(next), nextMs))
    const sent = (request.query as { sent?: unknown }).sent !== undefined
    return sendPage(
      reply,
      loginPage({ ...(next === undefined ? {} : { next }), sent, canSend: loginLinks?.canSend() === true }),
    )
  })
  sendingRoute(app, dependencies)

  app.get('/login/:code', { config: { access: 'capability' } }, async (request, reply) => {
    const code = Code.safeParse(request.params).data?.code
    if (code === undefined) return reply.redirect('/login')
    const next = nextIn(request.query) ?? keptNext(request)
    return sendPage(reply, loginPage({ code, ...(next === undefined ? {} : { next }) }))
  })
  app.post('/login/:code', { config: { access: 'capability' } }, async (request, reply) => {
    if (isForeign(request)) throw new HttpProblem(403, 'another site sent this log-in: open the link itself')
    const code = Code.safeParse(request.params).data?.code
    const principal = code === undefined ? undefined : await credentials.redeemLogin(code)
    if (principal === undefined) {
      request.refusal = 'this log-in link is not known, was used before or has expired'
      return reply.redirect('/login')
    }
    const former = cookieIn(request, sessionCookie)
    if (former !== undefined) await credentials.revoke(credentials.idOf(former))
    const browser = browserName(request.headers['user-agent'])
    const session = await credentials.issue('session', holderOf(principal), sessionMs, browser)
    request.principal = principal
    return reply
      .header('set-cookie', setCookie(publicUrl, sessionCookie, session, sessionMs))
      .redirect(nextIn(request.body) ?? '/incidents')
  })
}

/**
 * Sends a log-in link to somebody's own chat or mailbox. Whoever asks learns nothing: not whether there is such a user, nor whether a link was sent.
 */
function sendingRoute(app: FastifyInstance, { loginLinks, now }: WebDependencies): void {
  const byAddress = createRateLimit({ most: 30, withinMs: nextMs, now })
  const byName = createRateLimit({ most: 5, withinMs: nextMs, now })
  app.post('/login/links', { config: { access: 'public' } }, async (request, reply) => {
    if (isForeign(request))
      throw new HttpProblem(403, 'another site asked for this log-in: ask on the page itself')
    const asked = Wanted.safeParse(request.body).data
    if (loginLinks?.canSend() !== true || asked === undefined)
      throw new HttpProblem(
        400,
        'say who you are: name=ana; and where you want the link, if it matters: channel=chat or channel=email',
      )
    if (!byAddress.take(request.ip))
      throw new HttpProblem(429, 'too many log-ins were asked for from here; wait ten minutes')
    const next = nextIn(request.body)
    if (byName.take(asked.name)) loginLinks.send(asked.name, next, asked.channel)
    if (!wantsPage(request))
      return reply.code(202).send({ sent: 'if that is a user with a chat or a mailbox of their own' })
    const path = loginPath(next)
    return reply.redirect(`${path}${path.includes('?') ? '&' : '?'}sent=1`, 303)
  })
}

/** Only a path of ours: never an address that a link brought along. */
function nextIn(from: unknown): string | undefined {
  return returnPath(Next.safeParse(from).data?.next)
}

function keptNext(request: FastifyRequest): string | undefined {
  try {
    return returnPath(decodeURIComponent(cookieIn(request, nextCookie) ?? ''))
  } catch {
    // Not written by us.
    return undefined
  }
}
