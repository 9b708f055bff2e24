import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { formatDuration } from '../../domain/values/duration.ts'
import { testOutcomeSentence, type TestedContact } from '../../domain/page/test-page.ts'
import { may } from '../access.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { testPagesPage } from '../pages/test-pages.ts'
import { personOf, sendPage } from '../send-page.ts'
import type { TestPages } from '../test-pages.ts'

const Wanted = z.object({
  name: z.string().trim().min(1).max(100),
  /** A form sends a field that was left empty too. */
  channel: z
    .string()
    .max(40)
    .transform((channel) => (channel === '' ? undefined : channel))
    .optional(),
})

/** A real message to see that somebody can be reached. It opens no incident, and is in the audit log. */
export function testPageRoutes(app: FastifyInstance, { testPages }: WebDependencies): void {
  const config = { access: 'respond' } as const
  app.post('/api/v1/test-pages', { config }, async (request) => {
    const { name, contacts } = await tested(request, testPages)
    return {
      name,
      contacts: contacts.map((one) => ({ ...one, sentence: testOutcomeSentence(name, one) })),
      allSent: contacts.every(({ outcome }) => outcome.kind === 'sent'),
    }
  })

  const page = (request: FastifyRequest, told: readonly string[]) =>
    testPagesPage({
      receivers: testPages.receivers(),
      person: personOf(request),
      maySend: may(request.principal, 'respond'),
      told,
    })
  app.get('/test-pages', { config: { access: 'read' } }, async (request, reply) =>
    sendPage(reply, page(request, [])),
  )
  app.post('/test-pages', { config }, async (request, reply) => {
    const { name, contacts } = await tested(request, testPages)
    return sendPage(
      reply,
      page(
        request,
        contacts.map((one) => `${name}, ${testOutcomeSentence(name, one)}`),
      ),
    )
  })
}

/** @throws HttpProblem 400, 404 for a name or channel that there is not, 429 */
async function tested(
  request: FastifyRequest,
  testPages: TestPages,
): Promise<{ name: string; contacts: readonly TestedContact[] }> {
  const parsed = Wanted.safeParse(request.body)
  if (!parsed.success)
    throw new HttpProblem(400, 'say to whom: {"name": "ana"}, and "channel" for one of their channels')
  const { name, channel } = parsed.data
  request.audited = { target: channel === undefined ? name : `${name} ${channel}` }
  const answer = await testPages.send({ name, channel, by: personOf(request) })
  switch (answer.kind) {
    case 'tried':
      return answer
    case 'unknown-name':
      throw new HttpProblem(404, `there is no user and no shared channel "${name}"${answer.hint}`)
    case 'no-contact':
      throw new HttpProblem(404, noContactSentence(name, channel, answer.channels))
    case 'too-often':
      throw new HttpProblem(
        429,
        `${name} had a test page a moment ago; the next one may go in ${formatDuration(answer.retryAfterMs + 999)}`,
      )
  }
}

function noContactSentence(name: string, channel: string | undefined, channels: readonly string[]): string {
  if (channels.length === 0)
    return `${name} has no contact: nothing can be sent; add one to users.${name}.contacts`
  return `${name} has no contact of channel ${channel ?? ''}; there ${channels.length === 1 ? 'is' : 'are'} ${channels.join(', ')}`
}
