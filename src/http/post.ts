import { errorCode } from '../domain/values/error-message.ts'
import { Readable } from 'node:stream'
import { Agent, type Dispatcher, request } from 'undici'
import type { HttpPost, PostAnswer } from '../domain/page/delivery.ts'

/** Nothing that is read from an answer is longer; what comes after it is not waited for. */
const longestBody = 64 * 1024

export interface PostOptions {
  /**
   * How connections are made, by default to any address. Everything that pages go out by passes through it, so this is the place for an
   * allow-list: one that checks in `connect.lookup` must check the host of the URL too, for an address in digits is never looked up.
   */
  readonly dispatcher?: Dispatcher
}

/** The one way out for POSTs: one try, no redirect, one time limit over everything. */
export function createPost({ dispatcher = new Agent() }: PostOptions = {}): {
  post: HttpPost
  close: () => Promise<void>
} {
  const post: HttpPost = async ({ url, headers, body, timeoutMs, signal }) => {
    const deadline = AbortSignal.timeout(timeoutMs)
    const stop = AbortSignal.any([signal, deadline])
    let begun = false
    const bytes = Buffer.from(body)
    try {
      const response = await request(url, {
        method: 'POST',
        headers: { ...headers, 'content-length': String(bytes.length) },
        body: Readable.from(handedOver(bytes, () => void (begun = true))),
        dispatcher,
        signal: stop,
      })
      return await answerOf(response)
    } catch (error) {
      const timedOut = deadline.aborted && !signal.aborted
      const reason = timedOut ? `no answer within ${timeoutMs} ms` : exchangeFault(error, signal)
      return { kind: 'no-answer', reason, begun }
    }
  }
  return { post, close: () => dispatcher.close() }
}

/** The body, handed over when it is about to be written: what fails before that never left. */
async function* handedOver(bytes: Uint8Array, begin: () => void): AsyncGenerator<Uint8Array> {
  begin()
  yield bytes
}

async function answerOf({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<PostAnswer> {
  const retryAfter = headers['retry-after']
  const { text, complete } = await readBeginning(body)
  const answer = { kind: 'answered', status: statusCode, body: text, complete } as const
  return typeof retryAfter === 'string' ? { ...answer, retryAfter } : answer
}

/** A body that breaks or stalls takes nothing back from the status line before it. */
async function readBeginning(
  body: Dispatcher.ResponseData['body'],
): Promise<{ text: string; complete: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  let complete = true
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length > longestBody) break
    }
  } catch {
    complete = false
  }
  const text = Buffer.concat(chunks).subarray(0, longestBody).toString('utf8')
  return { text, complete: complete && length <= longestBody }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name could not be looked up',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ETIMEDOUT: 'connecting took too long',
  UND_ERR_CONNECT_TIMEOUT: 'connecting took too long',
  ECONNRESET: 'connection lost',
  EPIPE: 'connection lost',
  UND_ERR_SOCKET: 'connection lost',
}

/** From the error's code only: messages name addresses, and an address may be a secret. */
function exchangeFault(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'stopped before an answer came'
  const code = errorCode(error)
  if (code === undefined) return 'the exchange failed'
  const reason = reasons[code]
  return reason === undefined ? `the exchange failed (${code})` : `${reason} (${code})`
}
