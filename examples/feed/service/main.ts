import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@clickhouse/client'
import pg from 'pg'
import { whenToldToEnd } from '../parent.ts'
import { createActivityRows } from './activity-rows.ts'
import { addAdminRoutes } from './admin.ts'
import { createFeedApp } from './app.ts'
import { applicationName } from './database.ts'
import { createFeedCache } from './feed-cache.ts'
import { createPrefetchedFeeds, createRank, type RankedFeed } from './ranking.ts'
import { type FeedSettings, readSettings } from './settings.ts'

/** Rows reach ClickHouse this long after people acted, when all is well. */
const writeEveryMs = 400

function openPool({ databaseUrl, poolSize }: FeedSettings): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: applicationName,
    max: poolSize,
    connectionTimeoutMillis: 3_000,
    statement_timeout: 2_000,
    query_timeout: 2_500,
  })
  // The pool has already thrown the connection away; without a listener the loss of an idle one would end the process.
  pool.on('error', (error) => console.error(`feed: an idle connection to PostgreSQL broke: ${error.message}`))
  return pool
}

/** Does something again and again until `signal` aborts; a failure is said once, not at every turn. */
async function repeat(
  name: string,
  everyMs: number,
  signal: AbortSignal,
  act: () => Promise<void>,
): Promise<void> {
  let failing = false
  while (!signal.aborted) {
    try {
      await act()
      if (failing) console.error(`feed: ${name} works again`)
      failing = false
    } catch (error) {
      if (!failing) console.error(`feed: ${name} fails, will be tried again: ${String(error)}`)
      failing = true
    }
    await sleep(everyMs, undefined, { signal }).catch(() => signal.aborted)
  }
}

async function main(): Promise<void> {
  const settings = readSettings(process.env)
  const now = Date.now
  const clickhouse = createClient({ url: settings.clickhouseUrl, request_timeout: 5_000 })
  const pool = openPool(settings)
  const rank = createRank(pool)
  const prefetched = createPrefetchedFeeds(rank)
  const activity = createActivityRows(clickhouse, now)
  const feed = {
    rank,
    prefetched,
    activity,
    now,
    cache: createFeedCache<RankedFeed>({ ttlMs: settings.cacheTtlMs, now }),
    instance: settings.instance,
    startedAt: new Date(now()).toISOString(),
  }
  const app = createFeedApp(feed)
  addAdminRoutes(app, { ...feed, pool, token: settings.adminToken })

  // Ready means that the database answered: an error here ends the process with its reason.
  await prefetched.refresh()
  const ending = new AbortController()
  const writing = repeat('writing rows to ClickHouse', writeEveryMs, ending.signal, () => activity.write())
  void repeat('ranking ahead', settings.cacheTtlMs, ending.signal, () => prefetched.refresh())
  const url = await app.listen({ host: '127.0.0.1', port: settings.port })
  console.log(JSON.stringify({ ready: true, url, pid: process.pid, instance: settings.instance }))

  const end = async (): Promise<void> => {
    await app.close()
    ending.abort()
    await writing
    await activity.write()
  }
  whenToldToEnd(() => {
    // The pool is not waited for: connections that nobody gives back must not keep a restart waiting.
    end()
      .catch((error: unknown) => console.error(`feed: the last rows were not written: ${String(error)}`))
      .finally(() => process.exit())
  })
}

await main()
