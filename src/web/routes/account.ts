import type { FastifyInstance, FastifyReply } from 'fastify'
import { holderOf } from '../access.ts'
import { cookieIn, sessionCookie, setCookie } from '../cookies.ts'
import type { WebDependencies } from '../dependencies.ts'
import { accountPage } from '../pages/account.ts'
import { personOf, sendPage } from '../send-page.ts'

/** Who one is here, by which credentials, and the way out. */
export function accountRoutes(app: FastifyInstance, { credentials, publicUrl, now }: WebDependencies): void {
  app.get('/account', { config: { access: 'read' } }, async (request, reply) => {
    const person = personOf(request)
    const page = accountPage({
      person,
      role: request.principal?.role ?? '',
      current: request.principal?.credential ?? '',
      credentials: await credentials.list(person),
      now: now().toISOString(),
    })
    return sendPage(reply, page)
  })

  app.post('/account/credentials/:id/revoke', { config: { access: 'read' } }, async (request, reply) => {
    const { id } = request.params as { id: string }
    await credentials.revoke(id.replaceAll(/[^0-9a-f]/g, ''), personOf(request))
    return reply.redirect('/account', 303)
  })

  const leave = (reply: FastifyReply) =>
    reply.header('set-cookie', setCookie(publicUrl, sessionCookie, '', 0)).redirect('/login', 303)

  app.post('/account/log-out-everywhere', { config: { access: 'read' } }, async (request, reply) => {
    if (request.principal !== null) await credentials.logOutEverywhere(holderOf(request.principal))
    return leave(reply)
  })

  app.post('/logout', { config: { access: 'read' } }, async (request, reply) => {
    const session = cookieIn(request, sessionCookie)
    if (session !== undefined) await credentials.revoke(credentials.idOf(session))
    return leave(reply)
  })
}
