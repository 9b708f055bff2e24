import { randomUUID } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { firewatch, startUp } from '../support/firewatch.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import { crashWorld, incidentsIn, isAlive, pagesOf, show, soon } from './crash-world.ts'
import { shopAlerts, twoPeople } from './two-people.ts'

const world = crashWorld()

describe('kill -9', () => {
  it('of the server right after it accepted alerts loses none and pages for each once', async () => {
    const { ana, up } = world
    const names = Array.from({ length: 20 }, (_, index) => `Alert${index}`)
    const { processes } = await up.run()
    await up.api('POST', '/api/v1/alerts', shopAlerts(names))
    process.kill(processes['server'] ?? Number.NaN, 'SIGKILL')

    const told = () => pagesOf(ana).flatMap(({ body }) => incidentsIn(body))
    await vi.waitFor(() => expect(new Set(told()).size).toBe(names.length), soon)
    expect(told()).toHaveLength(names.length)
    // The worker pages before the supervisor has started the server again.
    const listed = () => up.api<{ incidents: Incident[] }>('GET', '/api/v1/incidents')
    const { incidents } = await vi.waitFor(listed, soon)
    expect(incidents.map(({ title }) => title).toSorted()).toEqual(
      names.map((name) => `${name} is wrong (shop)`).toSorted(),
    )
  })

  it('of everything at once leaves nothing behind that blocks the next start, and the story goes on', async () => {
    const { ana, ben, env, up } = world
    await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown']))
    await vi.waitFor(() => expect(pagesOf(ana)).toHaveLength(1), soon)
    const { processes } = await up.run()
    up.child.kill('SIGKILL')
    await vi.waitFor(() => expect(Object.values(processes).filter(isAlive)).toEqual([]), soon)

    world.up = await startUp(twoPeople(), env, up.dataDir)
    await vi.waitFor(() => expect(pagesOf(ben)).toHaveLength(1), soon)
    // Whoever died between the answer and the note of it repeats the page, under its key.
    expect(new Set(pagesOf(ana).map(({ key }) => key)).size).toBe(1)
  })
})

describe('a running Firewatch', () => {
  it('is told from a second start on the same data, which refuses and names path and owner, and takes a repeated command as one', async () => {
    const { ana, env, up } = world
    const second = await firewatch(
      ['up', '--config', `${up.dataDir}/firewatch.yaml`, '--data', up.dataDir],
      env,
    )
    expect(second.code).toBe(3)
    expect(second.stderr).toContain(up.dataDir)
    expect(second.stderr).toContain(String(up.child.pid))

    await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown']))
    await vi.waitFor(() => expect(pagesOf(ana)).toHaveLength(1), soon)
    const key = randomUUID()
    const { url, token } = await up.run()
    const acknowledge = async () => {
      const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key }
      const response = await fetch(new URL('/api/v1/incidents/INC-1/acknowledge', url), {
        method: 'POST',
        headers,
      })
      return response.json()
    }
    expect(await acknowledge()).toEqual(await acknowledge())
    const { records } = await show(up)
    expect(records.timeline.filter(({ kind }) => kind === 'acknowledged')).toHaveLength(1)
  })
})
