import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { createClickHouse } from '../src/clickhouse/client.ts'
import { removeData, startUp, type UpFirewatch } from '../test/support/firewatch.ts'
import { type Figure, figure, type Report } from './figures.ts'
import { manyPeople, settled, until } from './installation.ts'
import { usageOf } from './processes.ts'

/** Judged each second, so that the first run after a start says when Firewatch works again. */
const everySecond = `
services: { shop: {} }
sources:
  orders: { table: shop.orders }
metrics:
  orders: { source: orders, kind: count, sql: count() }
checks:
  orders: { service: shop, metrics: [orders], detector: { kind: threshold, op: '<', value: 0 }, bucket: 1s, late: 0s }
`
const env = { BENCH_PAGER_URL: 'http://127.0.0.1:9/nobody', BENCH_PAGER_SECRET: 'bench' }
/** Until what was needed only to start is given back. */
const restMs = 20_000
const mebibyte = 2 ** 20

/** `up` on a new data directory, and once more on the same one. */
export async function benchStart(tell: (line: string) => void): Promise<Report> {
  const dataDir = await mkdtemp(join(tmpdir(), 'firewatch-bench-'))
  try {
    const cold = await startAndStop(dataDir, tell)
    const warm = await startAndStop(dataDir, tell)
    return {
      name: 'start',
      title: 'firewatch up: from the command to the first check that is judged and stored',
      figures: [
        figure('warm: to the first check', warm.checkedMs, 'ms', { atMost: 8_000 }),
        figure('warm: until it answers', warm.readyMs, 'ms'),
        figure('with a new data directory: to the first check', cold.checkedMs, 'ms'),
      ],
    }
  } finally {
    await removeData(dataDir)
  }
}

/** Everything that `up` runs, started for the second time, at rest after a while of checks each second. */
export async function benchMemory(tell: (line: string) => void): Promise<Report> {
  const dataDir = await mkdtemp(join(tmpdir(), 'firewatch-bench-'))
  await startAndStop(dataDir, tell)
  const up = await startUp(manyPeople(everySecond), env, dataDir)
  try {
    await createOrders(up)
    tell(`up; at rest for ${restMs / 1000} s`)
    await settled(restMs)
    const { pid, processes } = await up.run()
    const all = await usageOf(pid)
    const parts = await Promise.all(
      Object.entries(processes).map(async ([name, part]): Promise<Figure> => {
        const usage = await usageOf(part)
        return figure(`of which ${name}`, inMebibytes(usage?.proportionalBytes), 'MiB')
      }),
    )
    return {
      name: 'memory',
      title: `resident memory of everything after a warm start; a page that processes share counts once`,
      figures: [
        figure('everything', inMebibytes(all?.proportionalBytes), 'MiB', { atMost: 750 }),
        ...parts,
        figure('everything, shared pages counted for each process', inMebibytes(all?.residentBytes), 'MiB'),
      ],
    }
  } finally {
    await up.stop()
    await removeData(dataDir)
  }
}

function inMebibytes(bytes: number | null | undefined): number | null {
  return bytes === null || bytes === undefined ? null : bytes / mebibyte
}

async function startAndStop(dataDir: string, tell: (line: string) => void) {
  const [begun, beganAt] = [performance.now(), new Date()]
  const up = await startUp(manyPeople(everySecond), env, dataDir)
  try {
    const readyMs = performance.now() - begun
    tell(`it answers after ${Math.round(readyMs)} ms`)
    const checkedAt = await firstCheckAfter(up, beganAt)
    return { readyMs, checkedMs: checkedAt.getTime() - beganAt.getTime() }
  } finally {
    await createOrders(up)
    await up.stop()
  }
}

async function createOrders(up: UpFirewatch): Promise<void> {
  const clickhouse = createClickHouse({ url: (await up.run()).clickhouseUrl })
  await clickhouse.command('CREATE DATABASE IF NOT EXISTS shop')
  await clickhouse.command(
    'CREATE TABLE IF NOT EXISTS shop.orders (time DateTime) ENGINE = MergeTree ORDER BY time',
  )
  await clickhouse.close()
}

/** By the clock of the database, which is this machine's. */
async function firstCheckAfter(up: UpFirewatch, since: Date): Promise<Date> {
  const database = new pg.Client({ connectionString: (await up.run()).databaseUrl })
  await database.connect()
  try {
    let first: Date | null = null
    await until('a check was judged', async () => {
      const query = 'SELECT min(evaluated_at) AS first FROM verdicts WHERE evaluated_at > $1'
      const { rows } = await database.query<{ first: Date | null }>(query, [since])
      first = rows[0]?.first ?? null
      return first !== null
    })
    return first ?? since
  } finally {
    await database.end()
  }
}
