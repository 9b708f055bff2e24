import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { WebhookReceipt, SlackRequest } from '../channel-handlers.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'

/** A pressed button brings its whole message along. */
const bodyLimit = 1024 * 1024

/** Anybody may knock; what comes in is believed by its signature alone, before anything of it is read. */
const config = { access: 'public' } as const

/** Where providers bring what people pressed and typed. Only these routes see their body as bytes, for a signature is over bytes. */
export function channelRoutes(app: FastifyInstance, { slack, telegram }: WebDependencies): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

    scope.post('/slack/interactions', { bodyLimit, config }, async (request, reply) =>
      send(reply, await configured(slack?.()).interactions(slackRequest(request))),
    )
    scope.post('/slack/commands', { bodyLimit, config }, async (request, reply) =>
      send(reply, await configured(slack?.()).commands(slackRequest(request))),
    )
    scope.post('/telegram/webhook', { bodyLimit, config }, async (request, reply) => {
      const secret = headerOf(request, 'x-telegram-bot-api-secret-token')
      return send(reply, await configured(telegram?.()).receive({ secret, body: bytesOf(request) }))
    })
  })
}

/** @throws HttpProblem 404 */
function configured<Handler>(handler: Handler | undefined): Handler {
  if (handler === undefined)
    throw new HttpProblem(404, 'nothing here: this channel is not among the integrations')
  return handler
}

function slackRequest(request: FastifyRequest): SlackRequest {
  return {
    timestamp: headerOf(request, 'x-slack-request-timestamp'),
    signature: headerOf(request, 'x-slack-signature'),
    body: bytesOf(request),
  }
}

/** @throws HttpProblem 401 */
function send(reply: FastifyReply, receipt: WebhookReceipt): FastifyReply {
  if (receipt.status === 401) throw new HttpProblem(401, 'the signature does not fit, or is not of now')
  return reply.send(receipt.reply ?? '')
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

function bytesOf({ body }: FastifyRequest): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array()
}
