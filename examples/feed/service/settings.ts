import { z } from 'zod'

/** Passed as environment variables, so that secrets show in no process list. */
const environment = z.object({
  FEED_DATABASE_URL: z.url(),
  FEED_CLICKHOUSE_URL: z.url(),
  FEED_ADMIN_TOKEN: z.string().min(16),
  /** 0: any free port. */
  FEED_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  FEED_SUPERVISOR_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Names this run of the service; the supervisor gives each start its own. */
  FEED_INSTANCE: z.string().default('by-hand'),
  FEED_CACHE_TTL_MS: z.coerce.number().int().positive().default(5_000),
  /** Connections to PostgreSQL. */
  FEED_POOL_SIZE: z.coerce.number().int().min(1).default(5),
})

export type FeedSettings = ReturnType<typeof readSettings>

/** @throws Error that names every variable that is missing or wrong */
export function readSettings(variables: NodeJS.ProcessEnv) {
  const { success, data, error } = environment.safeParse(variables)
  if (!success) throw new Error(`the feed service's environment is incomplete:\n${z.prettifyError(error)}`)
  return {
    databaseUrl: data.FEED_DATABASE_URL,
    clickhouseUrl: data.FEED_CLICKHOUSE_URL,
    adminToken: data.FEED_ADMIN_TOKEN,
    port: data.FEED_PORT,
    supervisorPort: data.FEED_SUPERVISOR_PORT,
    instance: data.FEED_INSTANCE,
    cacheTtlMs: data.FEED_CACHE_TTL_MS,
    poolSize: data.FEED_POOL_SIZE,
  }
}
