import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type CurrentAlert, suppressionOf } from '../../domain/alert/current-alert.ts'
import { matchesAll } from '../../domain/alert/matcher.ts'
import { MatcherRefused, parseMatchers } from '../../domain/alert/matcher-text.ts'
import type { WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { alertsPage } from '../pages/alerts.ts'
import { readerZone } from '../reader-zone.ts'
import { personOf, sendPage } from '../send-page.ts'

const Query = z.object({
  filter: z.string().max(2_000).default(''),
  limit: z.coerce.number().int().min(1).max(10_000).default(200),
})

/** Alerts that fire now: what is wrong, whatever incident it is in and whoever is paged about it. */
export function alertListRoutes(app: FastifyInstance, { alertmanagerApi, now }: WebDependencies): void {
  const config = { access: 'read' } as const
  const find = async (filter: string) => {
    const matchers = filter.trim() === '' ? [] : parseMatchers(filter)
    const alerts = (await alertmanagerApi.alerts()).filter(({ labels }) => matchesAll(matchers, labels))
    return alerts.toSorted(newestFirst)
  }
  app.get('/api/v1/alerts', { config }, async (request) => {
    const { filter, limit } = Query.parse(request.query)
    const alerts = await find(filter).catch((error: unknown) => {
      throw error instanceof MatcherRefused ? new HttpProblem(400, `filter: ${error.message}`) : error
    })
    return {
      timeZone: readerZone(),
      total: alerts.length,
      alerts: alerts.slice(0, limit).map((alert) => ({ ...alert, state: suppressionOf(alert) })),
    }
  })
  app.get('/alerts', { config }, async (request, reply) => {
    const { filter, limit } = Query.parse(request.query)
    const page = { filter, person: personOf(request), now: now().toISOString() }
    try {
      const alerts = await find(filter)
      return sendPage(reply, alertsPage({ ...page, alerts: alerts.slice(0, limit), total: alerts.length }))
    } catch (error) {
      if (!(error instanceof MatcherRefused)) throw error
      return sendPage(reply, alertsPage({ ...page, alerts: [], total: 0, problem: error.message }))
    }
  })
}

function newestFirst(a: CurrentAlert, b: CurrentAlert): number {
  return Date.parse(b.startsAt) - Date.parse(a.startsAt)
}
