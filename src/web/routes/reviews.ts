import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { mayWith } from '../../domain/access/access.ts'
import { incidentName } from '../../domain/investigate/evidence.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import { peopleNamed } from '../../domain/post-mortem/named-people.ts'
import type { ReviewListFilter } from '../../domain/post-mortem/stored-review.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { reviewAppendixPage } from '../pages/review-appendix.ts'
import { reviewListPage } from '../pages/review-list.ts'
import { reviewPage } from '../pages/review.ts'
import { inReaderZone } from '../reader-zone.ts'
import { reviewView, type ReadableReview } from '../review-view.ts'
import { personOf, sendPage } from '../send-page.ts'
import { incidentOf } from './incidents.ts'

const Filter = z.object({
  state: z.union([z.literal('').transform(() => undefined), z.enum(['draft', 'published'])]).optional(),
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

const Outcome = z.object({ told: z.string().max(40).optional().catch(undefined) })

/** Post-mortems as pages, as JSON and as the Markdown that is kept. */
export function reviewRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { reviews, incidents, charts, configured, newId } = dependencies
  const read = { config: { access: 'read' } } as const

  app.get('/api/v1/reviews', read, async ({ query }) => ({ reviews: await reviews.list(filterOf(query)) }))

  app.get('/reviews', read, async (request, reply) => {
    const filter = filterOf(request.query)
    const listed = await reviews.list(filter)
    return sendPage(reply, reviewListPage({ reviews: listed, filter, person: personOf(request) }))
  })

  app.get('/api/v1/incidents/:name/review', read, async ({ params }) => {
    const review = await reviewOf(await incidentOf(params, incidents), reviews)
    return { ...reviewView(review), namedPeople: await namedIn(review, configured) }
  })

  app.get('/api/v1/incidents/:name/review/appendix', read, async ({ params }) => {
    const { appendix } = await reviewOf(await incidentOf(params, incidents), reviews)
    return { markdown: appendix }
  })

  app.get('/reviews/:name', read, async (request, reply) => {
    const incident = await incidentOf(request.params, incidents)
    const review = await reviewOf(incident, reviews)
    const { role } = request.principal ?? {}
    const { told } = Outcome.parse(request.query)
    const about = await charts.about(incident)
    const named = await namedIn(review, configured)
    // What is written down stays in UTC, and so does what stands beside it: two clocks on one page help nobody.
    const page = inReaderZone('UTC', () =>
      reviewPage({
        review,
        named,
        commandId: newId(),
        person: personOf(request),
        mayEdit: role !== undefined && mayWith(role, 'respond'),
        ...(about === undefined ? {} : { chart: { token: incident.chartToken, about } }),
        ...(told === undefined ? {} : { told }),
      }),
    )
    return sendPage(reply, page)
  })

  app.get('/reviews/:name/appendix', read, async (request, reply) => {
    const review = await reviewOf(await incidentOf(request.params, incidents), reviews)
    return sendPage(reply, reviewAppendixPage({ review, person: personOf(request) }))
  })

  app.get('/reviews/:name/markdown', read, async ({ params }, reply) => {
    const incident = await incidentOf(params, incidents)
    const { markdown } = await reviewOf(incident, reviews)
    return sendFile(reply, `${incidentName(incident.number)}.md`, markdown)
  })

  app.get('/reviews/:name/appendix/markdown', read, async ({ params }, reply) => {
    const incident = await incidentOf(params, incidents)
    const { appendix } = await reviewOf(incident, reviews)
    return sendFile(reply, `${incidentName(incident.number)}-appendix.md`, appendix)
  })
}

/** Configured people whom it calls by name. */
async function namedIn({ document, model }: ReadableReview, configured: WebDependencies['configured']) {
  return peopleNamed(document, Object.values((await configured.now()).users), model.service)
}

/** @throws HttpProblem 404 while there is none */
export async function reviewOf(
  { number }: Pick<Incident, 'number'>,
  reviews: WebDependencies['reviews'],
): Promise<ReadableReview> {
  const review = await reviews.get(number)
  if (review !== undefined && isReadable(review)) return review
  const trouble = await reviews.trouble(number)
  throw new HttpProblem(
    404,
    trouble === undefined
      ? 'the review is not drafted yet: it follows the end of the incident'
      : `there is no review: ${trouble}`,
  )
}

export function isReadable(
  review: Awaited<ReturnType<WebDependencies['reviews']['get']>>,
): review is ReadableReview {
  return review !== undefined && review.document !== null
}

function sendFile(reply: FastifyReply, name: string, markdown: string): FastifyReply {
  return reply
    .type('text/markdown; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(markdown)
}

/** @throws HttpProblem 400 that names the parameter */
function filterOf(query: unknown): ReviewListFilter {
  const parsed = Filter.safeParse(query)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new HttpProblem(400, 'the filter is not understood', problems)
  }
  const { state, before, limit } = parsed.data
  return { limit, ...(state === undefined ? {} : { state }), ...(before === undefined ? {} : { before }) }
}
