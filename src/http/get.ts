import { Agent, type Dispatcher, request } from 'undici'

/** Where an answer is longer, something else is answering. */
const longestBody = 64 * 1024

export interface GetOptions {
  /** How connections are made, by default to any address. */
  readonly dispatcher?: Dispatcher
  /** For the whole exchange, the answer's body included. */
  readonly timeoutMs: number
}

/**
 * One GET: one try, no redirect, one time limit over everything.
 * @throws when there is no whole answer of at most 64 KiB
 */
export function createGet({ dispatcher = new Agent(), timeoutMs }: GetOptions) {
  return async (url: URL): Promise<{ readonly status: number; readonly body: string }> => {
    const { statusCode, body } = await request(url, {
      method: 'GET',
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
    })
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of body as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > longestBody) throw new Error(`the answer is longer than ${longestBody} bytes`)
      chunks.push(chunk)
    }
    return { status: statusCode, body: Buffer.concat(chunks).toString('utf8') }
  }
}
