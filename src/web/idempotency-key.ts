import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { HttpProblem } from './errors.ts'

export const Key = z.string().regex(/^[\w-]{1,100}$/)

/**
 * Under which key a program repeats a request; `undefined` when it gives none. Also in quotes, as the draft of the header has it
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).
 * @throws HttpProblem 400: a key that is passed over would let the repeat be carried out once more
 */
export function idempotencyKeyOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const written = headers['idempotency-key']
  if (written === undefined) return undefined
  const key = Key.safeParse(String(written).replace(/^"(.*)"$/, '$1')).data
  if (key === undefined)
    throw new HttpProblem(400, 'an Idempotency-Key is 1 to 100 letters, digits, "-" and "_", such as a UUID')
  return key
}

const FormCommand = z.object({ commandId: Key })

/** The same of a form, which carries the id that its page was made with: a second click is a repeat. */
export function formKeyOf(request: Pick<FastifyRequest, 'headers' | 'body'>): string | undefined {
  return idempotencyKeyOf(request) ?? FormCommand.safeParse(request.body).data?.commandId
}
