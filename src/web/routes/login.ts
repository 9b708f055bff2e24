import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { cookieIn, sessionCookie } from '../access.ts'
import type { WebDependencies } from '../dependencies.ts'
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
 * preview does not spend it.
 */
export function loginRoutes(app: FastifyInstance, { credentials }: WebDependencies): void {
  app.get('/login', { config: { access: 'public' } }, async (request, reply) => {
    const next = Next.safeParse(request.query).data?.next
    // The link that logs in is made elsewhere and does not know where this browser wanted to go.
    if (next !== undefined) reply.header('set-cookie', `${nextCookie}=${next}; ${cookieOf(nextMs)}`)
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
    const code = Code.safeParse(request.params).data?.code
    const principal = code === undefined ? undefined : await credentials.redeemLogin(code)
    if (principal === undefined) return reply.redirect('/login')
    const session = await credentials.issue('session', principal, sessionMs)
    const next = Next.safeParse(request.body).data?.next
    return reply
      .header('set-cookie', `${sessionCookie}=${session}; ${cookieOf(sessionMs)}`)
      .redirect(next ?? '/incidents')
  })
}

/** Lax, so that a link in a page or a chat opens the incident without a second log-in; changes are guarded by Origin. */
function cookieOf(forMs: number): string {
  return `Path=/; HttpOnly; SameSite=Lax; Max-Age=${forMs / 1000}`
}
