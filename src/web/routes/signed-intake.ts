import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { type SenderReceipt, type SignedKind, signedKinds, type SignedRequest } from '../signed-intake.ts'

/** All alerts of a group come at once from Grafana; the others send one thing each. Anybody may knock, so that there is no room for more. */
const bodyLimits: Readonly<Record<SignedKind, number>> = {
  grafana: 8 * 1024 * 1024,
  sns: 512 * 1024,
  sentry: 2 * 1024 * 1024,
  github: 4 * 1024 * 1024,
  gitlab: 4 * 1024 * 1024,
}

const Sender = z.object({ sender: z.string() })
const Trial = z.object({ dryRun: z.enum(['true', 'false']).default('false') })

/** Where senders bring what they signed, and what needs a map. A 2xx means that it is committed, never less. */
export function signedIntakeRoutes(app: FastifyInstance, { signedIntake }: WebDependencies): void {
  /** Anybody may knock; what comes in is believed by its signature alone. Only these routes see their body as bytes, for a signature is over bytes. */
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    for (const kind of signedKinds) {
      scope.post(
        `/api/v1/intake/${kind}/:sender`,
        { bodyLimit: bodyLimits[kind], config: { access: 'public' } },
        async (request, reply) => {
          const { sender } = Sender.parse(request.params)
          return answer(reply, sender, await signedIntake.receive(kind, sender, signedRequest(request)))
        },
      )
    }
  })

  app.post('/api/v1/intake/json/:sender', { config: { access: 'send-alerts' } }, async (request, reply) => {
    const { sender } = Sender.parse(request.params)
    const { principal } = request
    // The token of one sender learns nothing of the others.
    if (principal?.kind === 'sender' && principal.person !== sender) throw unknownSender()
    if (Trial.parse(request.query).dryRun === 'false')
      return answer(reply, sender, await signedIntake.receiveMapped(sender, request.body))
    const trial = await signedIntake.tryMap(sender, request.body)
    if (trial.kind !== 'read') throw problemOf(trial, sender)
    const { kind: _, ...read } = trial
    return reply.send(read)
  })
}

function answer(reply: FastifyReply, sender: string, receipt: SenderReceipt): FastifyReply {
  if (receipt.kind !== 'taken') throw problemOf(receipt, sender)
  const { kind: _, problems, ...stored } = receipt
  if (problems.length === 0) return reply.code(202).send(stored)
  const error = 'some of it is not understood and was not stored; the rest was'
  return reply.code(400).send({ error, problems, ...stored })
}

function problemOf(receipt: Exclude<SenderReceipt, { readonly kind: 'taken' }>, sender: string): HttpProblem {
  switch (receipt.kind) {
    case 'unknown-sender':
      return unknownSender()
    case 'unproven':
      return new HttpProblem(
        401,
        `this does not prove that it comes from ${sender}: see its signature or secret`,
      )
    case 'not-now':
      return new HttpProblem(503, `this cannot be taken right now: ${receipt.why}`)
  }
}

function unknownSender(): HttpProblem {
  return new HttpProblem(404, 'nothing here: there is no such sender of this kind')
}

function signedRequest({ headers, body }: FastifyRequest): SignedRequest {
  return {
    header: (name) => {
      const value = headers[name]
      return typeof value === 'string' ? value : undefined
    },
    body: body instanceof Uint8Array ? body : new Uint8Array(),
  }
}
