import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { lockDataDirectory } from '../../src/embedded/data-directory.ts'
import { startEmbedded } from '../../src/embedded/embedded-servers.ts'
import { migrate, openDatabase } from '../../src/postgres/database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the database that has all migrations and no rows; nobody may be connected to it while it is copied. */
    readonly templateUrl: string
  }
}

/**
 * Starts the PostgreSQL that all files of a run share, each with a database of its own. It ends with the run, however that ends: it has the
 * watchdog of the product's servers. A chdb serves one query at a time, and a Temporal is up within a second: files start their own.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using starting = new AsyncDisposableStack()
  const folder = starting.adopt(await mkdtemp(join(tmpdir(), 'firewatch-test-run-')), (one) =>
    rm(one, { recursive: true, force: true }),
  )
  const lock = starting.adopt(await lockDataDirectory(join(folder, 'data')), (one) => one.release())
  const { DATABASE_URL: _database, ...rest } = process.env
  const env = { ...rest, TEMPORAL_ADDRESS: 'nobody-asks', CLICKHOUSE_URL: 'nobody-asks' }
  const servers = starting.adopt(await startEmbedded({ lock, env, log: console.error }), (one) => one.stop())
  await fillTemplate(servers.postgres.url)
  project.provide('templateUrl', servers.postgres.url)
  const running = starting.move()
  return () => running.disposeAsync()
}

async function fillTemplate(url: string): Promise<void> {
  const database = openDatabase(url, 1)
  try {
    // What is stored here outlives no run, so that nothing has to wait for the disk.
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
      await database.pool.query(`ALTER SYSTEM SET ${setting} = off`)
    await database.pool.query('SELECT pg_reload_conf()')
    await migrate(database.pool)
  } finally {
    await database.close()
  }
}
