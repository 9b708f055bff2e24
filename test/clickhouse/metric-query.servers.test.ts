import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClickHouse, createClickHouse } from '../../src/clickhouse/client.ts'
import { createMetricReader, metricStatement } from '../../src/clickhouse/metric-query.ts'
import { readSeriesChart } from '../../src/clickhouse/series-chart.ts'
import { evaluate, metricQuestions, type MetricQuestion } from '../../src/domain/check/check.ts'
import type { Check, Configuration, Metric } from '../../src/domain/configuration/configuration.ts'
import { makeFolder, type RunningServer, startServer } from '../chdb/running-server.ts'
import { check, configurationWith, ctr, likes, minute, os } from '../domain/check/world.ts'

const hourMs = 60 * minute
const dayMs = 24 * hourMs
const now = Date.parse('2026-03-10T12:15:00Z')
const bucketAt = now - 15 * minute

let server: RunningServer
let clickhouse: ClickHouse
let folder: Awaited<ReturnType<typeof makeFolder>>

interface Action {
  readonly user_id: number
  readonly action: string
  readonly time: string
  readonly os: string
  readonly depth: number | null
}

/** So many of each action by each of these users on each system, spread over a bucket. */
function actions(
  from: number,
  amounts: { likes: number; views: number; users: number },
  systems = ['iOS', 'Android'],
): Action[] {
  return systems.flatMap((system) =>
    Array.from({ length: amounts.likes + amounts.views }, (_, index) => ({
      user_id: index % amounts.users,
      action: index < amounts.likes ? 'like' : 'view',
      time: new Date(from + (index % 900) * 1000).toISOString(),
      os: system,
      depth: index % 2 === 0 ? index : null,
    })),
  )
}

const usual = { likes: 20, views: 100, users: 30 }

beforeAll(async () => {
  folder = await makeFolder()
  server = await startServer(folder.path)
  clickhouse = createClickHouse({ url: server.url })
  await clickhouse.command('CREATE DATABASE simulator')
  await clickhouse.command(
    'CREATE TABLE simulator.feed_actions (user_id UInt32, action LowCardinality(String), time DateTime, os LowCardinality(Nullable(String)), depth Nullable(Float64)) ENGINE = MergeTree ORDER BY time',
  )
  await clickhouse.command(
    'CREATE TABLE simulator.message_actions (user_id UInt32, time DateTime64(3)) ENGINE = MergeTree ORDER BY time',
  )
  const baselines = [dayMs, 7 * dayMs].flatMap((ago) =>
    [-1, 0, 1].flatMap((bucket) => actions(bucketAt - ago + bucket * 15 * minute, usual)),
  )
  const today = [
    ...actions(bucketAt, usual, ['Android']),
    ...actions(bucketAt, { likes: 1, views: 100, users: 5 }, ['iOS', "it's \\ new"]),
  ]
  await clickhouse.insert('simulator.feed_actions', [
    ...baselines,
    ...today,
    ...actions(bucketAt + 15 * minute, usual),
  ])
})

afterAll(async () => {
  await clickhouse?.close()
  await server?.end()
  await folder?.remove()
})

const users: Metric = { ...likes, name: 'users', kind: 'unique', sql: 'uniqExact(user_id)' }
const depth: Metric = { ...likes, name: 'depth', kind: 'gauge', sql: "avgIf(depth, action = 'none')" }

function questionOf(
  checks: readonly Check[],
  change: Partial<Configuration> = {},
): { question: MetricQuestion; configuration: Configuration } {
  const configuration = configurationWith(checks, change)
  const [asked] = metricQuestions(checks, configuration, now)
  if (asked === undefined) throw new Error('nothing is asked')
  return { question: asked.question, configuration }
}

const wrong: Metric = { ...users, name: 'wrong', kind: 'count', sql: 'sum(no_such_column)' }

const everything = check({ metrics: ['likes', 'ctr', 'users', 'depth'] })
const metrics = { likes, ctr, users, depth }

describe('one statement per source', () => {
  it('measures every metric in every slice and bucket', async () => {
    const measured = await createMetricReader(clickhouse).measure(
      questionOf([everything], { metrics }).question,
    )
    expect(measured.rowsIn(bucketAt)).toBe(120 + 101 + 101)
    expect(measured.rowsIn(bucketAt - dayMs)).toBe(240)
    expect(measured.rowsIn(bucketAt - 3 * hourMs)).toBe(0)
    expect(measured.sample('likes', 'total', 'total', bucketAt)).toEqual({ numerator: 22, denominator: 1 })
    expect(measured.sample('likes', 'os', 'iOS', bucketAt)).toEqual({ numerator: 1, denominator: 1 })
    expect(measured.sample('likes', 'os', 'Android', bucketAt - 7 * dayMs + 15 * minute)).toEqual({
      numerator: 20,
      denominator: 1,
    })
    expect(measured.sample('ctr', 'os', 'iOS', bucketAt)).toEqual({ numerator: 1, denominator: 100 })
    expect(measured.sample('users', 'total', 'total', bucketAt - dayMs)).toEqual({
      numerator: 30,
      denominator: 1,
    })
    expect(measured.sample('depth', 'total', 'total', bucketAt)).toEqual({ numerator: 0, denominator: 0 })
  })

  it('leaves out groups that nobody asked for', async () => {
    const measured = await createMetricReader(clickhouse).measure(
      questionOf([everything], { metrics }).question,
    )
    expect(measured.sample('likes', 'os', "it's \\ new", bucketAt)).toBeUndefined()
  })

  it.each([
    ['a group with quotes and backslashes', ["it's \\ new"]],
    [
      'more groups than fit an address',
      ["it's \\ new", ...Array.from({ length: 8_000 }, (_, index) => `group ${index}`)],
    ],
    [
      'more groups than fit a request',
      ["it's \\ new", ...Array.from({ length: 20_000 }, (_, index) => `group ${index}`)],
    ],
  ])('takes %s', async (_name, groups) => {
    const measured = await createMetricReader(clickhouse).measure(
      questionOf([everything], { metrics, slices: { os: { ...os, groups } } }).question,
    )
    expect(measured.sample('likes', 'os', "it's \\ new", bucketAt)).toEqual({ numerator: 1, denominator: 1 })
  })

  it('gives the verdicts that the rule demands', async () => {
    const { question, configuration } = questionOf([everything], { metrics })
    const verdicts = evaluate(
      everything,
      question,
      await createMetricReader(clickhouse).measure(question),
      configuration,
    )
    expect(
      verdicts.map(
        ({ metric, group, state, reason, value }) => `${metric} ${group} ${state} ${reason} ${value}`,
      ),
    ).toEqual([
      'likes total ok near-baseline 22',
      'likes iOS firing deviates 1',
      'likes Android ok near-baseline 20',
      'ctr total firing deviates 0.07333333333333333',
      'ctr iOS firing deviates 0.01',
      'ctr Android ok near-baseline 0.2',
      'users total ok near-baseline 30',
      'users iOS firing deviates 5',
      'users Android ok near-baseline 30',
      'depth total unknown no-samples null',
      'depth iOS unknown no-samples null',
      'depth Android unknown no-samples null',
    ])
  })

  it('knows no rows of an empty source, and misses none in the last millisecond of a bucket', async () => {
    const reader = createMetricReader(clickhouse)
    const { question } = questionOf([check({ metrics: ['messages'], slices: ['total'] })])
    expect((await reader.measure(question)).rowsIn(bucketAt)).toBe(0)
    await clickhouse.insert('simulator.message_actions', [
      { user_id: 1, time: new Date(bucketAt + 14 * minute + 59_999).toISOString() },
    ])
    expect((await reader.measure(question)).rowsIn(bucketAt)).toBe(1)
  })

  it('can say whether a source had any row of late', async () => {
    const reader = createMetricReader(clickhouse)
    const { question } = questionOf([everything], { metrics })
    expect(await reader.hasRows(question.source, bucketAt, now)).toBe(true)
    expect(await reader.hasRows(question.source, now + hourMs, now + 2 * hourMs)).toBe(false)
  })

  it('tells a refused question from an unreachable server', async () => {
    const reader = createMetricReader(clickhouse)
    const { question } = questionOf([check({ metrics: ['wrong'] })], { metrics: { wrong } })
    const refused = await reader.measure(question).catch((error: unknown) => error)
    expect(String(refused)).toContain('no_such_column')
    expect(reader.isUnavailable(refused)).toBe(false)
    const gone = createClickHouse({ url: 'http://127.0.0.1:1' })
    const away = await createMetricReader(gone)
      .measure(question)
      .catch((error: unknown) => error)
    await gone.close()
    expect(reader.isUnavailable(away)).toBe(true)
  })
})

describe('the statement', () => {
  it('refuses names that are no identifiers', () => {
    const { question } = questionOf([everything], { metrics })
    const renamed = (change: object) => () =>
      metricStatement({ ...question, source: { ...question.source, ...change } })
    expect(renamed({ table: 'feed; DROP TABLE x' })).toThrow('is not a table')
    expect(renamed({ table: 'a.b.c' })).toThrow('is not a table')
    expect(renamed({ timeColumn: 'time`' })).toThrow('is not a column')
  })

  it('holds no value that is not bound', () => {
    const { question } = questionOf([everything], { metrics })
    const { sql, params } = metricStatement(question)
    expect(sql).not.toMatch(/2026|iOS|900/)
    expect(params).toMatchObject({ groups_0: ['iOS', 'Android'], length: 900 })
  })

  it('refuses buckets that overlap', () => {
    const { question } = questionOf([everything], { metrics })
    expect(() => metricStatement({ ...question, buckets: [bucketAt, bucketAt + minute] })).toThrow('overlap')
  })
})

describe('the chart of a series', () => {
  it('N34: shows today, and yesterday and a week ago as the rule compares with them', async () => {
    const source = questionOf([everything], { metrics }).question.source
    const points = await readSeriesChart(clickhouse, {
      source,
      metric: likes,
      slice: os,
      group: 'iOS',
      rule: { kind: 'same-time', threshold: 0.5 },
      quietHours: [],
      bucketMs: 15 * minute,
      bucketsPerPoint: 1,
      from: bucketAt - 30 * minute,
      to: now,
      timeZone: 'UTC',
    })
    expect(points).toEqual([
      { at: bucketAt - 30 * minute, today: null, yesterday: 20, weekAgo: 20, firing: false },
      { at: bucketAt - 15 * minute, today: null, yesterday: 20, weekAgo: 20, firing: false },
      { at: bucketAt, today: 1, yesterday: 20, weekAgo: 20, firing: true },
    ])
  })
})
