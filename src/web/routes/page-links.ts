import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { incidentName, parseIncidentName } from '../../domain/investigate/evidence.ts'
import { pageLinkMs } from '../../domain/page/page-link.ts'
import { identify } from '../access.ts'
import { pageLinkCookie, setCookie } from '../cookies.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem, wantsPage } from '../errors.ts'
import { loginPage } from '../pages/login.ts'
import { sendPage } from '../send-page.ts'

const Asked = z.object({ name: z.string().max(40), secret: z.string().regex(/^[\w-]{43}$/) })

const ended = 'this link has ended, or was never good: log in instead'

/**
 * The link of a page: this browser may from then on read the incident, acknowledge it and escalate it as whom the page was for. Looking changes nothing
 * about the incident, for previewers and mail scanners open every link. Who is logged in stays who they are.
 */
export function pageLinkRoutes(app: FastifyInstance, { credentials, publicUrl }: WebDependencies): void {
  app.get('/incidents/:name/link/:secret', { config: { access: 'capability' } }, async (request, reply) => {
    const { name = '', secret } = Asked.safeParse(request.params).data ?? {}
    const incident = parseIncidentName(name)
    if (incident === undefined || secret === undefined) throw new HttpProblem(404, 'nothing here')
    const path = `/incidents/${incidentName(incident)}`
    if ((await identify(request, credentials)) !== undefined) return reply.redirect(path)
    const principal = await credentials.checkPageLink(secret, incident)
    if (principal === undefined) {
      request.refusal = ended
      reply.code(403)
      return wantsPage(request)
        ? sendPage(reply, loginPage({ next: path, ended: true }))
        : reply.send({ error: ended })
    }
    request.principal = principal
    request.audited = { target: incidentName(incident) }
    return reply
      .header('set-cookie', setCookie(publicUrl, pageLinkCookie(incident), secret, pageLinkMs))
      .redirect(path)
  })
}
