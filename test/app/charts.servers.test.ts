import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCharts } from '../../src/app/charts.ts'
import { createCheckDetails } from '../../src/app/check-details.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import { type ClickHouse, createClickHouse } from '../../src/clickhouse/client.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { fingerprintOf, type Labels } from '../../src/domain/alert/alert.ts'
import { identityOf } from '../../src/domain/check/alerts.ts'
import { clearState } from '../../src/domain/check/alert-state.ts'
import { sourceSeries } from '../../src/domain/check/self-alerts.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { storeStandings } from '../../src/postgres/series-states.ts'
import { makeFolder, type RunningServer, startServer } from '../chdb/running-server.ts'
import { testFolder } from '../support/on-call-files.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

const yaml = `
timeZone: Europe/Berlin
services: { shop: { dashboardUrl: https://boards.example/shop } }
sources: { orders: { table: shop.orders } }
metrics:
  latency: { title: Checkout latency, unit: ms, kind: gauge, source: orders, sql: avg(took) }
slices: { region: { sql: region, groups: [eu, us] } }
checks:
  slow:
    service: shop
    metrics: [latency]
    slices: [total, region]
    bucket: 5m
    late: 0
    detector: { kind: threshold, op: '>', value: 500, clear: 400 }
users: { ana: { contacts: [{ channel: webhook, url: https://ana.example }] } }
policies: { default: { steps: [{ notify: [ana] }] } }
routes: [{ policies: { default: default } }]
`
const minute = 60_000
const now = Date.parse('2026-11-24T12:00:00Z')
const iso = (minutesAgo: number) => new Date(now - minutesAgo * minute).toISOString()
const series = { check: 'slow', metric: 'latency', slice: 'region', group: 'eu' }
const seriesLabels = { ...identityOf(series), service: 'shop', severity: 'critical', check: 'slow' }

const folder = testFolder()
let postgres: TestPostgres
let database: OpenDatabase
let chdb: RunningServer
let path: Awaited<ReturnType<typeof makeFolder>>
let clickhouse: ClickHouse
let configuration: Configuration
let records: Records

beforeAll(async () => {
  configuration = await loadConfiguration(await folder.write('firewatch.yaml', yaml))
  path = await makeFolder()
  ;[postgres, chdb] = await Promise.all([startPostgres(), startServer(path.path)])
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  records = createRecords(database.db, () => new Date(now))
  await records.configurations.save(configuration)
  clickhouse = createClickHouse({ url: chdb.url })
  await clickhouse.command('CREATE DATABASE shop')
  await clickhouse.command(
    'CREATE TABLE shop.orders (time DateTime64(3), region String, took Float64) ENGINE = MergeTree ORDER BY time',
  )
  // A row a minute up to twenty minutes ago; slow in Europe from an hour ago on.
  const rows = Array.from({ length: 400 }, (_, index) => 20 + index).flatMap((ago) => [
    { time: iso(ago), region: 'eu', took: ago <= 60 ? 1_500 : 200 },
    { time: iso(ago), region: 'us', took: 100 },
  ])
  await clickhouse.insert('shop.orders', rows)
})
afterAll(async () => {
  await clickhouse?.close()
  await chdb?.end()
  await path?.remove()
  await database?.close()
  await postgres?.stop()
})
beforeEach(() => database.pool.query('TRUNCATE incidents, series_states CASCADE'))

function chartsOver(store: ClickHouse) {
  return createCharts({
    records,
    clickhouse: store,
    running: () => configuration,
    log: () => undefined,
    now: () => new Date(now),
  })
}

async function incidentWith(labels: Labels, fingerprint = fingerprintOf(labels), startedAt = iso(60)) {
  await database.db
    .insertInto('incidents')
    .values({
      number: 7,
      grouping_key: 'k',
      title: 'shop: slow',
      service: 'shop',
      severity: 'P1',
      state: 'open',
      labels: JSON.stringify(labels),
      config_revision: configuration.revision,
      chart_token: 'c0ffee',
      started_at: new Date(startedAt),
    })
    .execute()
  await database.db
    .insertInto('incident_alerts')
    .values({
      incident: 7,
      source: 'check/orders',
      fingerprint,
      status: 'firing',
      labels: JSON.stringify(labels),
      annotations: '{}',
      starts_at: new Date(startedAt),
    })
    .execute()
  return records.incidents.get(7)
}

describe('N34: the chart of what is kept and measured', () => {
  it('of a threshold has its lines, its unit and the stretch in which it fired', async () => {
    const incident = await incidentWith(seriesLabels)
    const charts = chartsOver(clickhouse)
    expect(await charts.about(incident)).toEqual({
      title: 'Checkout latency on eu',
      unit: 'ms',
      rule: { kind: 'threshold', op: '>', value: 500, clear: 400 },
    })
    const reading = await charts.ofIncident(incident)
    if (reading.kind !== 'chart') throw new Error(`it is ${reading.kind}`)
    const { lines, limits, firing, timeZone, gap, markers } = reading.model
    expect(lines.map(({ label }) => label)).toEqual(['measured'])
    expect(limits.map(({ label }) => label)).toEqual(['fires above 0.5 s', 'clears at 0.4 s or below'])
    // A gauge of nothing says nothing: it neither fires nor clears.
    expect(firing[0]?.from).toBe(iso(60))
    expect(timeZone).toBe('Europe/Berlin')
    expect(gap).toEqual({ from: iso(15), to: iso(0) })
    expect(markers.map(({ kind }) => kind)).toEqual(['start', 'last-sample'])
    expect(charts.svg(reading.model, 'narrow')).toContain('Europe/Berlin')
    const elsewhere = await charts.ofIncident(incident, 'Asia/Kolkata')
    expect(elsewhere).toMatchObject({ model: { timeZone: 'Asia/Kolkata' } })
  })

  it('of a silent source has its rows, the last of them and the gap', async () => {
    const labels = { alertname: 'source-silent', source: 'orders', service: 'shop', severity: 'warning' }
    const incident = await incidentWith(labels, fingerprintOf(identityOf(sourceSeries('orders'))), iso(10))
    const reading = await chartsOver(clickhouse).ofIncident(incident)
    expect(reading).toMatchObject({
      kind: 'chart',
      model: {
        title: 'Rows of orders',
        rule: { kind: 'silence', silentAfterMs: 10 * minute },
        gap: { from: iso(15), to: iso(0) },
      },
    })
  })

  it.each<[string, Labels]>([
    ['an alert from elsewhere', { alertname: 'DiskFull', instance: 'db1' }],
    ['one that calls itself ours', { alertname: 'source-silent', source: 'orders' }],
    ['one whose check nobody configured', { alertname: 'constructor', metric: 'latency' }],
    ['one whose metric nobody configured', { alertname: 'slow', check: 'slow', metric: 'toString' }],
    ['a declared incident', { alertname: 'declared', service: 'shop' }],
  ])('of %s there is none', async (_, labels) => {
    const incident = await incidentWith(labels)
    const charts = chartsOver(clickhouse)
    expect([await charts.about(incident), await charts.ofIncident(incident)]).toEqual([
      undefined,
      { kind: 'none' },
    ])
  })

  it('while ClickHouse is away it is known what it would show, and that it cannot be read', async () => {
    const incident = await incidentWith(seriesLabels)
    const away = createClickHouse({ url: 'http://127.0.0.1:1' })
    const charts = chartsOver(away)
    expect(await charts.about(incident)).toMatchObject({ title: 'Checkout latency on eu' })
    const unreadable = { kind: 'unreadable', why: 'unavailable' }
    expect(await charts.ofIncident(incident)).toEqual(unreadable)
    expect(await charts.ofSeries({ series, rangeMs: 180 * minute })).toEqual(unreadable)
    await away.close()
  })
})

describe('N34: what a check measures', () => {
  // Over a week a point stands for more than the gap of twenty minutes at its end.
  it.each([
    [180, ['last-sample']],
    [1_440, ['last-sample']],
    [10_080, []],
  ])('over %d minutes', async (minutes, marked) => {
    const reading = await chartsOver(clickhouse).ofSeries({ series, rangeMs: minutes * minute }, 'UTC')
    if (reading.kind !== 'chart') throw new Error(`it is ${reading.kind}`)
    const { lines, markers, timeZone } = reading.model
    expect(lines[0]?.values.some((value) => value === 1_500)).toBe(true)
    expect([timeZone, markers.map(({ kind }) => kind)]).toEqual(['UTC', marked])
  })

  it('of a series that is not configured there is nothing', async () => {
    const unknown = { series: { ...series, slice: 'gone' }, rangeMs: minute }
    expect(await chartsOver(clickhouse).ofSeries(unknown)).toEqual({ kind: 'none' })
  })

  it('its page knows what it watches, what fires since when, and its incidents', async () => {
    await incidentWith(seriesLabels)
    const standing = { ...clearState, phase: 'firing', since: iso(60) } as const
    await storeStandings(database.db, [
      { ...series, state: standing },
      { ...series, group: 'us', state: { ...standing, phase: 'pending', since: iso(5) } },
      { ...series, slice: 'total', group: 'total', state: clearState },
    ])
    const details = await createCheckDetails(records, () => configuration)('slow')
    expect(details).toMatchObject({
      metrics: [{ title: 'Checkout latency' }],
      slices: [{ name: 'region' }],
      runbook: null,
      dashboardUrl: 'https://boards.example/shop',
      firing: [
        { group: 'eu', phase: 'firing', since: iso(60) },
        { group: 'us', phase: 'pending', since: iso(5) },
      ],
      incidents: [{ number: 7 }],
    })
    expect(details?.series).toHaveLength(3)
    expect(await createCheckDetails(records, () => configuration)('constructor')).toBeUndefined()
  })

  it('incidents of others are not its own', async () => {
    await incidentWith({ alertname: 'another', check: 'another', metric: 'latency' })
    expect((await createCheckDetails(records, () => configuration)('slow'))?.incidents).toEqual([])
  })
})
