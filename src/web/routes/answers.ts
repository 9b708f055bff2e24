import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { AnswerLinkHandler } from '../channel-handlers.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { answeredPage, answerPage } from '../pages/answer.ts'
import { sendPage } from '../send-page.ts'

const Token = z.object({ token: z.string().regex(/^[\w-]{1,400}\.[\w-]{43}$/) })

/** A proxy or a mail scanner that opens the link finds a page and a button; only the button's POST says anything to anybody. */
const config = { access: 'capability' } as const

/**
 * The acknowledge link of a mail that tells of several incidents. No cookie is looked at and none is set: the path is the proof, so a form of another site can do no more than
 * whoever has the path.
 */
export function answerRoutes(app: FastifyInstance, { mail, now }: WebDependencies): void {
  app.get('/answers/:token', { config }, async (request, reply) => {
    const { token, handler } = asked(request.params, mail)
    const found = await handler.look(token)
    if (found === undefined) throw noLink()
    return sendPage(reply, answerPage({ ...found, token, now: now().toISOString() }))
  })

  app.post('/answers/:token', { config }, async (request, reply) => {
    const { token, handler } = asked(request.params, mail)
    const found = await handler.look(token)
    const told = found === undefined ? undefined : await handler.acknowledge(token)
    if (found === undefined || told === undefined) throw noLink()
    if (told.kind === 'refused') throw new HttpProblem(409, told.message)
    if (told.kind === 'failed') throw new HttpProblem(503, told.message)
    return sendPage(reply, answeredPage({ ...found, message: told.message }))
  })
}

/** @throws HttpProblem 404 */
function asked(
  params: unknown,
  handler: AnswerLinkHandler | undefined,
): { token: string; handler: AnswerLinkHandler } {
  const token = Token.safeParse(params).data?.token
  if (token === undefined || handler === undefined) throw noLink()
  return { token, handler }
}

function noLink(): HttpProblem {
  return new HttpProblem(404, 'this link is not good, or no longer: open the incident in the console instead')
}
