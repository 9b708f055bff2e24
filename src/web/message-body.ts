import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { IncomingMessage } from 'node:http'

const mostBytes = 10_000
/** A job that is slow to say what it has to say has beaten all the same. */
const patienceMs = 3_000

/**
 * On the routes of this scope a body is what a job says, as text, whatever it is called: its first 10 kB, or as much as came in time. Nothing of it is interpreted,
 * and none is a reason to refuse a beat.
 */
export function takeBodiesAsMessages(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request: FastifyRequest, payload: IncomingMessage) =>
    beginningOf(payload),
  )
}

/** @returns text; what is no UTF-8 is replaced, and a character that was cut is left out */
async function beginningOf(payload: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, patienceMs)
  const take = (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    if (length >= mostBytes) resolve()
  }
  payload.on('data', take)
  for (const end of ['end', 'close', 'error']) payload.once(end, () => resolve())
  await promise
  clearTimeout(timer)
  payload.off('data', take)
  // What is left comes to nothing; unread, it would keep the connection from its next request.
  payload.resume()
  const bytes = Buffer.concat(chunks).subarray(0, mostBytes)
  return new TextDecoder().decode(bytes, { stream: true })
}
