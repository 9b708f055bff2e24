import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { holderOf, isForeign } from '../access.ts'
import { cookieIn, sessionCookie, setCookie } from '../cookies.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { sendPage } from '../send-page.ts'
import { loginPage } from '../pages/login.ts'

const sessionMs = 12 * 3_600_000
const nextMs = 10 * 60_000
const nextCookie = 'firewatch_next'

const Code = z.object({ code: z.string().regex(/^[\w-]{20,100}$/) })
/** Only a path of ours: never an address that a link brought along. */
const Next = z.object({
  next: z
    .string()
    .regex(/^\/[a-z]+\/[\w/-]*$/i)
    .optional(),
})

/**
 * Log-in by a one-time link. The link shows a page with a button, and only the button's POST uses the code up, so that a chat's link
 * preview does not spend it. A form of another site is refused: it would log somebody in as whoever made the link.
 */
export function loginRoutes(app: FastifyInstance, { credentials, publicUrl }: WebDependencies): void {
  app.get('/login', { config: { access: 'public' } }, async (request, reply) => {
    const next = Next.safeParse(request.query).data?.next
    // The link that logs in is made elsewhere and does not know where this browser wanted to go.
    if (next !== undefined) reply.header('set-cookie', setCookie(publicUrl, nextCookie, next, nextMs))
    return sendPage(reply, loginPage())
  })
  app.get('/login/:code', { config: { access: 'capability' } }, async (request, reply) => {
    const code = Code.safeParse(request.params).data?.code
    if (code === undefined) return reply.redirect('/login')
    const next =
      Next.safeParse(request.query).data?.next ??
      Next.safeParse({ next: cookieIn(request, nextCookie) }).data?.next
    return sendPage(reply, loginPage({ code, next: next ?? '/incidents' }))
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
    const session = await credentials.issue('session', holderOf(principal), sessionMs)
    request.principal = principal
    const next = Next.safeParse(request.body).data?.next
    return reply
      .header('set-cookie', setCookie(publicUrl, sessionCookie, session, sessionMs))
      .redirect(next ?? '/incidents')
  })
}
