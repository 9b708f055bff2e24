import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { WebDependencies } from './dependencies.ts'
import { HttpProblem } from './errors.ts'
import { zoneOf } from '../domain/configuration/people.ts'
import { isTimeZone } from '../domain/values/time-zone.ts'
import { inReaderZone } from './reader-zone.ts'
import { personOf } from './send-page.ts'

const Query = z.object({
  timeZone: z
    .string()
    .max(100)
    .refine(isTimeZone, 'is not a time zone: write one such as Europe/Berlin or UTC')
    .optional(),
})

/** From here on every handler answers by the clock of whoever asks, or of the zone that they ask for (`?timeZone=`). */
export function tellTimesByReader(app: FastifyInstance, { configured }: WebDependencies): void {
  app.addHook('preHandler', (request, _reply, done) => {
    zoneAsked(request.query)
      .then(async (asked) => asked ?? zoneOf(personOf(request), await configured.now()))
      .then(
        (zone) => inReaderZone(zone, done),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      )
  })
}

async function zoneAsked(query: unknown): Promise<string | undefined> {
  const { data, error } = Query.safeParse(query)
  if (error === undefined) return data.timeZone
  throw new HttpProblem(400, 'the time zone is not understood', [
    'timeZone: is not a time zone: write one such as Europe/Berlin or UTC',
  ])
}
