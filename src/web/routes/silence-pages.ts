import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { SilenceAnswer, SilenceRequest } from '../../domain/alert/silence-request.ts'
import { may } from '../access.ts'
import type { WebDependencies } from '../dependencies.ts'
import { silencesPage } from '../pages/silences.ts'
import { readerZone } from '../reader-zone.ts'
import { personOf, sendPage } from '../send-page.ts'
import { addSilence, expireSilence, silenceIn } from './silences.ts'

const Query = z.object({
  told: z.string().max(100).optional().catch(undefined),
  matchers: z.string().max(12_000).optional().catch(undefined),
  expired: z.string().optional().catch(undefined),
})

/** Silences in the console: the form shows first what it would silence. */
export function silencePageRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { silencing, now, newId } = dependencies
  const config = { access: 'respond' } as const
  const show = async (request: FastifyRequest, more: { preview?: SilenceAnswer; asked?: SilenceRequest }) => {
    const { told, matchers, expired } = Query.parse(request.query)
    const filledIn: { asked?: SilenceRequest } =
      matchers === undefined ? {} : { asked: { matchers: [matchers], timeZone: readerZone() } }
    return silencesPage({
      silences: await silencing.listed(expired !== undefined),
      withExpired: expired !== undefined,
      person: personOf(request),
      commandId: newId(),
      maySilence: may(request.principal, 'respond'),
      now: now().getTime(),
      ...(told === undefined ? {} : { told }),
      ...filledIn,
      ...more,
    })
  }
  app.get('/silences', { config: { access: 'read' } }, async (request, reply) =>
    sendPage(reply, await show(request, {})),
  )
  app.post('/silences/preview', { config }, async (request, reply) => {
    const asked = silenceIn(request.body)
    const preview = await silencing.preview(asked, personOf(request))
    return sendPage(reply, await show(request, { asked, preview }))
  })
  app.post('/silences', { config }, async (request, reply) => {
    await addSilence(request, dependencies)
    return reply.redirect('/silences?told=added', 303)
  })
  app.post('/silences/:id/expire', { config }, async (request, reply) => {
    const { kind } = await expireSilence(request, dependencies)
    return reply.redirect(`/silences?told=${kind === 'done' ? 'expired' : 'over'}`, 303)
  })
}
