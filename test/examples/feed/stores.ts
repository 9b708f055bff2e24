import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockDataDirectory } from '../../../src/embedded/data-directory.ts'
import { startEmbedded } from '../../../src/embedded/embedded-servers.ts'

/** PostgreSQL and ClickHouse of one test file. */
export interface Stores {
  readonly databaseUrl: string
  readonly clickhouseUrl: string
  stop(): Promise<void>
}

/** Starts both with a data folder of their own. A Temporal server has no part in this and is not started. */
export async function startStores(): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'firewatch-test-feed-'))
  const lock = await lockDataDirectory(join(folder, 'data'))
  const { DATABASE_URL: _database, CLICKHOUSE_URL: _clickhouse, ...rest } = process.env
  const servers = await startEmbedded({
    lock,
    env: { ...rest, TEMPORAL_ADDRESS: 'nobody-asks' },
    log: console.error,
  })
  return {
    databaseUrl: servers.postgres.url,
    clickhouseUrl: servers.clickhouse.url,
    async stop() {
      await servers.stop()
      lock.release()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
