import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** What is answered when something is wrong, before it takes the shape of another system's answers. */
export interface ForeignProblem {
  readonly status: number
  readonly message: string
  readonly problems: readonly string[]
}

/**
 * Makes a part of the server speak as another system does. Bodies are JSON whatever their clients call them, and may be empty.
 * @param shape the answer to a request that fails
 */
export function speakAs(
  scope: FastifyInstance,
  shape: (problem: ForeignProblem, request: FastifyRequest, reply: FastifyReply) => object,
): void {
  const parse = scope.getDefaultJsonParser('remove', 'remove')
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser<string>('*', { parseAs: 'string' }, (request, body, done) => {
    if (body.trim() === '') done(null, undefined)
    else void parse(request, body, done)
  })
  scope.addHook('preSerialization', async (request, reply, payload) => {
    if (reply.statusCode < 400) return payload
    const { error, problems } = payload as { readonly error: string; readonly problems?: readonly string[] }
    return shape({ status: reply.statusCode, message: error, problems: problems ?? [] }, request, reply)
  })
}
