import type { IncomingMessage, ServerResponse } from 'node:http'

/** How a fake fails for one request. */
export type Failure =
  /** An answer other than the usual one; the request has no effect. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly retryAfter?: string
      readonly body?: string
      readonly contentType?: string
      readonly location?: string
    }
  /** Says nothing until the other side gives up; the request has no effect. */
  | { readonly kind: 'hang' }
  /** The request takes effect, and the answer begins but never ends. */
  | { readonly kind: 'hang-in-body'; readonly body?: string }
  /** The connection breaks, before the request takes effect or after. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }

/** Whether a request that fails in this way was taken first. */
export function takesEffect(failure: Failure | undefined): boolean {
  return (
    failure === undefined ||
    failure.kind === 'hang-in-body' ||
    (failure.kind === 'reset' && failure.when === 'after')
  )
}

/** Fails a request; `status` is what the fake would have answered. */
export function fail(
  failure: Failure,
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
): void {
  switch (failure.kind) {
    case 'answer':
      response.writeHead(failure.status, {
        'content-type': failure.contentType ?? 'application/json',
        ...(failure.retryAfter === undefined ? {} : { 'retry-after': failure.retryAfter }),
        ...(failure.location === undefined ? {} : { location: failure.location }),
      })
      response.end(failure.body ?? '')
      return
    case 'hang':
      return
    case 'hang-in-body':
      response.writeHead(status, { 'content-type': 'application/json' })
      response.write(failure.body ?? '{"status":')
      return
    case 'reset':
      request.socket.resetAndDestroy()
  }
}
