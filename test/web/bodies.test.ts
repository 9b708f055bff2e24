import { createGzip, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { createServer } from '../../src/web/server.ts'
import { serverLimits } from '../../src/web/server-limits.ts'
import { as, startWeb, takesNothing } from './world.ts'

let app: FastifyInstance | undefined
afterEach(async () => {
  await app?.close()
  app = undefined
})

/** @param until what the intake waits for before it answers */
async function listening(bodyBytes = serverLimits.bodyBytes, until: Promise<void> = Promise.resolve()) {
  const bodies: unknown[] = []
  const failures: string[] = []
  const take = async (body: unknown) => {
    bodies.push(body)
    await until
    return { accepted: 1, duplicates: 0, problems: [] }
  }
  const { dependencies } = await startWeb()
  const log = (message: string) => void failures.push(message)
  const intake = { ...takesNothing, firewatch: take, alertmanager: take }
  app = await createServer({ ...dependencies, intake, log }, { ...serverLimits, bodyBytes })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const send = async (
    body: string | Buffer<ArrayBuffer>,
    headers: Record<string, string> = {},
    path = '/api/v1/alerts',
  ) => {
    const answer = await fetch(`${address}${path}`, {
      method: 'POST',
      headers: { ...as('sender'), 'content-type': 'application/json', ...headers },
      body,
    })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  return { send, bodies, failures }
}

const gzip = { 'content-encoding': 'gzip' }
const large = '/api/v1/intake/alertmanager'
const mib = 1024 * 1024

/** A gzip of so many blanks, without ever holding them. */
async function bombOf(bytes: number): Promise<Buffer<ArrayBuffer>> {
  const packer = createGzip({ level: 9 })
  const chunks: Buffer[] = []
  packer.on('data', (chunk: Buffer) => void chunks.push(chunk))
  const ended = new Promise((resolve) => packer.once('end', resolve))
  const blanks = Buffer.alloc(mib, ' ')
  for (let left = bytes; left > 0; left -= blanks.length)
    if (!packer.write(blanks)) await new Promise((resolve) => packer.once('drain', resolve))
  packer.end()
  await ended
  return Buffer.concat(chunks)
}

describe('packed bodies', () => {
  it.each(['gzip', 'x-gzip', 'GZIP', 'identity'])('are taken as %s', async (encoding) => {
    const { send, bodies } = await listening()
    const body = JSON.stringify({ alerts: [{ text: 'é'.repeat(50_000) }] })
    const packed = encoding === 'identity' ? body : gzipSync(body)
    expect((await send(packed, { 'content-encoding': encoding })).status).toBe(202)
    expect(bodies).toEqual([JSON.parse(body)])
  })

  it.each(['br', 'deflate', 'zstd', 'gzip, gzip', 'compress'])(
    'are refused as %s, with what is taken instead',
    async (encoding) => {
      const { send } = await listening()
      const { status, headers, text } = await send('{}', { 'content-encoding': encoding })
      expect([status, headers.get('accept-encoding')]).toEqual([415, 'gzip'])
      expect(text).toContain(`\\"${encoding}\\" is not taken: send gzip`)
    },
  )

  it('that are no gzip, or only a part of one, are refused', async () => {
    const { send, failures } = await listening()
    const whole = gzipSync(JSON.stringify({ alerts: Array.from({ length: 5_000 }, (_, n) => n) }))
    for (const body of ['{}', whole.subarray(0, 2_000), whole.subarray(0, 5), Buffer.alloc(0)]) {
      const { status } = await send(body, gzip)
      expect(status).toBe(400)
    }
    expect(failures).toEqual([])
  })

  it('count as large as they are once inflated', async () => {
    const { send } = await listening()
    const body = JSON.stringify(Array.from({ length: 400_000 }, (_, n) => (n * 7_919) % 1_000_003))
    expect(body.length).toBeGreaterThan(2 * mib)
    const { status, text } = await send(gzipSync(body), gzip)
    expect([status, text]).toEqual([413, expect.stringContaining('larger than 2097152 bytes')])
    expect((await send(gzipSync(body), gzip, large)).status).toBe(202)
  })

  it('that inflate to gigabytes cost neither memory nor time, and the connection serves on', async () => {
    const { send } = await listening()
    const bomb = await bombOf(1024 * mib)
    expect(bomb.length).toBeGreaterThan(900_000)
    const before = process.memoryUsage().rss
    const begun = performance.now()
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(bomb, gzip, large)))
    expect(performance.now() - begun).toBeLessThan(5_000)
    for (const { status, text } of answers)
      expect([status, text]).toEqual([413, expect.stringContaining('more than 100 times its size')])
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * mib)
    expect((await send('{}')).status).toBe(202)
  })
})

describe('large bodies', () => {
  const body = (bytes: number) => '[]'.padEnd(bytes)

  it('that come all at once are refused with what makes their senders come again, and small ones are taken meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { send, bodies } = await listening(4 * mib, promise)
    const all = Array.from({ length: 40 }, () => send(body(mib), {}, large))
    // Half of the bytes are one sender's. Those that wait for the database hold theirs.
    const refused = (await firstOf(all, 38)).filter(({ status }) => status !== 202)
    expect(refused).toHaveLength(38)
    for (const { status, headers } of refused)
      expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    const small = send('{"small":true}')
    await expect.poll(() => bodies).toContainEqual({ small: true })
    resolve()
    expect((await small).status).toBe(202)
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 202)).toHaveLength(2)
    expect((await send(body(mib), {}, large)).status).toBe(202)
  })

  it('without a length are bounded like others', async () => {
    const { send } = await listening(4 * mib)
    expect((await send(gzipSync(body(3 * mib - 1), { level: 0 }), gzip, large)).status).toBe(503)
  })

  it.each([
    ['/api/v1/alerts', '['.repeat(20_000), 400, 'nested'],
    [large, '['.repeat(30 * mib), 400, 'nested'],
    [large, `[${'{},'.repeat(10 * mib)}{}]`, 413, 'more than 2000000 values'],
    ['/v2/enqueue', '['.repeat(mib), 400, 'nested'],
    ['/v2/alerts', '['.repeat(mib), 400, 'nested'],
    ['/slack/commands', '['.repeat(mib), 400, 'nested'],
  ])(
    '%s: a body that would cost many times its bytes is never parsed',
    async (path, text, status, problem) => {
      const { send, failures } = await listening()
      const answer = await send(text, {}, path)
      expect([answer.status, answer.text, failures]).toEqual([status, expect.stringContaining(problem), []])
    },
  )
})

/** The first of the answers, as they come. */
function firstOf<Value>(all: readonly Promise<Value>[], count: number): Promise<Value[]> {
  return new Promise((resolve, reject) => {
    const come: Value[] = []
    for (const one of all)
      one.then((value) => {
        if (come.push(value) === count) resolve(come)
      }, reject)
  })
}
