import { createCheckActivities } from '../activities/check.ts'
import { type ClickHouse, createClickHouse } from '../src/clickhouse/client.ts'
import { createMetricReader, metricStatement } from '../src/clickhouse/metric-query.ts'
import { lastCompleteBucket } from '../src/domain/check/buckets.ts'
import { metricQuestions } from '../src/domain/check/check.ts'
import type { Check, Configuration } from '../src/domain/configuration/configuration.ts'
import { createCheckRunRecords } from '../src/postgres/check-runs.ts'
import { openDatabase } from '../src/postgres/database.ts'
import { check, configurationWith } from '../test/domain/check/world.ts'
import { type Figure, figure, median, type Report } from './figures.ts'
import { type Installation, withInstallation } from './installation.ts'

const bucketMs = 60_000
/** Rows of each series in each of the seven buckets that the rule `same-time` reads. */
const rowsPerBucket = 10
const runsEach = 3
const dayMs = 86_400_000
/** What is aimed at, for so many series; with few, the run is mostly what any transaction costs. */
const aimedAt = { series: 100_000, ms: { atMost: 5_000 }, timesTheQuery: { atMost: 1.5 } }

/** One run of a check, as the activity does it: ask, evaluate, and store a verdict for each series. Beside it, the query alone. */
export async function benchChecks(sizes: readonly number[], tell: (line: string) => void): Promise<Report> {
  return withInstallation(async (installation) => {
    const figures: Figure[] = []
    for (const size of sizes) {
      tell(`a table for ${size} series`)
      figures.push(...(await measure(installation, size)))
    }
    return {
      name: 'checks',
      title: `one run of a check by the rule same-time, ${7 * rowsPerBucket} rows a series, verdicts stored durably; median of ${runsEach}`,
      figures,
    }
  })
}

async function measure({ up }: Installation, size: number): Promise<Figure[]> {
  const { clickhouseUrl, databaseUrl } = await up.run()
  const clickhouse = createClickHouse({ url: clickhouseUrl, requestTimeoutMs: 120_000 })
  const database = openDatabase(databaseUrl, 2)
  try {
    const world = worldOf(size)
    const { one, configuration } = world
    // Whole buckets behind each other, the newest of them complete.
    const newest = lastCompleteBucket(one, Date.now())
    await fill(clickhouse, size, newest)
    const query: number[] = []
    const run: number[] = []
    for (let round = 0; round < runsEach; round++) {
      const now = newest + bucketMs
      query.push(await timed(() => bareQuery(clickhouse, world, now)))
      const activities = createCheckActivities({
        metrics: createMetricReader(clickhouse),
        runs: createCheckRunRecords(database.db),
        configuration: () => configuration,
        now: () => new Date(now),
      })
      // Each run finds no verdict of its bucket: it writes all of them.
      await database.pool.query('TRUNCATE verdicts')
      const shard = { id: 'bench', checks: [one.name] }
      const startedAt = new Date(now).toISOString()
      run.push(await timed(() => activities.runCheckShard({ shard, startedAt })))
    }
    return figuresOf(size, median(query), median(run))
  } finally {
    await clickhouse.command('DROP DATABASE IF EXISTS bench')
    await clickhouse.close()
    await database.close()
  }
}

function figuresOf(size: number, queryMs: number, runMs: number): Figure[] {
  const of = `${size.toLocaleString('en')} series`
  const [ms, times] = size === aimedAt.series ? [aimedAt.ms, aimedAt.timesTheQuery] : []
  return [
    figure(`${of}: the run`, runMs, 'ms', ms),
    figure(`${of}: the bare query`, queryMs, 'ms'),
    figure(`${of}: the run, in times of the query`, runMs / queryMs, '×', times),
  ]
}

interface World {
  readonly one: Check
  readonly configuration: Configuration
}

function worldOf(size: number): World {
  const groups = Array.from({ length: size }, (_, index) => `host-${index}`)
  const one = check({
    name: 'bench',
    metrics: ['requests'],
    slices: ['host'],
    bucketMs,
    everyMs: bucketMs,
    silentAfterMs: 2 * bucketMs,
  })
  const configuration = configurationWith([one], {
    sources: { requests: { name: 'requests', table: 'bench.requests', timeColumn: 'time' } },
    metrics: {
      requests: {
        name: 'requests',
        title: 'Requests',
        kind: 'count',
        sql: 'count()',
        source: 'requests',
        responsible: [],
      },
    },
    slices: { host: { name: 'host', sql: 'host', groups, responsible: [] } },
  })
  return { one, configuration }
}

/** Today's bucket, and those around it a day and a week ago; a row each `bucketMs / rowsPerBucket`, of all hosts in turn. */
async function fill(clickhouse: ClickHouse, size: number, newest: number): Promise<void> {
  await clickhouse.command('CREATE DATABASE IF NOT EXISTS bench')
  await clickhouse.command(
    'CREATE TABLE bench.requests (time DateTime, host String) ENGINE = MergeTree ORDER BY time',
  )
  const around = (daysAgo: number) => [-1, 0, 1].map((step) => newest - daysAgo * dayMs + step * bucketMs)
  for (const at of [newest, ...around(1), ...around(7)]) {
    const seconds = bucketMs / 1000 / rowsPerBucket
    await clickhouse.command(
      `INSERT INTO bench.requests SELECT toDateTime(${at / 1000}) + intDiv(number, ${size}) * ${seconds}, concat('host-', toString(number % ${size})) FROM numbers(${size * rowsPerBucket})`,
    )
  }
}

/** What the check asks, with an answer of the same rows: as fast as a run of it could ever be. */
async function bareQuery(clickhouse: ClickHouse, { one, configuration }: World, now: number): Promise<void> {
  for (const { question } of metricQuestions([one], configuration, now)) {
    const { sql, params } = metricStatement(question)
    await clickhouse.query(sql, params)
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
