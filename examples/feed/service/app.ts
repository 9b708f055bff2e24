import Fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { audienceKey, markets, operatingSystems, type Os, postCount, prefetchGroup } from '../audience.ts'
import type { Person } from '../population.ts'
import type { FeedAction } from '../tables.ts'
import type { ActivityRows } from './activity-rows.ts'
import type { FeedCache } from './feed-cache.ts'
import { pageFor, type PrefetchedFeeds, type Rank, type RankedFeed } from './ranking.ts'

export interface FeedApp {
  readonly rank: Rank
  readonly cache: FeedCache<RankedFeed>
  readonly prefetched: PrefetchedFeeds
  readonly activity: ActivityRows
  readonly instance: string
  readonly startedAt: string
  readonly now: () => number
}

interface FeedQuery {
  readonly user: number
  readonly os: Os
  readonly country: string
  readonly exp_group: number
}

interface ActionsBody {
  readonly person: Person
  readonly at: number
  readonly actions: readonly Pick<FeedAction, 'post_id' | 'action'>[]
}

interface MessagesBody {
  readonly person: Person
  readonly at: number
  readonly receivers: readonly number[]
}

const id = { type: 'integer', minimum: 1, maximum: 4_294_967_295 }
const small = { type: 'integer', minimum: 0, maximum: 255 }
const os = { enum: operatingSystems.map(([name]) => name) }
const country = { enum: markets.map((market) => market.country) }
const city = { type: 'string', minLength: 1, maxLength: 60 }
const source = { enum: ['ads', 'organic'] }

function object(properties: Readonly<Record<string, object>>) {
  return { type: 'object', required: Object.keys(properties), properties, additionalProperties: false }
}

const person = object({ user_id: id, gender: small, age: small, country, city, os, source, exp_group: small })
const action = object({
  post_id: { type: 'integer', minimum: 1, maximum: postCount },
  action: { enum: ['view', 'like'] },
})
const feedQuery = object({ user: id, os, country, exp_group: small })
/** By the phone's clock, milliseconds since 1970. */
const at = { type: 'integer', minimum: 0 }
const actionsBody = object({
  person,
  at,
  actions: { type: 'array', minItems: 1, maxItems: 100, items: action },
})
const messagesBody = object({
  person,
  at,
  receivers: { type: 'array', minItems: 1, maxItems: 20, items: id },
})

/** What the apps on people's phones talk to. */
export function createFeedApp(feed: FeedApp): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true })
  answerFailures(app)

  app.get('/health', () => ({
    status: 'ok',
    instance: feed.instance,
    pid: process.pid,
    startedAt: feed.startedAt,
  }))

  app.get<{ Querystring: FeedQuery }>('/feed', { schema: { querystring: feedQuery } }, async ({ query }) => ({
    posts: pageFor(await rankedFor(feed, query), query.user, feed.now()),
  }))

  app.post<{ Body: ActionsBody }>('/actions', { schema: { body: actionsBody } }, async ({ body }, reply) => {
    const time = secondOf(body.at, feed.now())
    feed.activity.addFeedActions(body.actions.map((done) => ({ ...body.person, ...done, time })))
    return reply.code(202).send({ accepted: body.actions.length })
  })

  // Delivery is another system's work: here a message is accepted and counted.
  app.post<{ Body: MessagesBody }>(
    '/messages',
    { schema: { body: messagesBody } },
    async ({ body }, reply) => {
      const time = secondOf(body.at, feed.now())
      feed.activity.addMessages(body.receivers.map((receiver_id) => ({ ...body.person, receiver_id, time })))
      return reply.code(202).send({ accepted: body.receivers.length })
    },
  )

  return app
}

/** A phone whose clock is further off than this is taken to have acted now. */
const clockToleranceMs = 60_000

/** When somebody acted, in seconds since 1970: never later than now. */
function secondOf(at: number, now: number): number {
  return Math.floor((at <= now && now - at <= clockToleranceMs ? at : now) / 1_000)
}

/** The experiment reads feeds ranked in the background; everyone else goes through the cache, and past it to the database. */
async function rankedFor({ cache, prefetched, rank }: FeedApp, query: FeedQuery): Promise<RankedFeed> {
  const ahead = query.exp_group === prefetchGroup ? prefetched.get(query) : undefined
  return ahead ?? cache.get(audienceKey(query), () => rank(query))
}

function answerFailures(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return reply.code(error.statusCode).send({ error: error.message })
    }
    return reply
      .code(503)
      .header('retry-after', '1')
      .send({
        error: `${request.method} ${request.routeOptions.url ?? ''} cannot be answered now: ${error.message}`,
      })
  })
}
