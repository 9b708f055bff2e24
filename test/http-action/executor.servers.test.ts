import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { ActionConfiguration } from '../../src/domain/configuration/configuration.ts'
import { createHttpActions, type HttpActions } from '../../src/http-action/executor.ts'
import { freePort } from '../support/servers.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const secrets: Readonly<Record<string, string>> = {
  '${env:TOKEN}': 'tok-4711',
  '${env:BAD_TOKEN}': 'tok\n4711',
}
let running: (Server | ReturnType<typeof createTcpServer>)[] = []
let actions: HttpActions[] = []

afterEach(async () => {
  await Promise.all(actions.map((one) => one.close()))
  for (const server of running) {
    if ('closeAllConnections' in server) server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  running = []
  actions = []
})

async function listen(answer: Answer): Promise<{ url: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    answer(request, response)
  })
  return { url: await opened(server), seen }
}

async function opened(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  running.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`
}

function executor(): HttpActions {
  const created = createHttpActions({
    resolveSecret(reference) {
      if (!reference.startsWith('${')) return reference
      const value = secrets[reference]
      if (value === undefined) throw new Error(`${reference}: this environment variable is not set`)
      return value
    },
  })
  actions.push(created)
  return created
}

function call(action: Partial<ActionConfiguration> & { url: string }, timeoutMs = 2_000) {
  return {
    attempt: 'INC-42/a1',
    fence: 7,
    timeoutMs,
    action: { kind: 'http', timeoutMs, ...action } as const,
  }
}

const status =
  (code: number, headers = {}): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end('said')

describe('an act over HTTP', () => {
  it('is one POST with the attempt as its key, the fence and the token', async () => {
    const { url, seen } = await listen(status(200))
    const answer = await executor().act(call({ url: `${url}/restart`, token: '${env:TOKEN}' }))
    expect(answer).toEqual({ effect: 'done', summary: 'HTTP 200', body: 'said', truncated: false })
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/restart',
      headers: { 'idempotency-key': 'INC-42/a1', 'x-firewatch-fence': '7', authorization: 'Bearer tok-4711' },
    })
  })

  it.each([
    [200, 'done'],
    [202, 'done'],
    [204, 'done'],
    [302, 'not-done'],
    [400, 'not-done'],
    [404, 'not-done'],
    [409, 'not-done'],
    [303, 'unknown'],
    [308, 'not-done'],
    [408, 'unknown'],
    [425, 'not-done'],
    [429, 'not-done'],
    [500, 'unknown'],
    [502, 'unknown'],
    [503, 'unknown'],
    [504, 'unknown'],
    [599, 'unknown'],
  ] as const)('that is answered by %i is %s', async (code, effect) => {
    const { url, seen } = await listen(
      status(code, [302, 303, 308].includes(code) ? { location: '/elsewhere' } : {}),
    )
    expect(await executor().act(call({ url }))).toMatchObject({ effect })
    expect(seen).toHaveLength(1)
  })

  it('that nobody listens to was not done', async () => {
    const answer = await executor().act(call({ url: `http://127.0.0.1:${await freePort()}/` }))
    expect(answer).toMatchObject({ effect: 'not-done', summary: 'connection refused (ECONNREFUSED)' })
  })

  it('for a host that does not exist was not done', async () => {
    const answer = await executor().act(call({ url: 'http://feed.invalid/' }, 8_000))
    expect(answer).toMatchObject({ effect: 'not-done' })
  })

  it('that is never answered is unknown, after its time limit', async () => {
    const { url, seen } = await listen(() => undefined)
    expect(await executor().act(call({ url }, 150))).toMatchObject({
      effect: 'unknown',
      summary: 'no answer within 150 ms',
    })
    expect(seen).toHaveLength(1)
  })

  it('whose connection is reset after the request was written is unknown', async () => {
    const { url, seen } = await listen((request) => request.socket.resetAndDestroy())
    expect(await executor().act(call({ url }))).toMatchObject({ effect: 'unknown' })
    expect(seen).toHaveLength(1)
  })

  it('whose connection is closed without a word is unknown', async () => {
    const server = createTcpServer((socket) => socket.once('data', () => socket.end()))
    expect(await executor().act(call({ url: await opened(server) }))).toMatchObject({ effect: 'unknown' })
  })

  it('that was accepted stays done when its body breaks off or stalls', async () => {
    const broken = await listen((request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('begun', () => request.socket.resetAndDestroy())
    })
    const stalling = await listen((_, response) => void response.writeHead(200).write('begun'))
    for (const { url } of [broken, stalling]) {
      const answer = await executor().act(call({ url }, 300))
      expect(answer).toMatchObject({ effect: 'done', truncated: true })
    }
  })

  it('keeps the first 64 KiB of a long answer and does not wait for the rest', async () => {
    const { url } = await listen((_, response) => {
      response.writeHead(200)
      const more = () => void response.write('x'.repeat(100_000), more)
      more()
    })
    const answer = await executor().act(call({ url }))
    expect(answer).toMatchObject({ effect: 'done', truncated: true })
    expect(answer.body).toHaveLength(64 * 1024)
  })

  it('keeps no secret that the target repeats', async () => {
    const { url } = await listen((request, response) =>
      response.end(`you said ${request.headers.authorization}`),
    )
    const answer = await executor().act(call({ url, token: '${env:TOKEN}' }))
    expect(answer.body).toBe('you said Bearer [secret]')
  })

  it.each([
    [
      'a secret that is not set',
      { url: 'http://127.0.0.1:1/', token: '${env:NONE}' },
      '${env:NONE}: this environment variable is not set',
    ],
    [
      'an address that is none',
      { url: 'not an address' },
      'the address of this action is not an http or https URL',
    ],
    [
      'an address for something else',
      { url: 'file:///etc/passwd' },
      'the address of this action is not an http or https URL',
    ],
    [
      'a token that breaks the header',
      { url: 'http://127.0.0.1:1/', token: '${env:BAD_TOKEN}' },
      'the request cannot be formed: a token must be one line of visible characters (UND_ERR_INVALID_ARG)',
    ],
  ])('with %s is not sent', async (_, action, summary) => {
    expect(await executor().act(call(action))).toEqual({
      effect: 'not-done',
      summary,
      body: '',
      truncated: false,
    })
  })
})

describe('a probe over HTTP', () => {
  it('is a GET under the same key', async () => {
    const { url, seen } = await listen((_, response) => response.end('{"applied": true}'))
    const answer = await executor().probe(call({ url: 'http://127.0.0.1:1/', probeUrl: `${url}/probe` }))
    expect(answer).toMatchObject({ effect: 'done' })
    expect(seen[0]).toMatchObject({
      method: 'GET',
      url: '/probe',
      headers: { 'idempotency-key': 'INC-42/a1' },
    })
  })

  it.each([
    [200, '{"applied": true}', 'done'],
    [200, '{"applied": false}', 'not-done'],
    [200, '{"applied": "yes"}', 'unknown'],
    [200, '[]', 'unknown'],
    [200, 'null', 'unknown'],
    [200, '<html>', 'unknown'],
    [404, '{"applied": false}', 'unknown'],
    [500, '{"applied": true}', 'unknown'],
  ] as const)('answered by %i %s is %s', async (code, body, effect) => {
    const { url } = await listen((_, response) => response.writeHead(code).end(body))
    expect(await executor().probe(call({ url, probeUrl: url }))).toMatchObject({ effect })
  })

  it('that reaches nobody is unknown, for the act may have', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`
    expect(await executor().probe(call({ url, probeUrl: url }))).toMatchObject({ effect: 'unknown' })
  })
})
