import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { identify } from '../access.ts'
import { createChangeFeed } from '../change-feed.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { openEventStream } from '../event-stream.ts'
import { createStreamSlots } from '../stream-slots.ts'
import { incidentOf } from './incidents.ts'

const askEveryMs = 1_000
/** A stream ends after this, and the browser opens the next one. */
const longestStreamMs = 10 * 60_000
/** So soon the streams of somebody whose session was ended end too. */
const identifyEveryMs = 15_000
const drainWithinMs = 10_000
const mostStreams = 500
/** Pages that one person has open, in all their browsers. */
const mostStreamsPerPerson = 50

const About = z.object({ incident: z.string().max(40).optional() })

/**
 * Changes as server-sent events: `changed` with a mark, at first and at every change; `alive` at least every ten seconds or so. Of one
 * incident with `?incident=INC-42`, else of the list.
 */
export function eventRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { incidents, marks, log } = dependencies
  const feed = createChangeFeed(marks, log, askEveryMs)
  const slots = createStreamSlots(mostStreams, mostStreamsPerPerson)
  app.addHook('preClose', async () => feed.close())

  const config = {
    access: 'read',
    pageLinkOf: ({ query }: FastifyRequest) => (query as { incident?: unknown }).incident,
  } as const
  app.get('/api/v1/events', { config }, async (request, reply) => {
    const { raw } = reply
    const giveBack = slots.take(request.principal?.person ?? '')
    if (giveBack === undefined) throw new HttpProblem(503, 'too many pages are open; reload later')
    // Whoever leaves, leaves at any moment: also while we look up what they asked for.
    raw.once('close', giveBack)
    if (hasLeft(reply)) giveBack()
    const name = About.parse(request.query).incident
    const incident = name === undefined ? null : (await incidentOf({ name }, incidents)).number
    reply.hijack()
    if (hasLeft(reply)) return reply
    const stream = openEventStream(raw, drainWithinMs)
    const stopWatching = feed.watch(incident, {
      changed: (mark) => stream.send('changed', { mark }),
      unchanged: () => stream.sendIfReady('alive', {}),
      lost: () => stream.end(),
    })
    const end = () => stream.end()
    const limit = setTimeout(end, longestStreamMs)
    const identifying = setInterval(() => endUnlessKnown(request, dependencies, end), identifyEveryMs)
    raw.once('close', () => {
      clearTimeout(limit)
      clearInterval(identifying)
      stopWatching()
    })
    return reply
  })
}

function hasLeft({ raw }: FastifyReply): boolean {
  return raw.destroyed || raw.socket === null || raw.socket.destroyed
}

/** Also when it cannot be asked who they are: nothing is shown to somebody who may not be allowed to see it. */
function endUnlessKnown(request: FastifyRequest, { credentials }: WebDependencies, end: () => void): void {
  identify(request, credentials).then((principal) => {
    if (principal === undefined) end()
  }, end)
}
