import { unknownName } from '../../domain/values/suggestion.ts'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { readInstantOrDay } from '../../domain/values/instant-text.ts'
import { isCurrent } from '../../domain/on-call/changes.ts'
import { gapsOf, overlapsOf } from '../../domain/on-call/coverage.ts'
import type { Schedule, Span } from '../../domain/on-call/schedule.ts'
import { segmentsBetween } from '../../domain/on-call/segments.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { changeJson, iso, onCallJson, spanJson } from '../on-call-answers.ts'
import type { OnCallService } from '../on-call-service.ts'
import { longestMs } from '../on-call-change-requests.ts'
import { incidentOf } from './incidents.ts'

const dayMs = 86_400_000
const usualMs = 14 * dayMs

const Named = z.object({ name: z.string().max(100) })
const Range = z.object({ from: z.string().max(40).optional(), to: z.string().max(40).optional() })
const Question = z.object({ at: z.string().max(40).optional(), schedule: z.string().max(100).optional() })
const ForIncident = z.object({ incident: z.string().max(40).optional() })

/** Reading schedules: who is on call, when, and what people changed. */
export function onCallRoutes(app: FastifyInstance, { onCall, incidents, now }: WebDependencies): void {
  app.get('/api/v1/schedules', { config: { access: 'read' } }, async () => {
    const current = await onCall.current()
    const at = now().getTime()
    return { schedules: [...current.values()].map((schedule) => onCallJson(schedule, at)) }
  })

  app.get('/api/v1/schedules/:name', { config: { access: 'read' } }, async (request) => {
    const schedule = await scheduleOf(request.params, onCall)
    const at = now().getTime()
    const span = rangeOf(request.query, schedule, at)
    const segments = segmentsBetween(schedule, span.from, span.to)
    const changes = await onCall.changes(schedule.name)
    return {
      ...spanJson(span),
      onCall: onCallJson(schedule, at),
      segments: segments.map(spanJson),
      gaps: gapsOf(segments).map(spanJson),
      overlaps: overlapsOf(segments).map(spanJson),
      changes: changes.filter((change) => isCurrent(change, at)).map(changeJson),
    }
  })

  app.get('/api/v1/on-call', { config: { access: 'read' } }, async (request) => {
    const { at: written, schedule: name } = Question.parse(request.query)
    const chosen = name === undefined ? undefined : await scheduleOf({ name }, onCall)
    const at = written === undefined ? now().getTime() : instantOf('at', written, chosen?.timeZone ?? 'UTC')
    const schedules = chosen === undefined ? (await onCall.current()).values() : [chosen]
    return { at: iso(at), onCall: [...schedules].map((schedule) => onCallJson(schedule, at)) }
  })

  // What the command line works with; it has definitions in the domain's own terms, instants in epoch milliseconds.
  app.get('/api/v1/on-call/context', { config: { access: 'read' } }, async (request) => {
    const { incident: name } = ForIncident.parse(request.query)
    return onCall.context(name === undefined ? undefined : await incidentOf({ name }, incidents))
  })
}

/** The schedule that `:name` means, as it stands now. @throws HttpProblem 404 that names those that there are */
export async function scheduleOf(params: unknown, onCall: OnCallService): Promise<Schedule> {
  const { name } = Named.parse(params)
  const schedule = (await onCall.current([name])).get(name)
  if (schedule !== undefined) return schedule
  throw new HttpProblem(404, unknownName('schedule', name, [...(await onCall.current()).keys()]))
}

function rangeOf(query: unknown, { timeZone }: Schedule, now: number): Span {
  const { from: written, to: end } = Range.parse(query)
  const from = written === undefined ? now : instantOf('from', written, timeZone)
  const to = end === undefined ? from + usualMs : instantOf('to', end, timeZone)
  if (to <= from) throw new HttpProblem(400, 'the range is not possible', ['to: must be later than "from"'])
  if (to - from > longestMs)
    throw new HttpProblem(400, 'the range is not possible', ['to: is more than 400 days after "from"'])
  return { from, to }
}

function instantOf(path: string, written: string, timeZone: string): number {
  // A "+" that was not encoded arrives as a space.
  const instant = readInstantOrDay(written.replace(' ', '+'), timeZone)
  if (instant !== undefined) return instant
  throw new HttpProblem(400, 'the time is not understood', [
    `${path}: "${written}" is not an instant: write 2026-05-01T12:00 (on the wall clock of ${timeZone}), or with Z or an offset behind it`,
  ])
}
