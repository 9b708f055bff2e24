import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { incidentName } from '../../domain/investigate/evidence.ts'
import { cutText } from '../../domain/page/delivery.ts'
import type { CommandAnswer } from '../../domain/incident/messages.ts'
import {
  everything,
  incidentScope,
  isSameScope,
  readScope,
  scopeOf,
  scopeWords,
  type SwitchKind,
  switchKinds,
  type SwitchScope,
  switchWords,
  writeScope,
} from '../../domain/remediate/kill-switch.ts'
import { may } from '../access.ts'
import type { Automation } from '../automation.ts'
import type { WebDependencies } from '../dependencies.ts'
import { dayAndTimeIn } from '../../domain/values/zoned-words.ts'
import { readerZone } from '../reader-zone.ts'
import { HttpProblem } from '../errors.ts'
import { automationPage } from '../pages/automation.ts'
import { personOf, sendPage } from '../send-page.ts'
import { incidentOf } from './incidents.ts'

const name = z.string().trim().min(1).max(100).optional()
/** A word that is misspelt must not come to mean everything. */
const What = z.strictObject({
  service: name,
  action: name,
  target: name,
  incident: name,
  reason: z.unknown().optional(),
})
/** A form chooses one: `everything`, `target/feed-1`. */
const Chosen = z.object({ what: z.string().max(200) })
const longestReason = 500
/** Nobody is kept from stopping automation by a reason that is too long. */
const Why = z.object({ reason: z.string().transform((text) => cutText(text.trim(), longestReason)) })
const Query = z.object({ told: z.string().optional().catch(undefined) })

type Switching = (
  scope: SwitchScope,
  request: FastifyRequest,
  dependencies: WebDependencies,
) => Promise<CommandAnswer>

/** Throwing and lifting the kill switches of automation: for everything, or for a service, an action, a target or an incident. */
export function automationRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { automation, now } = dependencies
  const config = { access: 'stop-automation' } as const
  app.get('/api/v1/automation', { config: { access: 'read' } }, async () => ({
    timeZone: readerZone(),
    switches: (await automation.switches()).map((one) => ({ ...one, scope: writeScope(one.scope) })),
  }))
  app.get('/automation', { config: { access: 'read' } }, async (request, reply) => {
    const { told } = Query.parse(request.query)
    const page = automationPage({
      switches: await automation.switches(),
      names: await automation.names(),
      person: personOf(request),
      maySwitch: may(request.principal, 'stop-automation'),
      now: now().toISOString(),
      ...(told === undefined ? {} : { told }),
    })
    return sendPage(reply, page)
  })

  for (const [verb, give] of [
    ['stop', stop],
    ['resume', resume],
  ] as const) {
    app.post(`/api/v1/automation/${verb}`, { config }, async (request) =>
      give(await scopeIn(request.body, verb, dependencies), request, dependencies),
    )
    app.post(`/automation/${verb}`, { config }, async (request, reply) => {
      const chosen = readScope(Chosen.parse(request.body).what)
      if (chosen === undefined) throw unclear()
      const scope = await knownScope(chosen, verb, dependencies)
      const { changed } = await give(scope, request, dependencies)
      return reply.redirect(`/automation?told=${changed ? verb : `${verb}-again`}`, 303)
    })
    const ofIncident = async (request: FastifyRequest) => {
      const { number } = await incidentOf(request.params, dependencies.incidents)
      const scope = await knownScope(incidentScope(number), verb, dependencies)
      return { number, answer: await give(scope, request, dependencies) }
    }
    app.post(
      `/api/v1/incidents/:name/${verb}-automation`,
      { config },
      async (request) => (await ofIncident(request)).answer,
    )
    app.post(`/incidents/:name/${verb}-automation`, { config }, async (request, reply) => {
      const { number, answer } = await ofIncident(request)
      const told = `${verb}-automation${answer.changed ? '' : '-again'}`
      return reply.redirect(`/incidents/${incidentName(number)}?told=${told}`, 303)
    })
  }
}

const stop: Switching = async (scope, request, { automation, now }) => {
  const reason = reasonIn(request.body)
  request.audited = { target: writeScope(scope), reason }
  const thrown = { scope, stoppedBy: personOf(request), reason, stoppedAt: now().toISOString() }
  if (await automation.stop(thrown)) {
    const message = `automation is stopped for ${scopeWords(scope)} until somebody lifts that: no new attempt begins; a running one finishes and is verified`
    return { changed: true, message }
  }
  const before = (await automation.switches()).find((one) => isSameScope(one.scope, scope))
  const message =
    before === undefined
      ? 'it was thrown and lifted at this moment; look again'
      : `${switchWords(before, dayAndTimeIn(readerZone()))}; nothing has changed`
  return { changed: false, message }
}

const resume: Switching = async (scope, request, { automation, now }) => {
  const reason = reasonIn(request.body)
  request.audited = { target: writeScope(scope), reason }
  const lifted = { scope, by: personOf(request), reason, at: now().toISOString() }
  return (await automation.resume(lifted))
    ? { changed: true, message: `automation may work again for ${scopeWords(scope)}` }
    : {
        changed: false,
        message: `no switch was thrown for ${scopeWords(scope)}; "firewatch automation status" lists them`,
      }
}

function reasonIn(body: unknown): string {
  const { reason = '' } = Why.safeParse(body).data ?? {}
  return reason === '' ? 'no reason was given' : reason
}

/**
 * The scope that is meant. What is not configured any more can still be lifted.
 * @throws HttpProblem 400 for what is not one scope, 404 for what there is not, 409 for an incident that is over
 */
async function scopeIn(
  body: unknown,
  verb: 'stop' | 'resume',
  dependencies: WebDependencies,
): Promise<SwitchScope> {
  const what = What.safeParse(body ?? {})
  const named = what.success ? switchKinds.filter((kind) => what.data[kind] !== undefined) : []
  if (!what.success || named.length > 1) throw unclear()
  const [kind] = named
  if (kind === undefined) return everything
  return knownScope({ kind, name: what.data[kind] ?? '' }, verb, dependencies)
}

function unclear(): HttpProblem {
  return new HttpProblem(
    400,
    'say for what, once: service, action, target or incident; for everything, none of them',
  )
}

/** A scope as people may name it, once it is known that there is such a thing: what is to be lifted need not be there any more. */
async function knownScope(
  wanted: SwitchScope,
  verb: 'stop' | 'resume',
  dependencies: WebDependencies,
): Promise<SwitchScope> {
  if (wanted.kind === 'everything') return wanted
  const { kind, name } = wanted
  if (verb === 'stop') await findKnown(kind, name, dependencies)
  const scope = scopeOf(kind, name)
  if (scope === undefined) throw new HttpProblem(404, `there is no incident ${name}`)
  return scope
}

async function findKnown(
  kind: SwitchKind,
  wanted: string,
  { automation, incidents }: WebDependencies,
): Promise<void> {
  if (kind !== 'incident') return findNamed(kind, wanted, automation)
  const { number, state } = await incidentOf({ name: wanted }, incidents)
  if (state === 'resolved')
    throw new HttpProblem(409, `${incidentName(number)} is resolved: no attempt of it begins any more`)
}

async function findNamed(
  kind: Exclude<SwitchKind, 'incident'>,
  wanted: string,
  automation: Automation,
): Promise<void> {
  const known = (await automation.names())[kind]
  if (known.includes(wanted)) return
  const others = known.length === 0 ? 'none is configured' : `there is ${known.join(', ')}`
  throw new HttpProblem(404, `there is no ${kind} ${JSON.stringify(wanted)}; ${others}`)
}
