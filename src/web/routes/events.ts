import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { createChangeFeed } from '../change-feed.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { incidentOf } from './incidents.ts'

const askEveryMs = 1_000
/** A stream ends after this, and the browser opens the next one: so that the end of a session ends its streams too. */
const longestStreamMs = 10 * 60_000
const mostStreams = 500

const About = z.object({ incident: z.string().max(40).optional() })

/**
 * Changes as server-sent events: `changed` with a mark, at first and at every change; `alive` at least every ten seconds or so. Of one
 * incident with `?incident=INC-42`, else of the list.
 */
export function eventRoutes(app: FastifyInstance, { incidents, marks, log }: WebDependencies): void {
  const feed = createChangeFeed(marks, log, askEveryMs)
  let streams = 0
  app.addHook('preClose', async () => feed.close())

  app.get('/api/v1/events', { config: { access: 'viewer' } }, async (request, reply) => {
    const name = About.parse(request.query).incident
    const incident = name === undefined ? null : (await incidentOf({ name }, incidents)).number
    if (streams >= mostStreams) throw new HttpProblem(503, 'too many pages are open; reload later')
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    })
    raw.write('retry: 2000\n\n')
    streams++
    const stop = feed.watch(incident, {
      changed: (mark) => raw.write(`event: changed\ndata: ${JSON.stringify({ mark })}\n\n`),
      unchanged: () => raw.write('event: alive\ndata: {}\n\n'),
      lost: () => raw.end(),
    })
    const limit = setTimeout(() => raw.end(), longestStreamMs)
    raw.once('close', () => {
      streams--
      clearTimeout(limit)
      stop()
    })
    return reply
  })
}
