import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { matchOperators } from '../../domain/alert/matcher.ts'
import { formatMatcher } from '../../domain/alert/matcher-text.ts'
import { mostMatchers, silenceState } from '../../domain/alert/silence.ts'
import type { SilenceAnswer, SilenceRequest } from '../../domain/alert/silence-request.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { formKeyOf, Key } from '../idempotency-key.ts'
import { readerZone } from '../reader-zone.ts'
import { personOf } from '../send-page.ts'

/** A form sends fields that were left empty too. */
const text = z
  .string()
  .max(2_000)
  .transform((written) => (written.trim() === '' ? undefined : written.trim()))
  .optional()
const writtenMatcher = z.string().max(12_000)
const MatcherParts = z
  .strictObject({ name: z.string(), operator: z.enum(matchOperators).default('='), value: z.string() })
  .transform(formatMatcher)
/** A word that is misspelt must not change what is meant. */
const Body = z.strictObject({
  matchers: z
    .union([writtenMatcher, z.array(z.union([writtenMatcher, MatcherParts])).max(mostMatchers)])
    .default([]),
  for: text,
  from: text,
  to: text,
  reason: text,
  id: text,
  commandId: Key.optional(),
})
const Named = z.object({ id: z.string().max(100) })
const Query = z.object({ expired: z.enum(['true', 'false', '']).optional().catch(undefined) })

/** Silences: alerts that nobody is paged about for a while. Added with a preview of what they silence, changed, and expired. */
export function silenceRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { silencing, now } = dependencies
  const config = { access: 'respond' } as const
  const reading = { config: { access: 'read' } } as const
  app.get('/api/v1/silences', reading, async (request) => {
    const { expired } = Query.parse(request.query)
    const silences = await silencing.listed(expired === 'true' || expired === '')
    return { timeZone: readerZone(), silences: silences.map((one) => shown(one, now().getTime())) }
  })
  app.get('/api/v1/silences/:id', reading, async (request) => {
    const { id } = Named.parse(request.params)
    const silence = await silencing.find(id)
    if (silence === undefined) throw new HttpProblem(404, `there is no silence ${id}`)
    return { timeZone: readerZone(), silence: shown(silence, now().getTime()) }
  })
  app.post('/api/v1/silences/preview', reading, async (request) =>
    given(await silencing.preview(silenceIn(request.body), personOf(request)), now()),
  )
  app.post('/api/v1/silences', { config }, async (request, reply) =>
    reply.code(201).send(given(await addSilence(request, dependencies), now())),
  )
  app.post('/api/v1/silences/:id/expire', { config }, async (request) =>
    given(await expireSilence(request, dependencies), now()),
  )
}

/** @throws HttpProblem 400 with the words that people read in chat, too */
export async function addSilence(
  request: FastifyRequest,
  { silencing, newId }: WebDependencies,
): Promise<SilenceAnswer> {
  const asked = silenceIn(request.body)
  const about = asked.id === undefined ? asked.matchers.join(', ') : `silence/${asked.id}`
  request.audited = {
    target: about.slice(0, longestTarget),
    ...(asked.reason === undefined ? {} : { reason: asked.reason }),
  }
  const by = personOf(request)
  const key = `web-${by}-${formKeyOf(request) ?? newId()}`
  const answer = accepted(await silencing.add(asked, by, key))
  request.audited = {
    ...request.audited,
    target: `silence/${answer.silence?.id} ${about}`.slice(0, longestTarget),
  }
  return answer
}

const longestTarget = 500

/** @throws HttpProblem 400 */
export async function expireSilence(
  request: FastifyRequest,
  { silencing }: WebDependencies,
): Promise<SilenceAnswer> {
  const { id } = Named.parse(request.params)
  request.audited = { target: `silence/${id}` }
  return accepted(await silencing.expire(id, personOf(request)))
}

function accepted(answer: SilenceAnswer): SilenceAnswer {
  if (answer.kind === 'refused') throw new HttpProblem(400, answer.message)
  return answer
}

/** An answer as the API gives it. */
function given(answer: SilenceAnswer, now: Date) {
  const { silence, ...rest } = accepted(answer)
  return silence === undefined ? rest : { ...rest, silence: shown(silence, now.getTime()) }
}

/** Instants in UTC, and the words that people have for the rest. */
function shown(
  silence: NonNullable<SilenceAnswer['silence']> & { readonly updatedAt?: number },
  now: number,
) {
  const { id, matchers, startsAt, endsAt, createdBy, comment, updatedAt } = silence
  return {
    id: id ?? null,
    state: silenceState(silence, now),
    matchers,
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    author: createdBy,
    reason: comment,
    ...(updatedAt === undefined ? {} : { updatedAt: new Date(updatedAt).toISOString() }),
  }
}

/** @throws HttpProblem 400 */
export function silenceIn(body: unknown): SilenceRequest {
  const read = Body.safeParse(body ?? {})
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new HttpProblem(400, 'the silence is not understood', problems)
  }
  const { matchers, for: lasting, from, to, reason, id } = read.data
  return {
    // In a form people write one a line, too.
    matchers:
      typeof matchers === 'string' ? matchers.split('\n').filter((line) => line.trim() !== '') : matchers,
    timeZone: readerZone(),
    ...(lasting === undefined ? {} : { for: lasting }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(reason === undefined ? {} : { reason }),
    ...(id === undefined ? {} : { id }),
  }
}
