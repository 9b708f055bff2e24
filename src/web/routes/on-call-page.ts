import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isCurrent } from '../../domain/on-call/changes.ts'
import { nextHandoffs } from '../../domain/on-call/coverage.ts'
import type { Schedule } from '../../domain/on-call/schedule.ts'
import { onCallAt, segmentsBetween } from '../../domain/on-call/segments.ts'
import { may } from '../access.ts'
import type { WebDependencies } from '../dependencies.ts'
import { zoneOf } from '../on-call-service.ts'
import { onCallPage, type ScheduleView } from '../pages/on-call.ts'
import { personOf, sendPage } from '../send-page.ts'

const dayMs = 86_400_000
const shownMs = 14 * dayMs
const aheadMs = 90 * dayMs

const Query = z.object({ told: z.string().optional().catch(undefined) })

/** The page of who is on call. */
export function onCallPageRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { onCall, now, newId } = dependencies
  app.get('/on-call', { config: { access: 'read' } }, async (request, reply) => {
    const people = await onCall.people()
    const { told } = Query.parse(request.query)
    const page = onCallPage({
      schedules: await viewsOf(request, dependencies),
      person: personOf(request),
      mayChange: may(request.principal, 'respond'),
      commandId: newId(),
      people: [...people].filter(([, { canBePaged }]) => canBePaged).map(([name]) => name),
      now: now().getTime(),
      ...(told === undefined ? {} : { told }),
    })
    return sendPage(reply, page)
  })
}

async function viewsOf(request: FastifyRequest, { onCall, now }: WebDependencies): Promise<ScheduleView[]> {
  const people = await onCall.people()
  const at = now().getTime()
  const viewOf = async (schedule: Schedule): Promise<ScheduleView> => {
    const span = { from: at, to: at + shownMs }
    const changes = await onCall.changes(schedule.name)
    return {
      schedule,
      timeZone: zoneOf(personOf(request), people, schedule),
      onCall: onCallAt(schedule, at),
      next: nextHandoffs(schedule, at, 1, aheadMs)[0],
      span,
      segments: segmentsBetween(schedule, span.from, span.to),
      changes: changes.filter((change) => isCurrent(change, at)),
    }
  }
  return Promise.all([...(await onCall.current()).values()].map(viewOf))
}
