import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startFakeWebhook } from '../../examples/fakes/webhook.ts'
import { createClickHouse } from '../../src/clickhouse/client.ts'
import type { Incident } from '../../src/domain/incident.ts'
import type { IncidentRecords } from '../../src/web/dependencies.ts'
import { firewatch, removeData, startUp, type UpFirewatch } from '../support/firewatch.ts'
import { freePort } from '../support/servers.ts'
import { shopAlerts, twoPeople } from './two-people.ts'

const soon = { timeout: 60_000, interval: 100 }

const tidy: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of tidy.splice(0).toReversed()) await step()
})

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

describe('a pager that cannot be reached', () => {
  it('is tried again, and then the next step takes over without waiting for its time', async () => {
    const ben = await startFakeWebhook()
    tidy.push(() => ben.stop())
    const nobody = `http://127.0.0.1:${await freePort()}/page`
    const up = await started(twoPeople('10m'), { JOURNEY_ANA_URL: nobody, JOURNEY_BEN_URL: ben.url })
    await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown']))
    await vi.waitFor(() => expect(ben.effects()).toHaveLength(1), soon)

    const { pages, timeline } = await up.api<IncidentRecords>('GET', '/api/v1/incidents/INC-1')
    expect(pages.map(({ person, state }) => [person, state])).toEqual([
      ['ana', 'failed'],
      ['ben', 'sent'],
    ])
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

    const database = new pg.Client({ connectionString: databaseUrl })
    await database.connect()
    tidy.push(() => database.end())
    const verdicts = async () =>
      (await database.query<{ state: string; reason: string }>('SELECT state, reason FROM verdicts')).rows
    await vi.waitFor(async () => expect((await verdicts()).length).toBeGreaterThanOrEqual(6), soon)
    expect(new Set((await verdicts()).map(({ state, reason }) => `${state} ${reason}`))).toEqual(
      new Set(['unknown query-failed']),
    )

    await vi.waitFor(async () => expect(await titles(up)).toEqual(['shop: check-failing']), soon)
    const { alerts } = await up.api<IncidentRecords>('GET', '/api/v1/incidents/INC-1')
    expect(alerts.map(({ labels }) => labels['check'])).toEqual(['orders'])
    expect(alerts[0]?.annotations['summary']).toContain('no_such_column')
  })
})

async function titles(up: UpFirewatch): Promise<string[]> {
  const { incidents } = await up.api<{ incidents: Incident[] }>('GET', '/api/v1/incidents')
  return incidents.map(({ title }) => title)
}
