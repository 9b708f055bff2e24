import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Declaration, declaredIn, declaredTitle } from '../../domain/alert/declaration.ts'
import { incidentName } from '../../domain/investigate/evidence.ts'
import { unknownName } from '../../domain/values/suggestion.ts'
import { capitalised } from '../../domain/values/text.ts'
import { severities } from '../../domain/values/severity.ts'
import type { WebDependencies } from '../dependencies.ts'
import { declarePage } from '../pages/declare.ts'
import { personOf, sendPage } from '../send-page.ts'
import { HttpProblem } from '../errors.ts'
import { idempotencyKeyOf, Key } from '../idempotency-key.ts'

const title = z
  .string('title says what is wrong')
  .refine((text) => declaredTitle(text) !== '', 'title says what is wrong')
const Body = z.object({
  title: title.max(2_000, 'title is too long'),
  /** A form sends fields that were left empty too. */
  service: z
    .string()
    .max(200)
    .transform((name) => (name === '' ? undefined : name))
    .optional(),
  severity: z.enum(severities, `severity is one of ${severities.join(', ')}`).default('P1'),
  commandId: Key.optional(),
})

/** What was written before the page was asked for again; whatever is none of it is not said yet. */
const Written = z.object({
  title: z.string().max(2_000).catch(''),
  service: z.string().max(200).catch(''),
  severity: z.enum(severities).catch('P1'),
})

/** An incident in a person's own words: each is its own, and pages at once. */
export function declareRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const config = { access: 'respond' } as const
  app.post('/api/v1/incidents', { config }, async (request, reply) => {
    const { declaration, declared } = await declare(request, dependencies)
    const hint = await serviceHint(declaration.service, dependencies)
    if (declared === undefined)
      return reply
        .code(202)
        .send({ message: `Declared: “${declaration.title}”. It opens in a moment.${hint}` })
    const name = incidentName(declared.incident.number)
    const paged = declared.paged.length === 0 ? 'nobody is paged yet' : `paged ${declared.paged.join(', ')}`
    const message = `${name} is open: “${declaration.title}”; ${paged}.${hint}`
    return reply.code(201).send({ incident: declared.incident, paged: declared.paged, message })
  })
  app.get('/declare', { config }, async (request, reply) => {
    const written = Written.parse(request.query)
    const services = await dependencies.services()
    const service = written.service === '' ? declaredIn(written.title, services).service : written.service
    const page = declarePage({
      ...written,
      services,
      previews: await dependencies.declarationPreviews(service),
      person: personOf(request),
      commandId: dependencies.newId(),
    })
    return sendPage(reply, page)
  })
  app.post('/incidents', { config }, async (request, reply) => {
    const { declared } = await declare(request, dependencies)
    const path =
      declared === undefined ? '/incidents' : `/incidents/${incidentName(declared.incident.number)}`
    return reply.redirect(`${path}?told=declare`, 303)
  })
}

/** It is opened all the same: alerts may be of services that nobody configured, and nobody is held up at night over a name. */
async function serviceHint(
  service: string | undefined,
  { services }: Pick<WebDependencies, 'services'>,
): Promise<string> {
  const known = await services()
  if (service === undefined || known.length === 0 || known.includes(service)) return ''
  const hint = unknownName('service', service, known)
  return ` ${capitalised(hint)}${hint.endsWith('?') ? '' : '.'}`
}

async function declare(request: FastifyRequest, dependencies: WebDependencies) {
  const parsed = Body.safeParse(request.body)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new HttpProblem(400, 'the declaration is not understood', problems)
  }
  const { service, severity, commandId, title: written } = parsed.data
  const given = idempotencyKeyOf(request) ?? commandId ?? dependencies.newId()
  const about =
    service === undefined
      ? declaredIn(written, await dependencies.services())
      : { title: declaredTitle(written), service }
  if (about.title === '')
    throw new HttpProblem(400, `“${declaredTitle(written)}” names a service only: say what is wrong with it`)
  const by = request.principal?.person ?? 'unknown'
  const declaration: Declaration = {
    ...about,
    // Two people may choose the same key, and a declaration of one must not be lost in the other's.
    id: `web-${by}-${given}`,
    severity,
    by,
    at: dependencies.now().toISOString(),
  }
  return { declaration, declared: await dependencies.declare(declaration) }
}
