import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A hook that lets through only requests with this bearer token. */
export function requireBearer(token: string) {
  const expected = digest(`Bearer ${token}`)
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return
    await reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send({ error: 'this needs the admin token as bearer token' })
  }
}

/** Compared as digests: equally long, and nothing to learn from the time it takes. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
