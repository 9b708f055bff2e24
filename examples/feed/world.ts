import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createClient } from '@clickhouse/client'
import { createFaults, type Faults, type WorldAddress } from './faults.ts'
import { startPart } from './part.ts'
import { prepareDatabase, restoreRankingConfiguration, withClient } from './service/database.ts'
import { createTables } from './tables.ts'

export type { FaultName } from './faults.ts'

/** Where a world writes its address for `fault.ts`. */
export const defaultRunFile = '.firewatch/feed.json'

export interface FeedWorldOptions {
  /** Of any database of a PostgreSQL server, with a user that may create databases; the world takes a database `feed` there. */
  readonly databaseUrl: string
  readonly clickhouseUrl: string
  /** A line from one of the processes. */
  readonly log: (line: string) => void
  /** Other seeds are other towns. Give `backfill` the same. */
  readonly seed?: number
  /** 1 is the usual load, about 90 rows a second. Give `backfill` the same. */
  readonly scale?: number
  /** Written with mode 0600, for it holds the token; removed at the end. */
  readonly runFile?: string
  /** How long a ranked feed is kept in the cache of the service; 5 s by default. */
  readonly cacheTtlMs?: number
}

export interface FeedWorld extends WorldAddress {
  /** From this instant on the users write their own history: let `backfill` end here. */
  readonly liveFrom: number
  readonly faults: Faults
  stop(): Promise<void>
}

/**
 * Starts the feed service under its supervisor, and its users. A configuration left bad by an earlier run is put right first: a world starts sound.
 * Everything ends with this process, however that ends.
 */
export async function startFeedWorld(options: FeedWorldOptions): Promise<FeedWorld> {
  const { log, seed = 1, scale = 1, cacheTtlMs = 5_000, runFile } = options
  const databaseUrl = await prepareDatabase(options.databaseUrl)
  await withClient(databaseUrl, (database) =>
    restoreRankingConfiguration(database, 'feed-world', 'a world starts sound'),
  )
  await prepareTables(options.clickhouseUrl)

  const adminToken = randomBytes(24).toString('base64url')
  const supervisor = await startPart<{ serviceUrl: string; supervisorUrl: string }>({
    file: './service/supervisor.ts',
    log,
    environment: {
      FEED_DATABASE_URL: databaseUrl,
      FEED_CLICKHOUSE_URL: options.clickhouseUrl,
      FEED_ADMIN_TOKEN: adminToken,
      FEED_CACHE_TTL_MS: String(cacheTtlMs),
    },
  })
  const { serviceUrl, supervisorUrl } = supervisor.ready
  const users = await startPart<{ liveFrom: number }>({
    file: './users/main.ts',
    args: [`--service=${serviceUrl}`, `--seed=${seed}`, `--scale=${scale}`],
    log,
  }).catch(async (error: unknown) => {
    await supervisor.stop()
    throw error
  })

  const address: WorldAddress = { serviceUrl, supervisorUrl, adminToken, databaseUrl }
  if (runFile !== undefined) await writeAddress(runFile, address)
  return {
    ...address,
    liveFrom: users.ready.liveFrom,
    faults: createFaults(address),
    async stop() {
      await users.stop()
      await supervisor.stop()
      if (runFile !== undefined) await rm(runFile, { force: true })
    },
  }
}

async function prepareTables(clickhouseUrl: string): Promise<void> {
  const clickhouse = createClient({ url: clickhouseUrl })
  try {
    await createTables(clickhouse)
  } finally {
    await clickhouse.close()
  }
}

async function writeAddress(file: string, address: WorldAddress): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await rm(file, { force: true })
  await writeFile(file, `${JSON.stringify(address, undefined, 2)}\n`, { mode: 0o600 })
}
