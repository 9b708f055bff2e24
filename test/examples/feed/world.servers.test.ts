import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type ClickHouseClient, createClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Town } from '../../../examples/feed/behaviour.ts'
import type { WorldAddress } from '../../../examples/feed/faults.ts'
import { createPopulation } from '../../../examples/feed/population.ts'
import { withClient } from '../../../examples/feed/service/database.ts'
import { type FeedWorld, startFeedWorld } from '../../../examples/feed/world.ts'
import { startPostgres, type TestPostgres } from '../../support/servers.ts'
import { startClickHouse } from './clickhouse.ts'
import { createWatch } from './watching.ts'

const cacheTtlMs = 500
/** Three times the usual load, so that two seconds say enough. */
const scale = 3
const town: Town = { population: createPopulation(1), rhythm: { seed: 1, scale } }

let postgres: TestPostgres
let stores: Awaited<ReturnType<typeof startClickHouse>>
let clickhouse: ClickHouseClient
let watch: ReturnType<typeof createWatch>
let world: FeedWorld
const said: string[] = []

beforeAll(async () => {
  ;[postgres, stores] = await Promise.all([startPostgres(), startClickHouse()])
  clickhouse = createClient({ url: stores.url })
  watch = createWatch(clickhouse, town)
  world = await startFeedWorld({
    databaseUrl: postgres.url,
    clickhouseUrl: stores.url,
    log: (line) => said.push(line),
    cacheTtlMs,
    scale,
  })
})

afterAll(async () => {
  await world?.stop()
  await clickhouse?.close()
  await stores?.stop()
  await postgres?.stop()
})

interface Run {
  readonly pid: number
  readonly instance: string
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

async function call(
  method: 'GET' | 'POST',
  url: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${world.adminToken}`, ...headers },
  })
  return { status: response.status, body: await response.json() }
}

const flush = (key: string = randomUUID(), headers: Record<string, string> = {}) =>
  call('POST', `${world.serviceUrl}/admin/cache/flush`, { 'idempotency-key': key, ...headers })
const restart = (key: string = randomUUID()) =>
  call('POST', `${world.supervisorUrl}/restart`, { 'idempotency-key': key })
const currentRun = async () => (await call('GET', `${world.supervisorUrl}/status`)).body as Run
const stateOf = async () =>
  (await call('GET', `${world.serviceUrl}/admin/state`)).body as {
    cache: { entries: number; longestLeftMs: number }
    pool: { max: number; total: number; idle: number; waiting: number }
    pid: number
  }

const sound = (level: number) => level > 0.8 && level < 1.2
/** A tenth of the people see feeds ranked ahead; the rest see the pinned post or nothing. */
const hidden = (level: number) => level < 0.5

describe('a sound world', () => {
  it('shows the activity that its rhythm says, on both platforms', async () => {
    const { iOS, Android } = await watch.levelsFromNow()
    expect(iOS).toSatisfy(sound)
    expect(Android).toSatisfy(sound)
  })

  it('writes complete rows of believable people', async () => {
    const rows = await watch.ask(
      `SELECT user_id, post_id, action, gender, age, country, city, os, source, exp_group FROM simulator.feed_actions
       WHERE post_id BETWEEN 1 AND 400 AND action IN ('view', 'like') AND length(city) > 2 AND age > 13 LIMIT 1`,
    )
    expect(rows).toHaveLength(1)
    const odd = await watch.ask(
      "SELECT 1 FROM simulator.message_actions WHERE receiver_id = 0 OR source NOT IN ('ads', 'organic') LIMIT 1",
    )
    expect(odd).toEqual([])
  })

  it('keeps a batch once that is sent twice under one token', async () => {
    const time = 1_000_000
    const row = {
      user_id: 1,
      receiver_id: 2,
      time,
      gender: 0,
      age: 20,
      country: 'Spain',
      city: 'Madrid',
      os: 'iOS',
      source: 'ads',
      exp_group: 0,
    }
    const token = randomUUID()
    for (let attempt = 0; attempt < 2; attempt += 1)
      await clickhouse.insert({
        table: 'simulator.message_actions',
        values: [row, row],
        format: 'JSONEachRow',
        clickhouse_settings: { insert_deduplication_token: token },
      })
    const counted = await watch.ask<{ rows: number }>(
      'SELECT toUInt32(count()) AS rows FROM simulator.message_actions WHERE time = fromUnixTimestamp({time:UInt32})',
      { time },
    )
    expect(counted).toEqual([{ rows: 2 }])
  })

  it('lets nobody without the token administer it', async () => {
    for (const [method, url] of [
      ['GET', `${world.serviceUrl}/admin/state`],
      ['POST', `${world.serviceUrl}/admin/cache/flush`],
      ['POST', `${world.supervisorUrl}/restart`],
    ] as const) {
      const { status } = await call(method, url, { authorization: 'Bearer guess' })
      expect(status).toBe(401)
    }
  })

  it('refuses what its apps would never send', async () => {
    const { status } = await call(
      'GET',
      `${world.serviceUrl}/feed?user=1&os=Windows&country=Spain&exp_group=0`,
    )
    expect(status).toBe(400)
  })
})

describe('a poisoned cache', () => {
  it('hides posts on iOS past any ordinary age of an entry, until it is flushed once', async () => {
    await world.faults.start('poison-cache')
    const poisoned = await watch.levelsFromNow(2 * cacheTtlMs)
    expect(poisoned.iOS).toSatisfy(hidden)
    expect(poisoned.Android).toSatisfy(sound)
    expect(await world.faults.status()).toEqual({ 'poison-cache': true, hang: false, 'bad-config': false })

    const key = randomUUID()
    const probe = () => call('GET', `${world.serviceUrl}/admin/cache/flush`, { 'idempotency-key': key })
    expect((await probe()).body).toEqual({ applied: false })
    const { body } = await flush(key)
    expect(body).toMatchObject({
      applied: true,
      repeated: false,
      dropped: expect.toSatisfy((n: number) => n >= 8),
    })
    expect((await flush(key)).body).toEqual({ ...(body as object), repeated: true })
    expect((await probe()).body).toEqual({ applied: true })
    expect((await watch.levelsFromNow()).iOS).toSatisfy(sound)
  })

  it('is gone after a restart as well', async () => {
    await world.faults.start('poison-cache')
    expect((await stateOf()).cache.longestLeftMs).toBeGreaterThan(3_600_000)
    expect((await restart()).status).toBe(200)
    expect((await watch.levelsFromNow()).iOS).toSatisfy(sound)
  })
})

describe('stuck connections', () => {
  it('take the feed from everyone; a flush does not help, a restart does, once per key', async () => {
    await world.faults.start('hang')
    const stuck = await watch.levelsFromNow(cacheTtlMs)
    expect(stuck.iOS).toSatisfy(hidden)
    expect(stuck.Android).toSatisfy(hidden)
    expect((await stateOf()).pool).toMatchObject({ max: 5, total: 5, idle: 0 })

    expect((await flush()).status).toBe(200)
    const flushed = await watch.levelsFromNow()
    expect(flushed.iOS).toSatisfy(hidden)
    expect(flushed.Android).toSatisfy(hidden)

    const before = await currentRun()
    const key = randomUUID()
    const both = await Promise.all([restart(key), restart(key)])
    const after = await currentRun()
    expect(after.pid).not.toBe(before.pid)
    expect(after.instance).not.toBe(before.instance)
    expect(both.map(({ body }) => body)).toEqual([
      expect.objectContaining({
        repeated: false,
        before: expect.objectContaining({ pid: before.pid }),
      }),
      expect.objectContaining({ repeated: true, after: expect.objectContaining({ pid: after.pid }) }),
    ])
    const { iOS, Android } = await watch.levelsFromNow()
    expect(iOS).toSatisfy(sound)
    expect(Android).toSatisfy(sound)
  })
})

describe('a bad configuration', () => {
  it('hides posts on iOS through flush and restart, until a person puts it right', async () => {
    await world.faults.start('bad-config')
    const bad = await watch.levelsFromNow(cacheTtlMs)
    expect(bad.iOS).toSatisfy(hidden)
    expect(bad.Android).toSatisfy(sound)
    await flush()
    expect((await watch.levelsFromNow()).iOS).toSatisfy(hidden)
    await restart()
    expect((await watch.levelsFromNow()).iOS).toSatisfy(hidden)

    expect(await world.faults.fixConfig('carol')).toEqual(['iOS'])
    expect((await watch.levelsFromNow(cacheTtlMs)).iOS).toSatisfy(sound)
    const history = await withClient(world.databaseUrl, (database) =>
      database.query("SELECT changed_by FROM feed_config WHERE platform = 'iOS' ORDER BY id DESC LIMIT 2"),
    )
    expect(history.rows).toEqual([{ changed_by: 'carol' }, { changed_by: 'ranking-experiments' }])
  })
})

describe('orders', () => {
  it('are refused from whoever was superseded', async () => {
    expect((await flush(randomUUID(), { 'x-firewatch-fence': '7' })).status).toBe(200)
    expect((await flush(randomUUID(), { 'x-firewatch-fence': '6' })).status).toBe(409)
    expect((await flush(randomUUID(), { 'x-firewatch-fence': '8' })).status).toBe(200)
  })

  it('to clear undo every fault', async () => {
    for (const name of ['poison-cache', 'hang', 'bad-config'] as const) await world.faults.start(name)
    expect(await world.faults.status()).toEqual({ 'poison-cache': true, hang: true, 'bad-config': true })
    await world.faults.clear('tester')
    expect(await world.faults.status()).toEqual({ 'poison-cache': false, hang: false, 'bad-config': false })
  })
})

it('a service that is killed is started again by its supervisor', async () => {
  const before = await currentRun()
  process.kill(before.pid, 'SIGKILL')
  await expect
    .poll(async () => (await currentRun()).pid, { timeout: 10_000 })
    .not.toBeOneOf([before.pid, undefined])
  expect((await stateOf()).pid).toBe((await currentRun()).pid)
  expect(said.join('\n')).toContain('died and is started again')
})

it('a world run by hand obeys fault.ts, and nothing of it stays when it is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firewatch-test-feed-'))
  const env = { ...process.env, DATABASE_URL: postgres.url, CLICKHOUSE_URL: stores.url }
  const run = spawn(process.execPath, [example('run.ts')], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    for await (const line of createInterface({ input: run.stdout })) if (line.includes('fault.ts')) break
    const runFile = join(folder, '.firewatch', 'feed.json')
    expect((await stat(runFile)).mode & 0o777).toBe(0o600)
    const fault = (...args: string[]) =>
      execute(process.execPath, [example('fault.ts'), ...args], { cwd: folder })
    expect((await fault('poison-cache')).stdout).toMatch(/poison-cache +yes/)
    expect((await fault('clear', '--actor=tester')).stdout).toMatch(/poison-cache +no/)
    await expect(fault('set-on-fire')).rejects.toMatchObject({ code: 2 })

    const { serviceUrl, supervisorUrl } = JSON.parse(await readFile(runFile, 'utf8')) as WorldAddress
    const children = await childrenOf(run.pid ?? 0)
    expect(children).toHaveLength(2)
    const family = [...children, ...(await Promise.all(children.map(childrenOf))).flat()]
    expect(family).toHaveLength(3)
    run.kill('SIGKILL')
    await expect.poll(() => family.filter(isAlive), { timeout: 10_000 }).toEqual([])
    for (const url of [serviceUrl, supervisorUrl]) await expect(fetch(url)).rejects.toThrow('fetch failed')
  } finally {
    run.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
})

const execute = promisify(execFile)

function example(file: string): string {
  return fileURLToPath(new URL(`../../../examples/feed/${file}`, import.meta.url))
}

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await execute('ps', ['-A', '-o', 'pid=,ppid='])
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  return pairs.flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
