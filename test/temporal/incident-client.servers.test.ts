import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Client, Connection } from '@temporalio/client'
import { NativeConnection } from '@temporalio/worker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIncidentClient } from '../../src/temporal/incident-client.ts'
import { startTemporal } from '../support/temporal.ts'

const answerWithinMs = 400
/** Far below what would be waited for without a deadline, and far above what a busy machine needs. */
const atLatestMs = 5_000

const likesDown = { number: 42, title: 'Likes down', service: 'feed', severity: 'P1' } as const

/** Takes connections on loopback, and hands on what comes to Temporal for as long as it is not mute. */
async function startRelay(temporal: string | undefined) {
  const sockets = new Set<Socket>()
  let isMute = temporal === undefined
  const server = createServer((socket) => {
    const keep = (one: Socket) => void sockets.add(one.on('error', () => undefined))
    keep(socket)
    if (temporal === undefined) return void socket.resume()
    const { hostname, port } = new URL(`tcp://${temporal}`)
    const behind = connect(Number(port), hostname)
    keep(behind)
    socket.on('data', (data) => isMute || behind.write(data))
    behind.on('data', (data) => isMute || socket.write(data))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: () => sockets.size,
    mute: () => void (isMute = true),
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}

let temporal: Awaited<ReturnType<typeof startTemporal>>
beforeAll(async () => {
  temporal = await startTemporal()
})
afterAll(() => temporal?.teardown())

/** Rejects in time: afterwards, how long it took. */
async function rejectsAfter(call: Promise<unknown>): Promise<number> {
  const began = performance.now()
  await expect(call).rejects.toThrow()
  return performance.now() - began
}

describe('the client of incident workflows', () => {
  it('gives up in time on a Temporal that takes connections and never answers', async () => {
    await using stack = new AsyncDisposableStack()
    const silent = stack.adopt(await startRelay(undefined), (one) => one.stop())
    const connection = stack.adopt(Connection.lazy({ address: silent.address }), (one) => one.close())
    const incidents = createIncidentClient(new Client({ connection }), answerWithinMs)
    const tookMs = await Promise.all([
      rejectsAfter(incidents.notify(likesDown)),
      rejectsAfter(incidents.isRunning(42)),
    ])
    expect(silent.accepted()).toBeGreaterThan(0)
    expect(Math.max(...tookMs)).toBeLessThan(atLatestMs)
  })

  it('gives up in time on one that falls silent, over the worker’s own connection', async () => {
    await using stack = new AsyncDisposableStack()
    const relay = stack.adopt(await startRelay(temporal.address), (one) => one.stop())
    const connection = stack.adopt(await NativeConnection.connect({ address: relay.address }), (one) =>
      one.close(),
    )
    const incidents = createIncidentClient(new Client({ connection }), answerWithinMs)
    expect(await incidents.isRunning(42)).toBe(false)
    await incidents.notify(likesDown)
    expect(await incidents.isRunning(42)).toBe(true)
    relay.mute()
    const tookMs = await Promise.all([
      rejectsAfter(incidents.notify(likesDown)),
      rejectsAfter(incidents.isRunning(42)),
    ])
    expect(Math.max(...tookMs)).toBeLessThan(atLatestMs)
  })
})
