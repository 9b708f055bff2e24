import { unknownName } from '../../domain/values/suggestion.ts'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { holderOf } from '../access.ts'
import type { CalendarRange, WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { askForAddressPage, calendarAddressPage } from '../pages/on-call-own.ts'
import { personOf, sendPage } from '../send-page.ts'
import { scheduleOf } from './on-call.ts'

const dayMs = 86_400_000
/** How many days back and ahead a calendar tells; a shorter time where somebody changes too often for that. */
const ranges = [
  [31, 186],
  [14, 62],
  [7, 14],
] as const

const Wanted = z.strictObject({
  schedule: z.string().max(100).optional(),
  person: z.string().max(100).optional(),
  replace: z.boolean().default(false),
})
const Address = z.object({ token: z.string().regex(/^[\w-]{20,100}$/), name: z.string().max(100) })

/**
 * Calendars for programs that can send no credential: whoever knows the address may read it. Its secret is kept hashed, opens nothing but
 * calendars, and is shown once.
 */
export function calendarRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { onCall, calendars, credentials, now, publicUrl } = dependencies
  app.post('/api/v1/calendar-feeds', { config: { access: 'read' } }, async (request, reply) => {
    const { principal } = request
    const wanted = Wanted.safeParse(request.body ?? {})
    if (principal === null || !wanted.success)
      throw new HttpProblem(400, 'say which calendar: {"schedule": "primary"} or {"person": "ana"}')
    const { schedule, replace, person = principal.person } = wanted.data
    if (schedule === undefined) await titleOf(person, onCall)
    else await scheduleOf({ name: schedule }, onCall)
    if (replace) await onCall.endFeeds(holderOf(principal))
    const token = await credentials.issue('calendar', holderOf(principal), null)
    const what = schedule === undefined ? `person/${person}` : `schedule/${schedule}`
    return reply.code(201).send({ path: `/calendars/${token}/${what}.ics` })
  })

  app.get('/on-call/calendar-address', { config: { access: 'read' } }, (request, reply) =>
    sendPage(reply, askForAddressPage(personOf(request))),
  )

  app.post('/on-call/calendar-address', { config: { access: 'read' } }, async (request, reply) => {
    const { principal } = request
    if (principal === null) throw new HttpProblem(403, 'log in as a person to have a calendar')
    const token = await credentials.issue('calendar', holderOf(principal), null)
    const { person } = principal
    const url = `${publicUrl}/calendars/${token}/person/${encodeURIComponent(person)}.ics`
    return sendPage(reply, calendarAddressPage(person, url))
  })

  const access = { config: { access: 'capability' } } as const
  app.get('/calendars/:token/schedule/:name.ics', access, async (request, reply) => {
    const { name } = await opened(request.params, dependencies)
    const schedule = await scheduleOf({ name }, onCall)
    return sendCalendar(
      reply,
      shortened(now(), (range) => calendars.ofSchedule(schedule, range)),
    )
  })

  app.get('/calendars/:token/person/:name.ics', access, async (request, reply) => {
    const { name } = await opened(request.params, dependencies)
    const { title, timeZone } = await titleOf(name, onCall)
    const schedules = [...(await onCall.current()).values()]
    const head = { title: `On call: ${title}`, timeZone }
    return sendCalendar(
      reply,
      shortened(now(), (range) => calendars.ofPerson(name, head, schedules, range)),
    )
  })
}

/** @throws HttpProblem 404, which tells nothing of what there would be under another address */
async function opened(params: unknown, { credentials }: WebDependencies): Promise<{ name: string }> {
  const address = Address.safeParse(params)
  const principal = address.success ? await credentials.check('calendar', address.data.token) : undefined
  if (address.success && principal !== undefined) return address.data
  throw new HttpProblem(404, 'no such calendar; "firewatch oncall feed" prints a new address')
}

async function titleOf(person: string, onCall: WebDependencies['onCall']) {
  const people = await onCall.people()
  const known = people.get(person)
  if (known !== undefined) return known
  const problem = unknownName('user', person, [...people.keys()])
  throw new HttpProblem(404, `${problem}. Say which calendar by --person or --schedule.`)
}

function shortened(now: Date, write: (range: CalendarRange) => string): string {
  const at = now.getTime()
  for (const [back, ahead] of ranges) {
    try {
      return write({ from: at - back * dayMs, to: at + ahead * dayMs, writtenAt: at })
    } catch (error) {
      // More events than a calendar may have.
      if (!(error instanceof RangeError)) throw error
    }
  }
  throw new HttpProblem(422, 'this schedule changes hands too often for a calendar')
}

function sendCalendar(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/calendar; charset=utf-8').send(text)
}
