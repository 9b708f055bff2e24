import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import { audienceKey, audiences, operatingSystems, type Os } from '../audience.ts'
import type { FeedApp } from './app.ts'
import { requireBearer } from './bearer.ts'
import { readRankingConfiguration } from './database.ts'
import { createFence, createOnce, keyOf, type OrderQuery } from './orders.ts'

export interface FeedAdmin
  extends Pick<FeedApp, 'cache' | 'rank' | 'activity' | 'instance' | 'startedAt' | 'now'> {
  readonly pool: pg.Pool
  readonly token: string
}

interface WarmBody {
  readonly os: Os
  readonly min_score: number
  readonly ttl_seconds: number
}

const warmBody = {
  type: 'object',
  required: ['os', 'min_score', 'ttl_seconds'],
  additionalProperties: false,
  properties: {
    os: { enum: operatingSystems.map(([name]) => name) },
    min_score: { type: 'number' },
    ttl_seconds: { type: 'integer', minimum: 1 },
  },
}

/** What the people who run the service use; every request needs the token. */
export function addAdminRoutes(app: FastifyInstance, admin: FeedAdmin): void {
  void app.register(
    async (routes) => {
      routes.addHook('onRequest', requireBearer(admin.token))
      addFlush(routes, admin)
      routes.get('/state', () => stateOf(admin))
      routes.post<{ Body: WarmBody }>('/cache/warm', { schema: { body: warmBody } }, ({ body }) =>
        warm(admin, body),
      )
      routes.get<{ Querystring: { os?: string } }>('/report', async ({ query }, reply) => {
        const report = await reportPlatform(admin.pool, query.os ?? '')
        return report ?? reply.code(404).send({ error: `feed_config knows no platform ${query.os ?? ''}` })
      })
    },
    { prefix: '/admin' },
  )
}

/** `POST` flushes, once per key; `GET` only asks whether a flush under this key was done by this process. */
function addFlush(routes: FastifyInstance, { cache }: FeedAdmin): void {
  const flushes = createOnce<{ dropped: number }>()
  routes.post<OrderQuery>('/cache/flush', { onRequest: createFence() }, async (request) => {
    const { result, repeated } = await flushes.run(keyOf(request), async () => ({
      dropped: cache.flush(),
    }))
    return { applied: true, repeated, ...result }
  })
  routes.get<OrderQuery>('/cache/flush', async (request, reply) => {
    const key = keyOf(request)
    if (key === undefined)
      return reply.code(400).send({ error: 'say which flush: header Idempotency-Key or ?key=' })
    return { applied: await flushes.applied(key) }
  })
}

function stateOf({ cache, pool, activity, instance, startedAt, now }: FeedAdmin) {
  return {
    pid: process.pid,
    instance,
    startedAt,
    uptimeMs: now() - Date.parse(startedAt),
    cache: cache.state(),
    pool: { max: pool.options.max, total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount },
    activity: activity.state(),
  }
}

/** Ranks for every audience of a platform ahead of a rush, with a least score and a life that the caller chooses. Nobody checks them. */
async function warm({ cache, rank }: FeedAdmin, { os, min_score, ttl_seconds }: WarmBody) {
  const chosen = audiences.filter((audience) => audience.os === os)
  for (const audience of chosen)
    cache.warm(audienceKey(audience), await rank(audience, min_score), ttl_seconds * 1_000)
  return { warmed: chosen.length }
}

/**
 * How much of the catalogue a platform shows, from one snapshot of the database.
 *
 * This function has a bug, on purpose, for it is one of the faults of this world: asked for a platform that is not configured, it leaves
 * without releasing its connection. After as many such calls as the pool has connections, every request waits for a connection in vain.
 */
async function reportPlatform(pool: pg.Pool, platform: string) {
  const client = await pool.connect()
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const configuration = await readRankingConfiguration(client, platform)
  if (!configuration) return undefined
  const { rows } = await client.query<{ shown: number; all: number }>(
    'SELECT (count(*) FILTER (WHERE score >= $1))::integer AS shown, count(*)::integer AS all FROM posts',
    [configuration.minScore],
  )
  await client.query('COMMIT')
  client.release()
  return { ...configuration, ...rows[0] }
}
