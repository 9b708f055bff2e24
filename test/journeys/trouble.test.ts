import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startFakeWebhook } from '../../examples/fakes/webhook.ts'
import { createClickHouse } from '../../src/clickhouse/client.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import type { IncidentView } from '../../src/web/incident-view.ts'
import { finished, firewatch, main, removeData, startUp, type UpFirewatch } from '../support/firewatch.ts'
import { freePort } from '../support/servers.ts'
import { shopAlerts, twoPeople } from './two-people.ts'

const soon = { timeout: 60_000, interval: 100 }

const tidy: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of tidy.splice(0).toReversed()) await step()
})

async function listening(answer: unknown, port: number): Promise<Server> {
  const server = createServer((_, response) => response.end(JSON.stringify(answer)))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return server
}

function closed(server: Server): Promise<unknown> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(resolve))
}

async function started(configuration: string, env: NodeJS.ProcessEnv): Promise<UpFirewatch> {
  const up = await startUp(configuration, env)
  tidy.push(async () => {
    await up.stop()
    await removeData(up.dataDir)
  })
  return up
}

describe('an invalid configuration', () => {
  it('names every error with file, line and path, and starts nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'firewatch-invalid-'))
    tidy.push(() => rm(folder, { recursive: true }))
    const file = join(folder, 'firewatch.yaml')
    const data = join(folder, 'data')
    await writeFile(
      file,
      twoPeople()
        .replace('[ben], ackTimeout: 60s', '[bob], ackTimeout: soon')
        .replace('role: responder', 'role: king'),
    )

    const { code, stderr } = await firewatch(['up', '--config', file, '--data', data])
    expect(code).toBe(5)
    expect(stderr).toMatch(/firewatch\.yaml:5:\d+ users\.ana\.role/)
    expect(stderr).toMatch(/firewatch\.yaml:11:\d+ policies\.wake\.steps\[1\]\.notify\[0\].*bob/)
    expect(stderr).toMatch(/firewatch\.yaml:11:\d+ policies\.wake\.steps\[1\]\.ackTimeout/)
    expect(await readdir(folder)).toEqual(['firewatch.yaml'])
  })
})

describe('N20 secrets that cannot be read', () => {
  it.each([['up'], ['serve'], ['worker'], ['config validate --env']])(
    '%s names them all with file and line, and starts nothing',
    async (command) => {
      const folder = await mkdtemp(join(tmpdir(), 'firewatch-secrets-'))
      tidy.push(() => rm(folder, { recursive: true }))
      const file = join(folder, 'firewatch.yaml')
      await writeFile(file, twoPeople())
      const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:1', CLICKHOUSE_URL: 'http://127.0.0.1:1' }
      const env = {
        ...nowhere,
        DATABASE_URL: 'postgres://127.0.0.1:1/x',
        FIREWATCH_CONFIG: file,
        JOURNEY_BEN_URL: '',
      }
      const where = command === 'up' ? ['--config', file, '--data', join(folder, 'data')] : []
      const what = command.startsWith('config') ? [file] : where

      const { code, stderr } = await firewatch([...command.split(' '), ...what], env)

      expect(code).toBe(5)
      expect(stderr).toMatch(
        /firewatch\.yaml:\d+:\d+ users\.ana\.\S+ \$\{env:JOURNEY_ANA_URL\}.* is not set; set it/,
      )
      expect(stderr).toMatch(
        /firewatch\.yaml:\d+:\d+ users\.ben\.\S+ \$\{env:JOURNEY_BEN_URL\}.* is empty; give it/,
      )
      expect(await readdir(folder)).toEqual(['firewatch.yaml'])
    },
  )

  it('config validate alone is content, and says that it did not look them up', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'firewatch-secrets-'))
    tidy.push(() => rm(folder, { recursive: true }))
    const file = join(folder, 'firewatch.yaml')
    await writeFile(file, twoPeople())
    const { code, stdout } = await firewatch(['config', 'validate', file])
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('2 references to secrets were not looked up; --env does that'),
    ])
  })
})

describe('N22 a port that is taken', () => {
  const secrets = { JOURNEY_ANA_URL: 'http://127.0.0.1:1/', JOURNEY_BEN_URL: 'http://127.0.0.1:1/' }
  const upOn = async (port: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'firewatch-port-'))
    tidy.push(() => rm(folder, { recursive: true }))
    const file = join(folder, 'firewatch.yaml')
    await writeFile(file, twoPeople())
    return await firewatch(['up', '--config', file, '--data', join(folder, 'data'), '--port', port], secrets)
  }

  it.each([
    ['another Firewatch', { live: true, run: 'another' }],
    ['something else', 'Welcome'],
  ])('by %s is refused by name, at once and without a log-in link', async (owner, answer) => {
    const other = await listening(answer, 0)
    tidy.push(() => closed(other))
    const { port } = other.address() as AddressInfo

    const { code, stdout, stderr } = await upOn(String(port))

    expect(code).toBe(3)
    expect(stderr).toContain(`port ${port} is taken by ${owner}: end it, or choose another port`)
    expect(stdout + stderr).not.toMatch(/login|starting/)
  })

  it.each(['abc', '65536', '-1', '80.5', ''])(
    'or no port at all, such as "%s", is wrong usage',
    async (port) => {
      const { code, stderr } = await upOn(port)
      expect([code, stderr]).toEqual([2, expect.not.stringContaining('    at ')])
    },
  )

  it('by another Firewatch while the servers start is told in one sentence, and ends everything', async () => {
    const port = await freePort()
    const folder = await mkdtemp(join(tmpdir(), 'firewatch-port-'))
    tidy.push(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'firewatch.yaml'), twoPeople())
    const args = [
      'up',
      '--config',
      join(folder, 'firewatch.yaml'),
      '--data',
      join(folder, 'data'),
      '--port',
      `${port}`,
    ]
    const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...secrets } })
    const end = finished(child)
    await once(child.stderr, 'data')
    const other = await listening({ live: true }, port)
    tidy.push(() => closed(other))

    const { code, stdout, stderr } = await end

    expect(code).toBe(3)
    expect(stderr.trim().split('\n').at(-1)).toMatch(
      new RegExp(`^port ${port} is taken by another Firewatch: end it, or`),
    )
    expect(stdout + stderr).not.toMatch(/login|Firewatch runs/)
  })

  it('by nobody: what answers there has the number of this run', async () => {
    const up = await started(twoPeople(), secrets)
    const run = await up.run()
    const answer = (await (await fetch(new URL('/health/live', run.url))).json()) as object
    expect(answer).toEqual({ live: true, run: expect.stringMatching(/^[\da-f-]{36}$/) })
  })
})

describe('a pager that cannot be reached', () => {
  it('is tried again, and then the next step takes over without waiting for its time', async () => {
    const ben = await startFakeWebhook()
    tidy.push(() => ben.stop())
    const nobody = `http://127.0.0.1:${await freePort()}/page`
    const up = await started(twoPeople('10m'), { JOURNEY_ANA_URL: nobody, JOURNEY_BEN_URL: ben.url })
    await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown']))
    await vi.waitFor(() => expect(ben.effects()).toHaveLength(1), soon)

    const seen = () => up.api<IncidentView>('GET', '/api/v1/incidents/INC-1')
    // It arrives before it is written down as sent.
    await vi.waitFor(
      async () =>
        expect((await seen()).pages.map(({ person, state }) => [person, state])).toEqual([
          ['ana', 'failed'],
          ['ben', 'sent'],
        ]),
      soon,
    )
    const { pages, timeline } = await seen()
    expect(pages[0]?.attempts).toBeGreaterThan(1)
    expect(timeline.map(({ summary }) => summary).join('\n')).toMatch(/Could not reach ana by webhook/)
  })
})

describe('a metric whose SQL fails', () => {
  const withCheck = `${twoPeople()}
sources:
  orders: { table: shop.orders, timeColumn: time }
metrics:
  orders: { title: Orders, source: orders, kind: count, sql: count() }
  broken: { title: Broken, source: orders, kind: count, sql: countIf(no_such_column > 0) }
checks:
  orders: { service: shop, metrics: [orders, broken], detector: { kind: same-time, threshold: 0.5 }, bucket: 5s, late: 0s }
`

  it('makes its check unknown and raises one alert about the check itself', async () => {
    const ana = await startFakeWebhook()
    tidy.push(() => ana.stop())
    const up = await started(withCheck, { JOURNEY_ANA_URL: ana.url, JOURNEY_BEN_URL: ana.url })
    const { clickhouseUrl, databaseUrl } = await up.run()
    const clickhouse = createClickHouse({ url: clickhouseUrl })
    tidy.push(() => clickhouse.close())
    await clickhouse.command('CREATE DATABASE IF NOT EXISTS shop')
    await clickhouse.command('CREATE TABLE shop.orders (time DateTime) ENGINE = MergeTree ORDER BY time')
    // Before the first row it would wait for data. These go on for ten minutes.
    await clickhouse.command('INSERT INTO shop.orders SELECT now() - 600 + number FROM numbers(1200)')

    const database = new pg.Client({ connectionString: databaseUrl })
    await database.connect()
    tidy.push(() => database.end())
    const verdictsOfBroken = async () =>
      (
        await database.query<{ state: string; reason: string }>(
          "SELECT state, reason FROM verdicts WHERE metric = 'broken'",
        )
      ).rows
    await vi.waitFor(async () => expect((await verdictsOfBroken()).length).toBeGreaterThanOrEqual(3), soon)
    expect((await verdictsOfBroken()).every(({ state }) => state === 'unknown')).toBe(true)
    expect((await verdictsOfBroken()).map(({ reason }) => reason)).toContain('missing-column')

    await vi.waitFor(
      async () => expect(await titles(up)).toEqual(['Check orders cannot measure (shop)']),
      soon,
    )
    const { alerts } = await up.api<IncidentView>('GET', '/api/v1/incidents/INC-1')
    expect(alerts.map(({ labels }) => labels['check'])).toEqual(['orders'])
    // Its first run may have come before there was a table.
    expect(alerts[0]?.annotations['summary']).toMatch(/cannot measure: .*(no_such_column|shop)/)
  })
})

async function titles(up: UpFirewatch): Promise<string[]> {
  const { incidents } = await up.api<{ incidents: Incident[] }>('GET', '/api/v1/incidents')
  return incidents.map(({ title }) => title)
}
