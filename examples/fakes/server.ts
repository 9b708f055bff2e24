import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Failure, fail, takesEffect } from './failure.ts'

/** What a fake answers to a request that it takes. */
export interface FakeAnswer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface FakeServer {
  readonly url: string
  /** The next `times` requests that come in fail in this way; what is told first fails first. */
  next(failure: Failure, times?: number): void
  stop(): Promise<void>
}

/** Far above what any real receiver takes, so that a limit of the fake's own is what refuses. */
const longestRequest = 16 * 1024 * 1024

/**
 * A server on 127.0.0.1.
 * @param take lets a request take effect and says what to answer
 * @param refuse notes a request that fails before it takes effect
 */
export async function startFakeServer(
  port: number,
  take: (request: IncomingMessage, body: string, bytes: Buffer) => FakeAnswer | Promise<FakeAnswer>,
  refuse: (request: IncomingMessage, body: string) => void,
): Promise<FakeServer> {
  const failures: Failure[] = []
  const server = createServer((request, response) => {
    readBody(request).then(
      (bytes) => respond(request, response, bytes, failures.shift()),
      () => response.destroy(),
    )
  })

  async function respond(
    request: IncomingMessage,
    response: ServerResponse,
    bytes: Buffer,
    failure?: Failure,
  ): Promise<void> {
    const body = bytes.toString('utf8')
    if (failure !== undefined && !takesEffect(failure)) {
      refuse(request, body)
      fail(failure, request, response, 500)
      return
    }
    const answer = await take(request, body, bytes)
    if (failure !== undefined) return fail(failure, request, response, answer.status)
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    response.end(JSON.stringify(answer.body))
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: (failure, times = 1) => void failures.push(...Array.from({ length: times }, () => failure)),
    stop: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > longestRequest) throw new Error(`a request of more than ${longestRequest} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
