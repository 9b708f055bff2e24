import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pinnedPost, prefetchGroup } from '../../examples/feed/audience.ts'
import { backfill } from '../../examples/feed/backfill.ts'
import { type ClickHouse, createClickHouse } from '../../src/clickhouse/client.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { boundedRows } from '../../src/domain/investigate/evidence-result.ts'
import {
  findingOf,
  queryParameters,
  type QueryWindow,
  windowsOf,
} from '../../src/domain/investigate/investigate.ts'
import { makeFolder, type RunningServer, startServer } from '../chdb/running-server.ts'

const demo = await loadConfiguration(
  fileURLToPath(new URL('../../examples/feed/firewatch.yaml', import.meta.url)),
)
const bucketMs = 5_000
const now = Math.floor(Date.now() / bucketMs) * bucketMs
const queries = demo.runbooks.flatMap(({ name, evidence }) =>
  evidence.map((query) => [`${name}/${query.name}`, query] as const),
)

let server: RunningServer
let clickhouse: ClickHouse
let folder: Awaited<ReturnType<typeof makeFolder>>
let window: QueryWindow

beforeAll(async () => {
  folder = await makeFolder()
  server = await startServer(folder.path)
  clickhouse = createClickHouse({ url: server.url })
  await backfill({ clickhouseUrl: server.url, now, aroundMinutes: 3, recentMinutes: 3 })
  const startedAt = new Date(now - 60_000).toISOString()
  window = windowsOf({ startedAt, until: new Date(now).toISOString(), bucketMs, timeZone: 'UTC' })
})

afterAll(async () => {
  await clickhouse.close()
  await server.end()
  await folder.remove()
})

function ask(sql: string): Promise<Record<string, unknown>[]> {
  return clickhouse.query(sql, queryParameters(window, bucketMs))
}

function sqlOf(name: string): string {
  const query = queries.find(([key]) => key === name)?.[1]
  if (query === undefined) throw new Error(`no evidence query ${name}`)
  return query.sql
}

describe('the evidence queries of the runbooks, on a sound feed', () => {
  it.each(queries)(
    '%s is answered, and its answer can be told in a sentence',
    async (_name, { sql, title }) => {
      const rows = await ask(sql)
      expect(rows.length).toBeGreaterThan(0)
      expect(findingOf(title, boundedRows(rows))).toMatch(/: (?!could not|nothing|no rows)/)
    },
  )

  it('show changes near zero and no empty bucket', async () => {
    const changes = (await ask(sqlOf('feed-content-drop/os-split'))).map(({ worst_change: change }) =>
      Math.abs(Number(change)),
    )
    expect(Math.max(...changes)).toBeLessThan(0.2)
    const buckets = await ask(sqlOf('feed-content-drop/rows-per-bucket'))
    expect(buckets).toHaveLength(12)
    expect(buckets.every(({ empty_buckets: empty }) => empty === 0)).toBe(true)
  })
})

describe('the columns that causes are tested by', () => {
  const tests = demo.runbooks.flatMap(({ name, causes }) =>
    causes.flatMap(({ id, test }) =>
      test !== undefined && 'evidence' in test ? [[`${name}/${id}`, name, test] as const] : [],
    ),
  )

  it.each(tests)(
    '%s finds its rows and a number',
    async (_cause, runbook, { evidence, where = {}, column }) => {
      const rows = await ask(sqlOf(`${runbook}/${evidence}`))
      const selected = rows.filter((row) => Object.entries(where).every(([key, value]) => row[key] === value))
      expect(selected.length).toBeGreaterThan(0)
      expect(selected.every((row) => typeof row[column] === 'number')).toBe(true)
    },
  )
})

describe('when the cache keeps pages with nothing but the pinned post on iOS', () => {
  beforeAll(() =>
    clickhouse.command(`ALTER TABLE simulator.feed_actions
      DELETE WHERE os = 'iOS' AND exp_group != ${prefetchGroup} AND post_id != ${pinnedPost} AND time >= toDateTime('${seconds(window.from)}', 'UTC')
      SETTINGS mutations_sync = 1`),
  )

  it('the drop shows on that system, and the feeds that go round the cache are well', async () => {
    const [anyOs] = await ask(sqlOf('feed-content-drop/os-split'))
    expect(Number(anyOs?.['worst_change'])).toBeLessThan(-0.3)
    const worst = (await ask(sqlOf('feed-content-drop/by-path'))).map(({ path, worst_change: change }) => [
      path,
      Number(change) > -0.5,
    ])
    expect(Object.fromEntries(worst)).toEqual({ 'ranked ahead': true, 'through the cache': false })
  })
})

function seconds(at: string): string {
  return at.slice(0, 19).replace('T', ' ')
}
