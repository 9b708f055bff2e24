import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ChangeResult, ScheduleChange } from '../../domain/on-call/changes.ts'
import type { Schedule } from '../../domain/on-call/schedule.ts'
import { shiftNotices } from '../../domain/on-call/shift-notice.ts'
import { takesNotices } from '../../domain/page/shift-notice-message.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { idempotencyKeyOf } from '../idempotency-key.ts'
import { zoneOf } from '../on-call-service.ts'
import { changeJson, effectJson } from '../on-call-answers.ts'
import {
  besideOf,
  cannotTake,
  readChangeRequest,
  wholeSecond,
  type ChangeKind,
} from '../on-call-change-requests.ts'
import { scheduleOf } from './on-call.ts'

/** Kinds of changes by the last word of their path. */
const kinds: Readonly<Record<string, ChangeKind>> = {
  overrides: 'override',
  temporary: 'temporary',
  swaps: 'swap',
}

const Numbered = z.object({ id: z.string().max(30) })
const Taker = z.object({ taker: z.string().trim().min(1).optional() })

/** People change schedules for a while: as JSON under `/api`, as forms from the console. Each change carries who made it. */
export function onCallChangeRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const access = { config: { access: 'respond' } } as const
  for (const [word, kind] of Object.entries(kinds)) {
    app.post(`/api/v1/schedules/:name/${word}`, access, async (request, reply) =>
      reply.code(201).send(await addChange(kind, request, dependencies)),
    )
  }
  app.post('/api/v1/schedules/:name/swaps/:id/take', access, (request) => takeSwap(request, dependencies))
  app.post('/api/v1/schedules/:name/changes/:id/end', access, (request) => endChange(request, dependencies))

  app.post('/on-call/:name/overrides', access, async (request, reply) => {
    const { change } = await addChange('override', request, dependencies, true)
    return reply.redirect(`/on-call?told=override#schedule-${change.schedule}`, 303)
  })
  app.post('/on-call/:name/swaps/:id/take', access, async (request, reply) => {
    const { change } = await takeSwap(request, dependencies)
    return reply.redirect(`/on-call?told=take#schedule-${change.schedule}`, 303)
  })
  app.post('/on-call/:name/changes/:id/end', access, async (request, reply) => {
    const { change } = await endChange(request, dependencies)
    return reply.redirect(`/on-call?told=end#schedule-${change.schedule}`, 303)
  })
}

async function addChange(
  kind: ChangeKind,
  request: FastifyRequest,
  { onCall, now, newId }: WebDependencies,
  byForm = false,
): Promise<Answer> {
  const before = await scheduleOf(request.params, onCall)
  const { reason, commandId } = besideOf(request.body)
  const asked = { actor: actorOf(request), at: wholeSecond(now().getTime()) }
  const people = await onCall.people()
  const requested = readChangeRequest(kind, request.body, {
    schedule: before,
    people,
    actor: asked.actor,
    now: asked.at,
    timeZone: byForm ? zoneOf(asked.actor, people, before) : before.timeZone,
  })
  // One key may be used for several schedules, and two people may choose the same one.
  const key = idempotencyKeyOf(request) ?? commandId ?? newId()
  const requestKey = `${asked.actor}/${before.name}/${kind}/${key}`
  const kept = await onCall.add(before.name, requested, { ...asked, reason, requestKey })
  return answerOf(before, keptOf(kept, 'schedule'), onCall, asked.actor)
}

async function takeSwap(request: FastifyRequest, { onCall, now }: WebDependencies): Promise<Answer> {
  const before = await scheduleOf(request.params, onCall)
  const { id } = Numbered.parse(request.params)
  const taker = Taker.safeParse(request.body ?? {}).data?.taker ?? actorOf(request)
  const problems = cannotTake(taker, 'taker', { people: await onCall.people() })
  if (problems.length > 0) throw new HttpProblem(400, 'the swap cannot be taken so', problems)
  const kept = await onCall.take(before.name, id, taker, wholeSecond(now().getTime()), actorOf(request))
  return answerOf(before, keptOf(kept, `swap ${id} of schedule ${before.name}`), onCall, actorOf(request))
}

async function endChange(request: FastifyRequest, { onCall, now }: WebDependencies): Promise<Answer> {
  const before = await scheduleOf(request.params, onCall)
  const { id } = Numbered.parse(request.params)
  const kept = await onCall.end(before.name, id, actorOf(request), wholeSecond(now().getTime()))
  return answerOf(before, keptOf(kept, `change ${id} of schedule ${before.name}`), onCall, actorOf(request))
}

type Answer = {
  readonly change: ReturnType<typeof changeJson>
  readonly told: readonly NoticeResult[]
} & ReturnType<typeof effectJson>

/** Somebody whom the change puts on call or takes off, and over what they are told; `null`: nothing they have takes notices. */
interface NoticeResult {
  readonly person: string
  readonly by: string | null
}

/** What was changed, what it does to who is on call, and who is told. */
async function answerOf(
  before: Schedule,
  change: ScheduleChange,
  onCall: WebDependencies['onCall'],
  actor: string,
): Promise<Answer> {
  const after = await scheduleOf({ name: before.name }, onCall)
  // What was before somebody took or ended it, stays.
  const from = Math.max(change.from, change.takenAt ?? change.from, change.endedAt ?? change.from)
  const people = await onCall.people()
  const told = shiftNotices(before, after, change, actor, from).map(({ person }) => ({
    person,
    by: people.get(person)?.channels.find(takesNotices) ?? null,
  }))
  return { change: changeJson(change), told, ...effectJson(before, after, { from, to: change.to }) }
}

/** @throws HttpProblem 404 for what is not there, 409 for what cannot stand beside what is */
function keptOf(kept: ChangeResult | undefined, what: string): ScheduleChange {
  if (kept === undefined)
    throw new HttpProblem(404, `there is no ${what}; "firewatch oncall preview" lists the changes`)
  if (kept.kept) return kept.change
  throw new HttpProblem(409, kept.reason)
}

function actorOf({ principal }: FastifyRequest): string {
  return principal?.person ?? 'unknown'
}
