import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCheckActivities } from '../../activities/check.ts'
import { type ClickHouse, createClickHouse } from '../../src/clickhouse/client.ts'
import { createMetricReader } from '../../src/clickhouse/metric-query.ts'
import type { Check, Configuration, Metric } from '../../src/domain/configuration/configuration.ts'
import { createCheckRunRecords } from '../../src/postgres/check-runs.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { makeFolder, type RunningServer, startServer } from '../chdb/running-server.ts'
import { check, configurationWith, likes, messages, minute, os } from '../domain/check/world.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

const hourMs = 60 * minute
const dayMs = 24 * hourMs
const bucketMs = 15 * minute
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
  await clickhouse.command('CREATE DATABASE simulator')
  for (const table of ['feed_actions', 'message_actions']) {
    await clickhouse.command(
      `CREATE TABLE simulator.${table} (user_id UInt32, action String, time DateTime, os String) ENGINE = MergeTree ORDER BY time`,
    )
  }
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
  for (const table of ['feed_actions', 'message_actions'])
    await clickhouse.command(`TRUNCATE TABLE simulator.${table}`)
})

/** So many likes and as many views on each system, a second apart from each other. */
function insertBucket(at: number, amount: number, table = 'feed_actions'): Promise<void> {
  const rows = ['iOS', 'Android'].flatMap((os) =>
    Array.from({ length: 2 * amount }, (_, index) => ({
      user_id: index,
      action: index % 2 === 0 ? 'like' : 'view',
      time: new Date(at + (index % 900) * 1000).toISOString(),
      os,
    })),
  )
  return clickhouse.insert(`simulator.${table}`, rows)
}

/** A day ago and a week ago, all that buckets from noon on are held against. */
async function insertBaselines(table?: string): Promise<void> {
  for (const ago of [dayMs, 7 * dayMs]) {
    for (const bucket of [-1, 0, 1, 2, 3, 4]) await insertBucket(noon - ago + bucket * bucketMs, 40, table)
  }
}

const feed = check({ clearAfter: 1 })
const wrong: Metric = { ...likes, name: 'wrong', kind: 'count', sql: 'noSuchFunction(action)' }
const chat = check({ name: 'chat-health', metrics: ['messages'], slices: ['total'], service: 'chat' })

function activitiesAt(now: number, configuration: Configuration | (() => Configuration), url = server.url) {
  const reader = url === server.url ? clickhouse : createClickHouse({ url })
  const activities = createCheckActivities({
    metrics: createMetricReader(reader),
    runs: createCheckRunRecords(database.db),
    configuration: typeof configuration === 'function' ? configuration : () => configuration,
    now: () => new Date(now),
  })
  return activities
}

/** Runs every check just after the n-th bucket from noon on is complete. */
function run(bucket: number, configuration: Configuration, url?: string) {
  const now = noon + (bucket + 1) * bucketMs
  const shard = { id: 'check/15m/0', checks: Object.keys(configuration.checks) }
  return activitiesAt(now, configuration, url).runCheckShard({
    shard,
    startedAt: new Date(now).toISOString(),
  })
}

async function inbox(): Promise<string[]> {
  const { rows } = await database.pool.query<{ line: string }>(
    "SELECT status || ' ' || (labels->>'alertname') || ': ' || (annotations->>'summary') AS line FROM alert_inbox ORDER BY id",
  )
  return rows.map(({ line }) => line)
}

async function reasons(check: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ line: string }>(
    "SELECT DISTINCT state || ' ' || reason AS line FROM verdicts WHERE check_name = $1 ORDER BY 1",
    [check],
  )
  return rows.map(({ line }) => line)
}

describe('a run of a shard', () => {
  it('finds a fall and its end, and tells counts and names only', async () => {
    const configuration = configurationWith([feed])
    await insertBaselines()
    await insertBucket(noon, 40)
    await insertBucket(noon + bucketMs, 3)
    await insertBucket(noon + 2 * bucketMs, 40)
    expect(await run(0, configuration)).toEqual({ ok: 6, firing: 0, unknown: 0, alerts: 0, transitions: [] })
    expect(await run(1, configuration)).toEqual({
      ok: 3,
      firing: 3,
      unknown: 0,
      alerts: 3,
      transitions: ['total/total', 'os/iOS', 'os/Android'].map(
        (group) => `check/feed-health/likes/${group}/2026-03-10T12:15:00.000Z/firing`,
      ),
    })
    expect(await run(2, configuration)).toMatchObject({ ok: 6, alerts: 3 })
    const lines = await inbox()
    expect(lines[1]).toBe(
      'firing feed-health: Likes on iOS: 3, against 40 a day ago (−93 %) and 40 a week ago (−93 %)',
    )
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      ...Array<string>(3).fill('firing'),
      ...Array<string>(3).fill('resolved'),
    ])
  })

  it('repeats without a second alert', async () => {
    const configuration = configurationWith([feed])
    await insertBaselines()
    await insertBucket(noon, 3)
    expect((await run(0, configuration)).alerts).toBe(3)
    expect((await run(0, configuration)).alerts).toBe(0)
    expect(await inbox()).toHaveLength(3)
  })

  it('takes the time that it was set off at when the clock of its worker is behind', async () => {
    const configuration = configurationWith([feed])
    await insertBaselines()
    await insertBucket(noon, 3)
    const shard = { id: 'check/15m/0', checks: ['feed-health'] }
    const slow = activitiesAt(noon + bucketMs - 300, configuration)
    expect(
      (await slow.runCheckShard({ shard, startedAt: new Date(noon + bucketMs).toISOString() })).alerts,
    ).toBe(3)
  })

  it('passes over a check that is not configured any more', async () => {
    const activities = activitiesAt(noon, configurationWith([feed]))
    const shard = { id: 'check/15m/0', checks: ['gone'] }
    expect(await activities.runCheckShard({ shard, startedAt: new Date(noon).toISOString() })).toMatchObject({
      ok: 0,
      unknown: 0,
      alerts: 0,
    })
  })

  it('is not blinded by one wrong expression, and says which check cannot measure until it can', async () => {
    await insertBaselines()
    await insertBucket(noon, 40)
    await insertBucket(noon + bucketMs, 40)
    const broken = check({ name: 'broken', metrics: ['wrong'], slices: ['total'] })
    const configuration = configurationWith([feed, broken], {
      metrics: { ...configurationWith([]).metrics, wrong },
    })
    expect(await run(0, configuration)).toMatchObject({ ok: 6, unknown: 1, alerts: 1 })
    expect(await reasons('broken')).toEqual(['unknown query-failed'])
    expect(await reasons('feed-health')).toEqual(['ok near-baseline'])
    expect(await inbox()).toEqual([
      expect.stringMatching(/^firing check-failing: Check broken cannot measure: .*noSuchFunction/),
    ])

    const repaired = {
      ...configuration,
      metrics: { ...configuration.metrics, wrong: { ...likes, name: 'wrong' } },
    }
    expect((await run(1, repaired)).alerts).toBe(1)
    expect((await inbox())[1]).toBe('resolved check-failing: Check broken measures again')
  })
})

describe('N47: one metric, slice or row that is wrong', () => {
  const throwing: Metric = {
    ...likes,
    name: 'throwing',
    kind: 'count',
    sql: "throwIf(countIf(os = 'iOS') > 0)",
  }
  const depth: Metric = { ...likes, name: 'depth', kind: 'gauge', sql: 'avg(if(user_id = 1, nan, 5.))' }
  const padded = { ...os, name: 'padded', sql: 'toFixedString(os, 8)' }
  const missing = { ...os, name: 'missing', sql: 'no_such_column' }
  const configured = (changed: Partial<Check>) => {
    const { metrics, slices } = configurationWith([])
    return configurationWith([check({ clearAfter: 1, ...changed })], {
      metrics: { ...metrics, throwing, depth },
      slices: { ...slices, padded, missing },
    })
  }
  const judged = async () => {
    const { rows } = await database.pool.query<{ line: string }>(
      "SELECT metric || ' ' || slice || ' ' || slice_group || ' ' || state || ' ' || reason AS line FROM verdicts ORDER BY 1",
    )
    return rows.map(({ line }) => line)
  }

  it('leaves the other metrics of its check judged', async () => {
    await insertBaselines()
    await insertBucket(noon, 40)
    await run(0, configured({ metrics: ['likes', 'throwing'], slices: ['total'] }))
    expect(await judged()).toEqual([
      'likes total total ok near-baseline',
      'throwing total total unknown query-failed',
    ])
    expect(await inbox()).toEqual([
      expect.stringMatching(/^firing check-failing: Check feed-health cannot measure: metric "throwing": /),
    ])
  })

  it('leaves the total and the other slices of its metric judged', async () => {
    await insertBaselines()
    await insertBucket(noon, 40)
    await run(0, configured({ metrics: ['likes'], slices: ['total', 'os', 'missing'] }))
    expect(await judged()).toEqual([
      'likes missing Android unknown missing-column',
      'likes missing iOS unknown missing-column',
      'likes os Android ok near-baseline',
      'likes os iOS ok near-baseline',
      'likes total total ok near-baseline',
    ])
    expect((await inbox())[0]).toContain('metric "likes", slice "missing": ')
  })

  it('is told as a value that is no number, not as no samples', async () => {
    await insertBaselines()
    await insertBucket(noon, 40)
    await run(0, configured({ metrics: ['depth'], slices: ['total'] }))
    expect(await judged()).toEqual(['depth total total unknown not-a-number'])
  })

  it('finds the groups of a FixedString', async () => {
    await insertBaselines()
    await insertBucket(noon, 40)
    await run(0, configured({ metrics: ['likes'], slices: ['padded'] }))
    expect(await judged()).toEqual([
      'likes padded Android ok near-baseline',
      'likes padded iOS ok near-baseline',
    ])
  })
})

describe('a source without rows', () => {
  it('leaves its series unknown, and is one alert after the time configured', async () => {
    const twice = check({ name: 'again', metrics: ['likes'], slices: ['total'] })
    const configuration = configurationWith([feed, twice])
    await insertBaselines()
    await insertBucket(noon, 40)
    await run(0, configuration)
    // Half an hour back there are still the rows of noon: nothing is said yet.
    expect(await run(1, configuration)).toMatchObject({ unknown: 7, alerts: 0 })
    expect(await run(2, configuration)).toMatchObject({ unknown: 7, alerts: 1 })
    expect(await run(3, configuration)).toMatchObject({ alerts: 0 })
    expect(await reasons('feed-health')).toEqual(['ok near-baseline', 'unknown source-silent'])
    await insertBucket(noon + 4 * bucketMs, 40)
    await run(4, configuration)
    expect(await inbox()).toEqual([
      'firing source-silent: No rows from feed for 30 min',
      'resolved source-silent: Rows come from feed again',
    ])
  })

  it('never clears an alert of its series', async () => {
    const configuration = configurationWith([feed])
    await insertBaselines()
    await insertBucket(noon, 3)
    await run(0, configuration)
    for (const bucket of [1, 2, 3]) await run(bucket, configuration)
    expect((await inbox()).filter((line) => line.startsWith('resolved'))).toEqual([])
  })

  it('is not blamed while all its checks are quiet', async () => {
    const configuration = configurationWith([check({ quietHours: [{ from: '12:00', to: '13:00' }] })])
    expect(await run(0, configuration)).toMatchObject({ unknown: 6, alerts: 0 })
    expect(await reasons('feed-health')).toEqual(['unknown quiet-hours'])
  })
})

describe('when nobody answers', () => {
  const nobody = 'http://127.0.0.1:1'
  const error = 'ClickHouse is unavailable'
  const recordAt = (bucket: number, configuration: Configuration) => {
    const now = noon + (bucket + 1) * bucketMs
    const shard = { id: 'check/15m/0', checks: Object.keys(configuration.checks) }
    return activitiesAt(now, configuration).recordUnmeasured({
      shard,
      startedAt: new Date(now).toISOString(),
      error,
    })
  }

  it('the run fails, and stores nothing', async () => {
    await expect(run(0, configurationWith([feed]), nobody)).rejects.toThrow('unavailable')
    expect(await reasons('feed-health')).toEqual([])
  })

  it('every series is recorded as unknown, and every check says that it cannot measure', async () => {
    const configuration = configurationWith([feed, chat], {
      metrics: { ...configurationWith([]).metrics, messages },
    })
    expect(await recordAt(0, configuration)).toMatchObject({ ok: 0, unknown: 7, alerts: 2 })
    expect(await inbox()).toEqual([
      `firing check-failing: Check feed-health cannot measure: ${error}`,
      `firing check-failing: Check chat-health cannot measure: ${error}`,
    ])
    expect(await recordAt(1, configuration)).toMatchObject({ alerts: 0 })
  })

  it('the bucket is judged when they answer after all', async () => {
    const configuration = configurationWith([feed])
    await recordAt(0, configuration)
    await insertBaselines()
    await insertBucket(noon, 3)
    const now = noon + bucketMs + 30_000
    const shard = { id: 'check/15m/0', checks: ['feed-health'] }
    const result = await activitiesAt(now, configuration).runCheckShard({
      shard,
      startedAt: new Date(now).toISOString(),
    })
    expect(result).toMatchObject({ firing: 3, alerts: 4 })
    expect(await reasons('feed-health')).toEqual(['firing deviates', 'ok near-baseline'])
  })
})

describe('a configuration without some of the checks', () => {
  it('says no more of a source that nothing looks at', async () => {
    await insertBucket(noon - dayMs, 1)
    await run(0, configurationWith([feed]))
    expect(await inbox()).toEqual(['firing source-silent: No rows from feed for 30 min'])
    expect(await activitiesAt(noon + hourMs, configurationWith([chat])).retireChecks()).toEqual({ alerts: 1 })
  })

  it('N38: ends their alerts too where a run of them was still under way', async () => {
    await insertBaselines()
    await insertBucket(noon, 3)
    let running = configurationWith([feed])
    const now = noon + bucketMs
    const began = activitiesAt(now, () => {
      const current = running
      running = configurationWith([chat])
      return current
    })
    const shard = { id: 'check/15m/0', checks: ['feed-health'] }
    await began.runCheckShard({ shard, startedAt: new Date(now).toISOString() })
    expect(await inbox()).toContain('resolved feed-health: feed-health does not look at likes, iOS any more')
    expect(await activitiesAt(now, running).retireChecks()).toEqual({ alerts: 0 })
  })

  it('ends their alerts', async () => {
    await insertBaselines()
    await insertBucket(noon, 3)
    await run(0, configurationWith([feed]))
    const later = activitiesAt(noon + hourMs, configurationWith([chat]))
    expect(await later.retireChecks()).toEqual({ alerts: 3 })
    expect(await later.retireChecks()).toEqual({ alerts: 0 })
    expect((await inbox()).slice(3)).toContain(
      'resolved feed-health: feed-health does not look at likes, iOS any more',
    )
  })
})

describe('N31: what never existed pages nobody', () => {
  const count = (sql: string, source = 'new'): Metric => ({
    ...likes,
    name: 'rows',
    kind: 'count',
    sql,
    source,
  })
  const fresh = check({
    name: 'fresh',
    metrics: ['rows'],
    slices: ['total'],
    detector: { kind: 'threshold', op: '>', value: 1e9 },
    firstDataWithinMs: 2 * bucketMs,
    silentAfterMs: bucketMs,
  })
  const watching = (table: string, sql = 'count()') =>
    configurationWith([fresh], {
      metrics: { rows: count(sql) },
      sources: { new: { name: 'new', table, timeColumn: 'time' } },
    })
  const names = async () => (await inbox()).map((line) => line.split(':')[0])

  beforeEach(async () => {
    await clickhouse.command('DROP DATABASE IF EXISTS fresh')
    await clickhouse.command('CREATE DATABASE fresh')
    await clickhouse.command(
      'CREATE TABLE fresh.empty (time DateTime, a UInt8) ENGINE = MergeTree ORDER BY time',
    )
    await clickhouse.command('CREATE TABLE fresh.texts (time String, a String) ENGINE = MergeTree ORDER BY a')
  })

  it.each([
    ['missing-database', watching('nowhere.orders')],
    ['missing-table', watching('fresh.orders')],
    ['missing-column', watching('fresh.empty', 'sum(amount)')],
    ['wrong-type', watching('fresh.texts', 'sum(a)')],
    ['empty-table', watching('fresh.empty')],
  ])('%s', async (reason, configuration) => {
    for (const bucket of [0, 1]) await run(bucket, configuration)
    expect(await names()).toEqual([])
    const { rows } = await database.pool.query<{ reason: string }>(
      "SELECT state->>'reason' AS reason FROM series_states WHERE check_name = 'no-data-yet' AND state->>'phase' = 'pending'",
    )
    expect(rows).toEqual([{ reason }])
    if (reason !== 'empty-table') expect(await reasons('fresh')).toEqual([`unknown ${reason}`])
    for (const bucket of [2, 3, 4]) await run(bucket, configuration)
    expect(await names()).toEqual(['firing no-data-yet'])
  })

  it('measures from the first row on, and is told when its table goes', async () => {
    const configuration = watching('fresh.orders')
    await run(0, configuration)
    await clickhouse.command('CREATE TABLE fresh.orders (time DateTime) ENGINE = MergeTree ORDER BY time')
    await run(1, configuration)
    await clickhouse.insert('fresh.orders', [{ time: new Date(noon + 2 * bucketMs).toISOString() }])
    expect(await run(2, configuration)).toMatchObject({ ok: 1, alerts: 0 })
    await clickhouse.command('DROP TABLE fresh.orders SYNC')
    await run(3, configuration)
    expect(await names()).toEqual(['firing check-failing'])
  })

  it('is forgotten with its check: one of that name that comes later is waited for anew', async () => {
    const configuration = watching('fresh.orders')
    for (const bucket of [0, 1, 2, 3]) await run(bucket, configuration)
    await activitiesAt(noon + 5 * bucketMs, configurationWith([])).retireChecks()
    expect(await names()).toEqual(['firing no-data-yet', 'resolved no-data-yet'])
    await run(6, configuration)
    expect(await names()).toHaveLength(2)
  })
})
