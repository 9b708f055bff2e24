import net, { type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openEventStream } from '../../src/web/event-stream.ts'
import type { Principal } from '../../src/web/access.ts'
import { eventRoutes } from '../../src/web/routes/events.ts'
import { createStreamSlots } from '../../src/web/stream-slots.ts'
import { as, principal, startWeb, type TestWeb } from './world.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  closing.push(async () => {
    app.server.closeAllConnections()
    await app.close()
  })
  return (app.server.address() as AddressInfo).port
}

async function connect(port: number, path: string, headers = ''): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`)
  return socket
}

const token = (role: 'viewer' | 'responder') => `authorization: ${as(role).authorization}\r\n`

/** A world whose look-ups wait until they are let go. */
async function slowWorld(): Promise<{ web: TestWeb; port: number; asked: () => number; go: () => void }> {
  let asked = 0
  const gate = Promise.withResolvers<void>()
  const web = await startWeb()
  const { incident } = web.state
  Object.assign(web.dependencies.incidents, {
    find: async () => {
      asked++
      await gate.promise
      return incident
    },
  })
  return { web, port: await listen(web.app), asked: () => asked, go: gate.resolve }
}

describe('N14 event streams of those who leave', () => {
  it('hold no place, when 500 leave during the first look-up', async () => {
    const { web, port, asked, go } = await slowWorld()
    const connections = () => promisify(web.app.server.getConnections.bind(web.app.server))()
    for (let batch = 1; batch <= 10; batch++) {
      const path = '/api/v1/events?incident=INC-42'
      const sockets = await Promise.all(
        Array.from({ length: 50 }, () => connect(port, path, token('responder'))),
      )
      await expect.poll(asked, { timeout: 20_000 }).toBe(batch * 50)
      for (const socket of sockets) socket.resetAndDestroy()
      await expect.poll(connections).toBe(0)
    }
    go()
    const [one, other] = await Promise.all(
      (['responder', 'viewer'] as const).map((role) =>
        fetch(`http://127.0.0.1:${port}/api/v1/events?incident=INC-42`, {
          headers: as(role),
          signal: AbortSignal.timeout(10_000),
        }),
      ),
    )
    expect([one?.status, other?.status]).toEqual([200, 200])
  })

  it('hold no place either while nobody is known yet, or what they ask for is not there', async () => {
    const app = fastify()
    const { incidents, marks } = (await startWeb()).dependencies
    eventRoutes(app, { incidents, marks, log: () => undefined } as never)
    const port = await listen(app)
    for (let batch = 0; batch < 12; batch++) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => fetch(`http://127.0.0.1:${port}/api/v1/events?incident=INC-7`)),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]))
    }
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/events`, {
      signal: AbortSignal.timeout(5_000),
    })
    expect(answer.status).toBe(200)
  })
})

describe('N14 event streams', () => {
  it('are bounded for each person, so that one cannot lock out the others', async () => {
    const { app } = await startWeb()
    const port = await listen(app)
    const open = (role: 'viewer' | 'responder') =>
      fetch(`http://127.0.0.1:${port}/api/v1/events`, { headers: as(role) })
    const mine = await Promise.all(Array.from({ length: 50 }, () => open('viewer')))
    expect(new Set(mine.map(({ status }) => status))).toEqual(new Set([200]))
    const [tooMany, others] = [await open('viewer'), await open('responder')]
    expect([tooMany.status, tooMany.headers.get('retry-after'), others.status]).toEqual([503, '5', 200])
    await mine[0]?.body?.cancel()
    await expect.poll(async () => (await open('viewer')).status).toBe(200)
  })

  it('are bounded in all', () => {
    const slots = createStreamSlots(3, 2)
    const taken = ['ana', 'ana', 'ben'].map((person) => slots.take(person))
    expect(taken.every(Boolean)).toBe(true)
    expect(['ana', 'ben', 'cy'].map((person) => slots.take(person))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    taken[0]?.()
    taken[0]?.()
    expect(slots.take('cy')).toBeDefined()
    expect(slots.take('cy')).toBeUndefined()
  })

  it('end soon after whoever watches is not known any more', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const known: { ana: Principal | undefined } = { ana: principal('ana', 'responder') }
    const { app, dependencies } = await startWeb()
    Object.assign(dependencies.credentials, { check: async () => known.ana })
    const port = await listen(app)
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/events`, { headers: as('responder') })
    vi.advanceTimersByTime(14_000)
    known.ana = undefined
    vi.advanceTimersByTime(1_000)
    await expect(answer.text()).resolves.toContain('event: changed')
  })
})

describe('N14 a reader who does not read', () => {
  /** A stream to a reader whose socket is paused, and what our process holds for them. */
  async function paused(drainWithinMs: number) {
    const app = fastify()
    const opened = Promise.withResolvers<{ stream: ReturnType<typeof openEventStream>; held: () => number }>()
    const closed = Promise.withResolvers<void>()
    app.get('/', (_request, reply) => {
      reply.hijack()
      const { raw } = reply
      raw.once('close', closed.resolve)
      const { socket } = raw
      opened.resolve({
        stream: openEventStream(raw, drainWithinMs),
        held: () => (socket?.writableLength ?? 0) + raw.writableLength,
      })
    })
    const socket = await connect(await listen(app), '/')
    socket.pause()
    return { ...(await opened.promise), closed: closed.promise, socket }
  }

  const mebibyte = (mark: number) => ({ mark, filler: 'x'.repeat(1024 * 1024) })

  it('is told only the newest mark once they read on, and none of what was between', async () => {
    const { stream, held, socket } = await paused(60_000)
    for (let mark = 1; mark <= 200; mark++) {
      stream.send('changed', mebibyte(mark))
      stream.sendIfReady('alive', {})
      await delay(0)
    }
    expect(held()).toBeLessThan(4 * 1024 * 1024)
    let read = ''
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => (read += text))
    socket.resume()
    await expect.poll(() => read, { timeout: 10_000 }).toContain('"mark":200,')
    const marks = [...read.matchAll(/"mark":(\d+),/g)].map(([, mark]) => Number(mark))
    expect(marks.length).toBeLessThan(50)
    expect(marks.at(-1)).toBe(200)
  })

  it('is cut off when they do not in time, also at the end of the stream', async () => {
    for (const ends of [false, true]) {
      const { stream, closed } = await paused(200)
      for (let mark = 1; mark <= 20; mark++) {
        stream.send('changed', mebibyte(mark))
        await delay(0)
      }
      if (ends) stream.end()
      await closed
      // Nothing follows, and nothing breaks.
      stream.send('changed', { mark: 21 })
      stream.end()
    }
  })
})
