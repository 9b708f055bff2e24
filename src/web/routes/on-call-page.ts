import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { isCurrent } from '../../domain/on-call/changes.ts'
import { nextHandoffs, shiftsOf } from '../../domain/on-call/coverage.ts'
import { type Load, loadsOf } from '../../domain/on-call/fairness.ts'
import type { Schedule } from '../../domain/on-call/schedule.ts'
import { onCallAt, segmentsBetween } from '../../domain/on-call/segments.ts'
import { may } from '../access.ts'
import type { WebDependencies } from '../dependencies.ts'
import { type OnCallPerson, zoneOf } from '../on-call-service.ts'
import { onCallPage, type ScheduleView, type Shown } from '../pages/on-call.ts'
import type { OwnShift } from '../pages/on-call-own.ts'
import { monthSpan, readMonth } from '../pages/shift-month.ts'
import { personOf, sendPage } from '../send-page.ts'

const dayMs = 86_400_000
const shownMs = 14 * dayMs
const aheadMs = 90 * dayMs

const yearMs = 365 * dayMs

const Query = z.object({
  told: z.string().optional().catch(undefined),
  month: z.string().optional().catch(undefined),
  fairness: z.string().optional().catch(undefined),
})

/** The page of who is on call. */
export function onCallPageRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { onCall, now, newId } = dependencies
  app.get('/on-call', { config: { access: 'read' } }, async (request, reply) => {
    const people = await onCall.people()
    const { told, ...query } = Query.parse(request.query)
    const show = shownOf(query)
    const person = personOf(request)
    const schedules = [...(await onCall.current()).values()]
    const at = now().getTime()
    const reader = { person, people, at, show }
    const page = onCallPage({
      schedules: await Promise.all(schedules.map((schedule) => viewOf(schedule, reader, dependencies))),
      person,
      mayChange: may(request.principal, 'respond'),
      commandId: newId(),
      people: [...people].filter(([, { canBePaged }]) => canBePaged).map(([name]) => name),
      now: at,
      show,
      own: { shifts: ownShiftsOf(person, schedules, at), timeZone: people.get(person)?.timeZone ?? 'UTC' },
      ...(told === undefined ? {} : { told }),
    })
    return sendPage(reply, page)
  })
}

function shownOf(query: { month?: string | undefined; fairness?: string | undefined }): Shown {
  const month = readMonth(query.month)
  if (month !== undefined) return { kind: 'month', month }
  return query.fairness === undefined ? { kind: 'weeks' } : { kind: 'fairness' }
}

interface Reader {
  readonly person: string
  readonly people: ReadonlyMap<string, OnCallPerson>
  readonly at: number
  readonly show: Shown
}

async function viewOf(
  schedule: Schedule,
  { person, people, at, show }: Reader,
  { onCall }: WebDependencies,
): Promise<ScheduleView> {
  const timeZone = zoneOf(person, people, schedule)
  const span = show.kind === 'month' ? monthSpan(show.month, timeZone) : { from: at, to: at + shownMs }
  const changes = await onCall.changes(schedule.name)
  const now = onCallAt(schedule, at)
  return {
    schedule,
    timeZone,
    onCall: now,
    next: nextHandoffs(schedule, at, 1, aheadMs)[0],
    span,
    segments: show.kind === 'fairness' ? [] : segmentsBetween(schedule, span.from, span.to),
    reached: now.people.map((one) => reachedWords(one, people.get(one))),
    loads: show.kind === 'fairness' ? await loadsIn(schedule, people, at, onCall) : [],
    changes: changes.filter((change) => isCurrent(change, at)),
  }
}

async function loadsIn(
  schedule: Schedule,
  people: Reader['people'],
  at: number,
  onCall: WebDependencies['onCall'],
): Promise<readonly Load[]> {
  const { calendars } = await onCall.context()
  return loadsOf(schedule, {
    from: at,
    to: at + yearMs,
    calendars: Object.values(calendars),
    zoneOf: (person) => people.get(person)?.timeZone ?? schedule.timeZone,
  })
}

function reachedWords(name: string, person: OnCallPerson | undefined): string {
  const channels = person?.channels ?? []
  return channels.length === 0 ? `${name} has no contacts` : `${name} by ${channels.join(', then ')}`
}

/** Of the next three months, the earliest first. */
function ownShiftsOf(person: string, schedules: readonly Schedule[], at: number): OwnShift[] {
  return schedules
    .flatMap((schedule) =>
      (shiftsOf(schedule, at, at + aheadMs).get(person) ?? []).map((span) => ({
        ...span,
        title: schedule.title,
      })),
    )
    .toSorted((a, b) => a.from - b.from)
}
