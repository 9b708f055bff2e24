import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import type { CheckReading } from '../../src/web/dependencies.ts'
import type { IncidentView } from '../../src/web/incident-view.ts'
import { parseOpenMetrics, valueIn } from '../support/open-metrics.ts'
import { createProductionWorld, type ProductionWorld } from './production-world.ts'

/** How long each store stays away. CI makes it a minute. */
const outageMs = Number(process.env['FIREWATCH_OUTAGE_SECONDS'] ?? 5) * 1_000
const outageTest = { timeout: outageMs + 240_000 }
const soon = { timeout: 90_000, interval: 100 }
const manyAlerts = 100
const secret = 'signs-the-pages'

const configuration = `
services:
  shop: { owner: ana }
users:
  root: { title: Admin, role: admin }
  ana: { title: On call, role: responder, contacts: [{ channel: webhook, url: '\${env:ANA_URL}', secret: '\${env:ANA_SECRET}' }] }
  slow: { title: Whose pager is slow, role: responder, contacts: [{ channel: webhook, url: '\${env:SLOW_URL}' }] }
  prometheus: { title: Prometheus, role: viewer }
policies:
  wake: { steps: [{ notify: [ana], ackTimeout: 10m }], fallback: [ana] }
  slowly: { steps: [{ notify: [slow], ackTimeout: 10m }], fallback: [slow] }
sources:
  orders: { table: shop.orders, timeColumn: time }
metrics:
  orders: { title: Orders, source: orders, kind: count, sql: count() }
checks:
  orders: { service: shop, metrics: [orders], detector: { kind: same-time, threshold: 0.5 }, bucket: 5s, late: 0s }
routes:
  - { match: { service: slow }, policies: { default: slowly }, stableFor: 1s }
  - { policies: { default: wake }, stableFor: 1s }
`

describe('production: serve and two workers beside servers of their own', () => {
  let ana: FakeWebhook
  let slow: SlowPager
  let world: ProductionWorld
  let admin = ''
  let viewer = ''

  beforeAll(async () => {
    ana = await startFakeWebhook({ secret })
    slow = await startSlowPager()
    world = await createProductionWorld(configuration, {
      ANA_URL: ana.url,
      ANA_SECRET: secret,
      SLOW_URL: slow.url,
    })
  })
  afterAll(async () => {
    await world?.stop()
    await Promise.all([ana?.stop(), slow?.stop()])
  })

  const main = (...args: string[]) => world.run(['src/app/main.ts', ...args])
  const request = (method: string, path: string, body?: object, token = admin) =>
    fetch(new URL(path, world.serverUrl), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const alert = (alertname: string, service = 'shop', status = 'firing') =>
    request('POST', '/api/v1/alerts', {
      alerts: [
        {
          status,
          labels: { alertname, service, severity: 'critical' },
          annotations: { summary: `${alertname} is wrong` },
        },
      ],
    })
  /** Titles of every incident that a page told of, also among others. */
  const incidentsTold = () =>
    ana.effects().flatMap(({ body }) => {
      if (body['kind'] !== 'page') return []
      return [body, ...(body['bundled'] as object[])].map((one) => String((one as { title: unknown }).title))
    })
  const toldOf = (name: string) => incidentsTold().filter((title) => title.includes(name))
  /** Fifty alerts a second of one incident, each of its own instance, until it is stopped. */
  const startFlood = () => {
    const accepted: string[] = []
    const refusals: string[] = []
    const sending: Promise<void>[] = []
    const send = async (instance: string) => {
      const labels = { alertname: 'Flood', service: 'shop', severity: 'warning', instance }
      const answer = await request('POST', '/api/v1/alerts', { alerts: [{ status: 'firing', labels }] })
      if (answer.status === 202) accepted.push(instance)
      else refusals.push(`${answer.status}, retry after ${answer.headers.get('retry-after')}`)
    }
    const timer = setInterval(() => sending.push(send(`i${sending.length}`)), 20)
    return {
      async stop() {
        clearInterval(timer)
        await Promise.all(sending)
        return { accepted, refusals }
      },
    }
  }
  const instancesOf = async (alertname: string) => {
    const found = await (await request('GET', `/api/v1/incidents?text=${alertname}`)).json()
    const { number } = (found as { incidents: Incident[] }).incidents[0] ?? { number: 0 }
    return (await incidentOf(number)).alerts.map(({ labels }) => labels['instance'])
  }
  const ready = async (url: string) => {
    const response = await fetch(new URL('/health/ready', url))
    const { missing } = (await response.json()) as { missing: Record<string, string> }
    return { status: response.status, missing: Object.keys(missing) }
  }
  const everywhere = () => [world.serverUrl, ...world.workerUrls]
  const allReady = () =>
    vi.waitFor(async () => {
      for (const url of everywhere()) expect(await ready(url)).toEqual({ status: 200, missing: [] })
    }, soon)
  const allMiss = (name: string) =>
    vi.waitFor(async () => {
      for (const url of everywhere()) expect(await ready(url)).toEqual({ status: 503, missing: [name] })
    }, soon)
  const incidentOf = async (number: number) =>
    (await (await request('GET', `/api/v1/incidents/INC-${number}`)).json()) as {
      incident: Incident
    } & IncidentView
  const newestVerdict = async () => {
    const answer = await request('GET', '/api/v1/checks/orders/verdicts')
    const { series } = (await answer.json()) as Pick<CheckReading, 'series'>
    return series[0]?.verdicts.at(-1)
  }
  const serverMetrics = async () =>
    parseOpenMetrics(await (await request('GET', '/metrics', undefined, viewer)).text())

  it('makes the first token straight in the database, before any server ran', async () => {
    const first = (await main('token', 'root', '--direct')).stdout.trim()
    const made = JSON.parse((await main('token', 'root', '--direct', '--replace', '--json')).stdout) as {
      role: string
      token: string
    }
    admin = made.token
    expect(made.role).toBe('admin')
    expect((await main('token', 'mallory', '--direct')).code).toBe(4)
    const away = await world.run(['src/app/main.ts', 'token', 'root', '--direct'], {
      DATABASE_URL: 'postgres://127.0.0.1:1/x',
    })
    expect([away.code, away.stderr.trim()]).toEqual([
      3,
      'PostgreSQL at 127.0.0.1:1 does not answer: ECONNREFUSED',
    ])

    await world.server.start()
    expect((await request('GET', '/api/v1/incidents')).status).toBe(200)
    expect((await request('GET', '/api/v1/incidents', undefined, first)).status).toBe(401)
    viewer = (
      (await (await request('POST', '/api/v1/tokens', { person: 'prometheus' })).json()) as { token: string }
    ).token
  })

  it('is ready with its workers, and the health check of the image says so', async () => {
    await Promise.all(world.workers.map((worker) => worker.start()))
    await allReady()
    const [serverPort, workerPort] = [world.serverUrl, world.workerUrls[0] ?? ''].map(
      (url) => new URL(url).port,
    )
    expect((await world.run(['bin/health.mjs'], { FIREWATCH_PORT: serverPort })).code).toBe(0)
    expect(
      (await world.run(['bin/health.mjs'], { FIREWATCH_PORT: '1', FIREWATCH_METRICS_PORT: workerPort })).code,
    ).toBe(0)
    const nobody = await world.run(['bin/health.mjs'], { FIREWATCH_PORT: '1' })
    expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('/health/live does not answer')])
  })

  it('pages for an alert, is acknowledged and resolved, and reviews', async () => {
    expect((await alert('CheckoutDown')).status).toBe(202)
    await vi.waitFor(() => expect(toldOf('CheckoutDown')).toHaveLength(1), soon)
    expect((await request('POST', '/api/v1/incidents/INC-1/acknowledge', {})).status).toBe(200)
    expect((await request('POST', '/api/v1/incidents/INC-1/resolve', { anyway: true })).status).toBe(200)
    await vi.waitFor(
      async () => expect((await request('GET', '/api/v1/incidents/INC-1/review')).status).toBe(200),
      soon,
    )
    await vi.waitFor(async () => {
      const { incident, timeline } = await incidentOf(1)
      expect(incident).toMatchObject({ state: 'resolved', acknowledgedBy: 'root', resolvedBy: 'root' })
      expect(timeline.map(({ kind }) => kind)).toContain('review')
    }, soon)
  })

  it('tells of itself as OpenMetrics: the server to viewers only, workers on a port of their own', async () => {
    expect((await fetch(new URL('/metrics', world.serverUrl))).status).toBe(401)
    const response = await request('GET', '/metrics', undefined, viewer)
    expect(response.headers.get('content-type')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    )
    await request('POST', '/api/v1/alerts', { alerts: 'none' })
    const served = await serverMetrics()
    expect(valueIn(served, 'firewatch_alerts_accepted_total', { door: 'firewatch' })).toBe(1)
    expect(
      valueIn(served, 'firewatch_intake_refused_total', { door: 'firewatch', reason: 'not-understood' }),
    ).toBe(1)
    expect(valueIn(served, 'firewatch_inbox_waiting_alerts')).toBe(0)
    expect(valueIn(served, 'firewatch_incidents', { state: 'resolved', severity: 'P1' })).toBe(1)
    expect(valueIn(served, 'firewatch_pages', { channel: 'webhook', state: 'sent' })).toBeGreaterThan(0)
    await vi.waitFor(async () => {
      const checks = await serverMetrics()
      expect(valueIn(checks, 'firewatch_check_series', { check: 'orders', state: 'unknown' })).toBe(1)
      const age =
        Date.now() / 1_000 -
        (valueIn(checks, 'firewatch_check_last_run_timestamp_seconds', { check: 'orders' }) ?? 0)
      expect(age).toBeLessThan(30)
    }, soon)

    const worked = await Promise.all(
      world.workerUrls.map(async (url) =>
        parseOpenMetrics(await (await fetch(new URL('/metrics', url))).text()),
      ),
    )
    const total = (name: string, labels: Record<string, string>) =>
      worked.reduce((sum, families) => sum + (valueIn(families, name, labels) ?? 0), 0)
    expect(total('firewatch_page_outcomes_total', { channel: 'webhook', state: 'sent' })).toBeGreaterThan(0)
    expect(total('firewatch_page_taken_seconds_count', { channel: 'webhook' })).toBeGreaterThan(0)
    expect(
      total('firewatch_activity_seconds_count', { activity: 'draftReview', outcome: 'done' }),
    ).toBeGreaterThan(0)
    const temporal = await (await fetch(new URL('/metrics/temporal', world.workerUrls[0] ?? ''))).text()
    expect(temporal).toMatch(/^temporal_worker_task_slots_available\{/m)
  })

  it('logs JSON that says which incident it is about, in server and workers', async () => {
    const lines = (...parts: { output(): string }[]) =>
      parts.flatMap((part) =>
        part
          .output()
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { msg: string; incident?: string }),
      )
    const about = (name: string, of: ReturnType<typeof lines>) =>
      of.filter(({ incident }) => incident === name).map(({ msg }) => msg)
    const served = lines(world.server)
    expect(about('INC-1', served)).toEqual(
      expect.arrayContaining(['alerts brought to their incident', 'request']),
    )
    await vi.waitFor(() => {
      const deeds = ['advance', 'page sent', 'draftReview']
      expect(about('INC-1', lines(...world.workers))).toEqual(expect.arrayContaining(deeds))
    }, soon)
    for (const line of [...served, ...lines(...world.workers)]) {
      expect(line).toMatchObject({
        level: expect.any(String),
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        process: expect.stringMatching(/^(server|worker)$/),
        msg: expect.any(String),
      })
    }
    expect(world.server.output()).not.toContain(admin)
  })

  it(
    'F17, N07: pages for each alert once while Temporal is away, says so, and keeps every incident when it is back',
    outageTest,
    async () => {
      const pids = [world.server, ...world.workers].map((part) => part.pid())
      const backAt = Date.now() + outageMs
      await world.temporal.end('SIGKILL')
      await allMiss('temporal')
      const names = Array.from({ length: manyAlerts }, (_, number) => `WhileTemporalWasAway${number}`)
      for (const name of names) expect((await alert(name)).status).toBe(202)
      const told = () => incidentsTold().filter((title) => title.includes('WhileTemporalWasAway'))
      await vi.waitFor(() => expect(new Set(told()).size).toBe(manyAlerts), soon)
      expect(valueIn(await serverMetrics(), 'firewatch_inbox_waiting_alerts')).toBe(0)
      expect((await fetch(new URL('/health/live', world.serverUrl))).status).toBe(200)

      await delay(Math.max(0, backAt - Date.now()))
      await world.temporal.start()
      await allReady()
      expect((await alert('WhenTemporalWasBack')).status).toBe(202)
      await vi.waitFor(() => expect(toldOf('WhenTemporalWasBack')).toHaveLength(1), soon)
      expect(told()).toHaveLength(manyAlerts)
      expect([world.server, ...world.workers].map((part) => part.pid())).toEqual(pids)
    },
  )

  it(
    'F15: refuses alerts while PostgreSQL is away, with when to come again, and loses none that it took',
    outageTest,
    async () => {
      const flood = startFlood()
      const backAt = Date.now() + outageMs
      await world.postgres.end('SIGKILL')
      await allMiss('postgres')
      const refused = await alert('WhilePostgresWasAway')
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])

      await delay(Math.max(0, backAt - Date.now()))
      await world.postgres.start()
      await allReady()
      expect((await alert('WhilePostgresWasAway')).status).toBe(202)
      await vi.waitFor(() => expect(toldOf('WhilePostgresWasAway')).toHaveLength(1), soon)
      const { accepted, refusals } = await flood.stop()
      expect(refusals.length).toBeGreaterThan(0)
      expect(new Set(refusals)).toEqual(new Set(['503, retry after 5']))
      expect(accepted.length).toBeGreaterThan(0)
      await vi.waitFor(
        async () => expect(await instancesOf('Flood')).toEqual(expect.arrayContaining(accepted)),
        soon,
      )
    },
  )

  it('pages while ClickHouse is away, when only the checks know nothing', outageTest, async () => {
    const backAt = Date.now() + outageMs
    await world.clickhouse.end('SIGKILL')
    await allMiss('clickhouse')
    expect((await alert('WhileClickhouseWasAway')).status).toBe(202)
    await vi.waitFor(() => expect(toldOf('WhileClickhouseWasAway')).toHaveLength(1), soon)
    // The checks that cannot measure are an incident of their own.
    await vi.waitFor(() => expect(toldOf('Check orders cannot measure')).toHaveLength(1), soon)
    expect(await newestVerdict()).toMatchObject({ state: 'unknown', reason: 'query-failed', value: null })

    await delay(Math.max(0, backAt - Date.now()))
    await world.clickhouse.start()
    await allReady()
    await vi.waitFor(async () => {
      const { incidents } = (await (await request('GET', '/api/v1/incidents?state=resolved')).json()) as {
        incidents: Incident[]
      }
      expect(incidents.map(({ title }) => title)).toContain('Check orders cannot measure (shop)')
    }, soon)
    expect((await newestVerdict())?.reason).not.toBe('query-failed')
  })

  it('lets a worker that is told to end finish the page that it is sending', async () => {
    expect((await alert('Slow', 'slow')).status).toBe(202)
    await vi.waitFor(() => expect(slow.waiting()).toBe(1), soon)
    const ends = world.workers.map((worker) => worker.end('SIGTERM'))
    await vi.waitFor(async () => {
      const states = await Promise.all(
        world.workerUrls.map((url) => ready(url).catch(() => ({ status: 0, missing: [] as string[] }))),
      )
      // One has ended already, or both wait; neither takes work.
      for (const { status, missing } of states) expect(status === 0 || missing.includes('worker')).toBe(true)
    }, soon)
    slow.release()
    expect(await Promise.all(ends)).toEqual([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ])
    const { incidents } = (await (await request('GET', '/api/v1/incidents?state=open')).json()) as {
      incidents: Incident[]
    }
    const number = incidents.find(({ service }) => service === 'slow')?.number
    const { pages } = await incidentOf(number ?? 0)
    expect(pages.map(({ state, attempts }) => [state, attempts])).toEqual([['sent', 1]])
  })

  it('keeps alerts while all workers are gone, and pages when they are back', async () => {
    expect((await alert('WhileWorkersWereAway')).status).toBe(202)
    await Promise.all(world.workers.map((worker) => worker.start()))
    await vi.waitFor(() => expect(toldOf('WhileWorkersWereAway')).toHaveLength(1), soon)
  })

  it('ends the server at once when it is told to, also while somebody watches', async () => {
    const watching = await request('GET', '/api/v1/events')
    expect(watching.status).toBe(200)
    expect(await world.server.end('SIGTERM')).toEqual({ code: 0, signal: null })
    await watching.body?.cancel()
  })
})

interface SlowPager {
  readonly url: string
  /** Pages that have no answer yet. */
  waiting(): number
  /** Takes those that wait, and from now on every other at once. */
  release(): void
  stop(): Promise<void>
}

async function startSlowPager(): Promise<SlowPager> {
  const held: (() => void)[] = []
  let isHolding = true
  const server = createServer((incoming, response) => {
    incoming.resume()
    const answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    if (isHolding) held.push(answer)
    else answer()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waiting: () => held.length,
    release() {
      isHolding = false
      for (const answer of held.splice(0)) answer()
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
