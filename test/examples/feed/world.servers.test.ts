import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WorldAddress } from '../../../examples/feed/faults.ts'
import { type Inhabited, sound, startInhabited } from './inhabited.ts'

let inhabited: Inhabited

beforeAll(async () => {
  inhabited = await startInhabited()
})

afterAll(async () => {
  await inhabited?.stop()
})

describe('a sound world', () => {
  it('shows the activity that its rhythm says, on both platforms', async () => {
    const { iOS, Android } = await inhabited.watch.levelsFromNow(1_500, 5)
    expect(iOS).toSatisfy(sound)
    expect(Android).toSatisfy(sound)
  })

  it('writes complete rows of believable people', async () => {
    const rows = await inhabited.watch.ask(
      `SELECT user_id, post_id, action, gender, age, country, city, os, source, exp_group FROM simulator.feed_actions
       WHERE post_id BETWEEN 1 AND 400 AND action IN ('view', 'like') AND length(city) > 2 AND age > 13 LIMIT 1`,
    )
    expect(rows).toHaveLength(1)
    const odd = await inhabited.watch.ask(
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
      await inhabited.clickhouse.insert({
        table: 'simulator.message_actions',
        values: [row, row],
        format: 'JSONEachRow',
        clickhouse_settings: { insert_deduplication_token: token },
      })
    const counted = await inhabited.watch.ask<{ rows: number }>(
      'SELECT toUInt32(count()) AS rows FROM simulator.message_actions WHERE time = fromUnixTimestamp({time:UInt32})',
      { time },
    )
    expect(counted).toEqual([{ rows: 2 }])
  })

  it('lets nobody without the token administer it', async () => {
    for (const [method, url] of [
      ['GET', `${inhabited.world.serviceUrl}/admin/state`],
      ['POST', `${inhabited.world.serviceUrl}/admin/cache/flush`],
      ['POST', `${inhabited.world.supervisorUrl}/restart`],
    ] as const) {
      const { status } = await inhabited.call(method, url, { authorization: 'Bearer guess' })
      expect(status).toBe(401)
    }
  })

  it('refuses what its apps would never send', async () => {
    const { status } = await inhabited.call(
      'GET',
      `${inhabited.world.serviceUrl}/feed?user=1&os=Windows&country=Spain&exp_group=0`,
    )
    expect(status).toBe(400)
  })
})

describe('orders', () => {
  it('are refused from whoever was superseded', async () => {
    expect((await inhabited.flush(randomUUID(), { 'x-firewatch-fence': '7' })).status).toBe(200)
    expect((await inhabited.flush(randomUUID(), { 'x-firewatch-fence': '6' })).status).toBe(409)
    expect((await inhabited.flush(randomUUID(), { 'x-firewatch-fence': '8' })).status).toBe(200)
  })
})

/** Stops the service's process for longer than a busy machine would. */
async function stall(): Promise<void> {
  const { pid } = await inhabited.currentRun()
  process.kill(pid, 'SIGSTOP')
  try {
    await sleep(2_500)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}

describe('what people did counts when they did it, and all of it, with a service', () => {
  it.each([
    ['that does not get its turn for a while', stall],
    ['that is restarted', () => inhabited.restart()],
  ])('%s', async (_, interrupt) => {
    const from = Math.ceil(Date.now() / 1_000)
    await interrupt()
    const { iOS, Android } = await inhabited.watch.levels(from, from + 2)
    expect(iOS).toSatisfy(sound)
    expect(Android).toSatisfy(sound)
  })
})

it('a service that is killed is started again by its supervisor', async () => {
  const before = await inhabited.currentRun()
  process.kill(before.pid, 'SIGKILL')
  await expect
    .poll(async () => (await inhabited.currentRun()).pid, { timeout: 10_000 })
    .not.toBeOneOf([before.pid, undefined])
  expect((await inhabited.state()).pid).toBe((await inhabited.currentRun()).pid)
  expect(inhabited.said.join('\n')).toContain('died and is started again')
})

it('a world run by hand obeys fault.ts, and nothing of it stays when it is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firewatch-test-feed-'))
  const env = {
    ...process.env,
    DATABASE_URL: inhabited.stores.databaseUrl,
    CLICKHOUSE_URL: inhabited.stores.clickhouseUrl,
  }
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
