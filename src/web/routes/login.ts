import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { sessionCookie } from '../access.ts'
import type { WebDependencies } from '../dependencies.ts'
import { loginPage } from '../pages/login.ts'

const sessionMs = 12 * 3_600_000

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
  app.get('/login', { config: { access: 'public' } }, async (_request, reply) =>
    reply.type('text/html').send(loginPage().text),
  )
  app.get('/login/:code', { config: { access: 'capability' } }, async (request, reply) => {
    const code = Code.safeParse(request.params).data?.code
    if (code === undefined) return reply.redirect('/login')
    const next = Next.safeParse(request.query).data?.next
    return reply.type('text/html').send(loginPage({ code, next: next ?? '/incidents' }).text)
  })
  app.post('/login/:code', { config: { access: 'capability' } }, async (request, reply) => {
    const code = Code.safeParse(request.params).data?.code
    const principal = code === undefined ? undefined : await credentials.redeemLogin(code)
    if (principal === undefined) return reply.redirect('/login')
    const session = await credentials.issue('session', principal, sessionMs)
    const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${sessionMs / 1000}`
    const next = Next.safeParse(request.body).data?.next
    return reply
      .header('set-cookie', `${sessionCookie}=${session}; ${attributes}`)
      .redirect(next ?? '/incidents')
  })
}
