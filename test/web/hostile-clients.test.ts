import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { createServer } from '../../src/web/server.ts'
import { type ServerLimits, serverLimits } from '../../src/web/server-limits.ts'
import { headOf, rawClient, statusesIn } from './raw-client.ts'
import { startWeb, takesNothing } from './world.ts'

const hasty: ServerLimits = {
  ...serverLimits,
  headersTimeoutMs: 300,
  requestTimeoutMs: 600,
  checkEveryMs: 50,
  connections: 60,
}
const json = 'Content-Type: application/json'
const url = '/api/v1/alerts'

let app: FastifyInstance | undefined
afterEach(async () => {
  await app?.close()
  app = undefined
})

async function listening(limits: ServerLimits = serverLimits) {
  const bodies: unknown[] = []
  const failures: string[] = []
  const take = async (body: unknown) => {
    bodies.push(body)
    return { accepted: 1, duplicates: 0, problems: [] }
  }
  const { dependencies } = await startWeb()
  app = await createServer(
    {
      ...dependencies,
      intake: { ...takesNothing, firewatch: take, alertmanager: take },
      log: (message) => void failures.push(message),
    },
    limits,
  )
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const port = (app.server.address() as AddressInfo).port
  const send = async () => {
    const headers = { authorization: 'Bearer sender-secret', 'content-type': 'application/json' }
    const answer = await fetch(`${address}${url}`, { method: 'POST', headers, body: '{"alerts":[]}' })
    return answer.status
  }
  return { port, send, bodies, failures }
}

/** Sends a byte every few milliseconds, for as long as somebody listens. */
function drip(port: number, at: string, dripped: string) {
  const client = rawClient(port)
  client.socket.write(at)
  let sent = 0
  const timer = setInterval(() => {
    if (client.socket.writable && sent < dripped.length) client.socket.write(dripped[sent++] ?? '')
  }, 10)
  void client.ended.then(() => clearInterval(timer))
  return client
}

describe('a client that sends a byte at a time', () => {
  it.each([
    ['headers', 'POST /api/v1/alerts HTTP/1.1\r\n', `X-Slow: ${'x'.repeat(10_000)}`],
    ['a body', headOf(url, json, 'Content-Length: 10000'), '['.padEnd(10_000)],
    ['a body of no length', headOf(url, json, 'Transfer-Encoding: chunked'), '1\r\n[\r\n'.repeat(1_000)],
    ['a packed body', headOf(url, json, 'Content-Encoding: gzip', 'Content-Length: 900'), '\x1f'.repeat(900)],
  ])('%s: is hung up on, and holds up nobody', async (_, at, dripped) => {
    const { port, send } = await listening(hasty)
    const slow = Array.from({ length: 20 }, () => drip(port, at, dripped))
    expect(await send()).toBe(202)
    const answers = await Promise.all(slow.map(({ ended }) => ended))
    for (const answer of answers) expect([[], [400], [408]]).toContainEqual(statusesIn(answer))
    expect(await send()).toBe(202)
  })

  it('says nothing at all: is hung up on as well', async () => {
    const { port } = await listening(hasty)
    expect(statusesIn(await rawClient(port).ended)).toEqual([408])
  })
})

it('more connections than may be open are hung up on, until others are done', async () => {
  const { port, send } = await listening({ ...hasty, headersTimeoutMs: 3_000, connections: 10 })
  const open = Array.from({ length: 10 }, () => rawClient(port))
  await Promise.all(open.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))))
  await expect.poll(() => app?.server.connections ?? 10).toBeGreaterThanOrEqual(10)
  expect(await rawClient(port).ended).toBe('')
  for (const { socket } of open) socket.destroy()
  await Promise.all(open.map(({ ended }) => ended))
  await expect.poll(() => send().catch(() => 0)).toBe(202)
})

describe('odd requests are answered, and never with a failure', () => {
  const body = '{"alerts":[]}'
  const length = `Content-Length: ${body.length}`
  const close = 'Connection: close'
  it.each([
    ['no content type', headOf(url, length, close) + body, [415]],
    ['text', headOf(url, 'Content-Type: text/plain', length, close) + body, [202, 400, 415]],
    [
      'a form',
      headOf(url, 'Content-Type: application/x-www-form-urlencoded', length, close) + body,
      [202, 400],
    ],
    ['a content type that is none', headOf(url, 'Content-Type: ;;;', length, close) + body, [415]],
    ['xml', headOf(url, 'Content-Type: application/xml', length, close) + body, [415]],
    ['no body', headOf(url, json, 'Content-Length: 0', close), [400]],
    ['neither body nor type', headOf(url, close), [202, 400]],
    ['half a text', `${headOf(url, json, 'Content-Length: 3', close)}{"a`, [400]],
    ['a key twice', `${headOf(url, json, 'Content-Length: 13', close)}{"a":1,"a":2}`, [202]],
    ['bytes that are no UTF-8', `${headOf(url, json, 'Content-Length: 4', close)}"\xff\xfe"`, [202]],
    ['two lengths', headOf(url, json, 'Content-Length: 13', 'Content-Length: 12') + body, [400]],
    ['a length and chunks', headOf(url, json, length, 'Transfer-Encoding: chunked') + body, [400]],
    ['a length that is none', headOf(url, json, 'Content-Length: many') + body, [400]],
    ['a chunk that is none', `${headOf(url, json, 'Transfer-Encoding: chunked')}zz\r\n`, [202, 400]],
    ['another expectation', headOf(url, json, length, 'Expect: a miracle', close) + body, [417]],
    ['brotli', headOf(url, json, length, 'Content-Encoding: br', close) + body, [415]],
    ['no gzip', headOf(url, json, length, 'Content-Encoding: gzip', close) + body, [400]],
  ])('%s', async (_, request, statuses) => {
    const { port, failures } = await listening(hasty)
    const client = rawClient(port)
    client.socket.write(Buffer.from(request, 'latin1'))
    const answered = statusesIn(await client.ended)
    expect(answered).toHaveLength(1)
    expect(statuses).toContain(answered[0])
    expect(failures).toEqual([])
  })

  it('Expect: 100-continue is told to go on', async () => {
    const { port } = await listening()
    const client = rawClient(port)
    client.socket.write(headOf(url, json, length, 'Expect: 100-continue', close))
    await expect.poll(() => statusesIn(client.answered())).toEqual([100])
    client.socket.write(body)
    expect(statusesIn(await client.ended)).toEqual([100, 202])
  })

  it('requests that do not wait for their answers get them all, in order', async () => {
    const { port, bodies } = await listening()
    const client = rawClient(port)
    const one = (index: number) => `{"n":${index}}`
    const requests = Array.from({ length: 300 }, (_, index) => {
      const last = index === 299 ? [close] : []
      return headOf(url, json, `Content-Length: ${one(index).length}`, ...last) + one(index)
    })
    client.socket.write(requests.join(''))
    expect(statusesIn(await client.ended)).toEqual(requests.map(() => 202))
    expect(bodies).toEqual(requests.map((_, n) => ({ n })))
  })

  it('a body that breaks off is let go, and the bytes it held are free again', async () => {
    const { port, send } = await listening({ ...serverLimits, bodyBytes: 400_000 })
    for (let round = 0; round < 10; round++) {
      const client = rawClient(port)
      client.socket.write(headOf(url, json, 'Content-Length: 1000000') + '['.padEnd(150_000))
      client.socket.end()
      await client.ended
    }
    const large = rawClient(port)
    large.socket.write(headOf(url, json, 'Content-Length: 150000', close) + '[]'.padEnd(150_000))
    expect(statusesIn(await large.ended)).toEqual([202])
    expect(await send()).toBe(202)
  })
})
