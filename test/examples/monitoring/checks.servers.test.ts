import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCheckActivities } from '../../../activities/check.ts'
import { type ClickHouse, createClickHouse } from '../../../src/clickhouse/client.ts'
import { createMetricReader } from '../../../src/clickhouse/metric-query.ts'
import { loadConfiguration } from '../../../src/config/load.ts'
import type { Check } from '../../../src/domain/configuration/configuration.ts'
import { createCheckRunRecords } from '../../../src/postgres/check-runs.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../../src/postgres/database.ts'
import { makeFolder, type RunningServer, startServer } from '../../chdb/running-server.ts'
import { startPostgres, type TestPostgres } from '../../support/servers.ts'

const example = new URL('../../../examples/monitoring/', import.meta.url)
const configuration = await loadConfiguration(fileURLToPath(new URL('firewatch.yaml', example)))
const statements = (await readFile(new URL('schema.sql', example), 'utf8'))
  .replaceAll(/--.*$/gm, '')
  .split(';')
  .map((statement) => statement.trim())
  .filter((statement) => statement !== '')
const noon = Date.parse('2026-03-10T12:00:00Z')

let postgres: TestPostgres
let database: OpenDatabase
let server: RunningServer
let clickhouse: ClickHouse
let folder: Awaited<ReturnType<typeof makeFolder>>

beforeAll(async () => {
  folder = await makeFolder()
  ;[postgres, server] = await Promise.all([startPostgres(), startServer(folder.path)])
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  clickhouse = createClickHouse({ url: server.url })
  for (const statement of statements) await clickhouse.command(statement)
})
afterAll(async () => {
  await clickhouse?.close()
  await server?.end()
  await folder?.remove()
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  await database.pool.query('TRUNCATE verdicts, series_states, alert_inbox')
  for (const { table } of Object.values(configuration.sources))
    await clickhouse.command(`TRUNCATE TABLE ${table}`)
})

type Row = Readonly<Record<string, string | number>>

interface Case {
  readonly name: string
  readonly table: string
  /** Of one bucket. */
  readonly good: readonly Row[]
  readonly bad: readonly Row[]
  readonly fires: string
  readonly clears: string
}

const run = (status: string, duration_seconds = 60): Row => ({
  pipeline_name: 'daily_revenue',
  status,
  duration_seconds,
})
const quality = (dimension: string, score: number): Row => ({ table_name: 'orders', dimension, score })
const request = (duration_seconds: number): Row => ({
  endpoint: '/reports',
  method: 'GET',
  status_code: 200,
  duration_seconds,
})
const pool = (active: number): Row => ({ pool_name: 'analytics', active, total: 20 })
const machine = (cpu_idle_percent: number, memory_available_bytes: number): Row => ({
  instance: 'db-1',
  cpu_idle_percent,
  memory_available_bytes,
  memory_total_bytes: 64_000,
})
const disk = (mountpoint: string, available_bytes: number): Row => ({
  instance: 'db-1',
  mountpoint,
  available_bytes,
  size_bytes: 1_000,
})
const times = (count: number, row: Row) => Array.from({ length: count }, () => row)

const cases: readonly Case[] = [
  {
    name: 'PipelineFailureRate',
    table: 'pipeline_runs',
    good: [...times(9, run('success')), run('failed')],
    bad: [...times(3, run('success')), run('failed')],
    fires: 'Failed pipeline runs on daily_revenue: 25 %, above 10 %',
    clears: 'Failed pipeline runs on daily_revenue: 10 %, equal to 10 %',
  },
  {
    name: 'PipelineDurationHigh',
    table: 'pipeline_runs',
    good: times(3, run('success', 1_800)),
    bad: times(3, run('success', 5_400)),
    fires: 'Pipeline duration (95th percentile) on daily_revenue: 5,400 s, above 3,600 s',
    clears: 'Pipeline duration (95th percentile) on daily_revenue: 1,800 s, below 3,600 s',
  },
  {
    name: 'DataQualityLow',
    table: 'data_quality',
    good: [quality('completeness', 0.99), quality('accuracy', 0.95)],
    bad: [quality('completeness', 0.99), quality('accuracy', 0.72)],
    fires: 'Data quality score on orders: 0.72, below 0.8',
    clears: 'Data quality score on orders: 0.95, above 0.8',
  },
  {
    name: 'APIResponseTimeHigh',
    table: 'api_requests',
    good: [...times(99, request(0.2)), request(30)],
    bad: times(20, request(7.5)),
    fires: 'API response time (95th percentile) on /reports: 7.5 s, above 5 s',
    clears: 'API response time (95th percentile) on /reports: 0.2 s, below 5 s',
  },
  {
    name: 'DatabaseConnectionPoolExhausted',
    table: 'connection_pools',
    good: [pool(10), pool(12)],
    bad: [pool(19), pool(20)],
    fires: 'Database connections in use on analytics: 97.5 %, above 90 %',
    clears: 'Database connections in use on analytics: 55 %, below 90 %',
  },
  {
    name: 'HighCPUUsage',
    table: 'machines',
    good: [machine(60, 32_000), machine(40, 32_000)],
    bad: [machine(4, 32_000), machine(2, 32_000)],
    fires: 'CPU usage on db-1: 97 %, above 80 %',
    clears: 'CPU usage on db-1: 50 %, below 80 %',
  },
  {
    name: 'HighMemoryUsage',
    table: 'machines',
    good: [machine(60, 32_000)],
    bad: [machine(60, 6_400)],
    fires: 'Memory usage on db-1: 90 %, above 85 %',
    clears: 'Memory usage on db-1: 50 %, below 85 %',
  },
  {
    name: 'DiskSpaceLow',
    table: 'filesystems',
    good: [disk('/', 500), disk('/data', 300)],
    bad: [disk('/', 500), disk('/data', 100)],
    fires: 'Disk usage on db-1: 90 %, above 85 %',
    clears: 'Disk usage on db-1: 70 %, below 85 %',
  },
]

function checkOf(name: string): Check {
  const check = configuration.checks[name]
  if (check === undefined) throw new Error(`there is no check ${name}`)
  return check
}

async function plant(table: string, at: number, rows: readonly Row[]): Promise<void> {
  const time = new Date(at).toISOString()
  await clickhouse.insert(
    `monitoring.${table}`,
    rows.map((row) => ({ ...row, time })),
  )
}

/** Runs one check as soon as the n-th bucket from noon on is complete; what it told. */
async function runAfter({ name, bucketMs, lateMs }: Check, bucket: number): Promise<string[]> {
  const at = new Date(noon + (bucket + 1) * bucketMs + lateMs)
  const activities = createCheckActivities({
    metrics: createMetricReader(clickhouse),
    runs: createCheckRunRecords(database.db),
    configuration: () => configuration,
    now: () => at,
  })
  await database.pool.query('TRUNCATE alert_inbox')
  await activities.runCheckShard({ shard: { id: 'check/1m/0', checks: [name] }, startedAt: at.toISOString() })
  const { rows } = await database.pool.query<{ line: string }>(
    "SELECT status || ' ' || (labels->>'severity') || ': ' || (annotations->>'summary') AS line FROM alert_inbox ORDER BY id",
  )
  return rows.map(({ line }) => line)
}

describe('on planted rows', () => {
  it('every check of the example has its case', () => {
    expect(cases.map(({ name }) => name)).toEqual(Object.keys(configuration.checks))
  })

  it.each(cases)(
    '$name fires after its time, and clears',
    async ({ name, table, good, bad, fires, clears }) => {
      const check = checkOf(name)
      const badBuckets = Math.ceil(check.forMs / check.bucketMs) + 1
      const buckets = [
        good,
        ...Array.from({ length: badBuckets }, () => bad),
        ...Array.from({ length: check.clearAfter }, () => good),
      ]
      const told: string[][] = []
      for (const [bucket, rows] of buckets.entries()) {
        await plant(table, noon + bucket * check.bucketMs + 1_000, rows)
        told.push(await runAfter(check, bucket))
      }
      const silent = (count: number) => Array.from({ length: count }, () => [])
      expect(told).toEqual([
        ...silent(badBuckets),
        [`firing ${check.severity}: ${fires}`],
        ...silent(check.clearAfter - 1),
        [`resolved ${check.severity}: ${clears}`],
      ])
    },
  )

  it('a disk that hovers about its threshold is one alert, also over a restart', async () => {
    const check = checkOf('DiskSpaceLow')
    const told: string[] = []
    for (const [bucket, available] of [100, 100, 160, 140, 170, 199, 160].entries()) {
      await plant('filesystems', noon + bucket * check.bucketMs, [disk('/data', available)])
      told.push(...(await runAfter(check, bucket)))
    }
    expect(told).toEqual(['firing warning: Disk usage on db-1: 90 %, above 85 %'])
    const { rows } = await database.pool.query(
      "SELECT state, reason FROM verdicts WHERE value = 83 AND state <> 'unknown'",
    )
    expect(rows).toEqual([{ state: 'firing', reason: 'not-yet-clear' }])
  })
})
