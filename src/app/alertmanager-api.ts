import { stringify } from 'yaml'
import { integrationSource, type AcceptedAlert } from '../domain/alert/alert.ts'
import { currentAlerts, defaultResolveTimeoutMs } from '../domain/alert/current-alert.ts'
import { silenceProblem } from '../domain/alert/silence.ts'
import { alertmanagerForm, receiversOf } from '../domain/configuration/alertmanager-form.ts'
import { firingAfterEnd, readPostedAlerts } from '../intake/alertmanager-api.ts'
import { firstProblems } from '../intake/reading.ts'
import type { AlertmanagerApi } from '../web/alertmanager-api.ts'
import { countedReceipt } from './counted.ts'
import type { ServerParts } from './server-parts.ts'

type AlertmanagerApiParts = Pick<ServerParts, 'running' | 'metrics'> & {
  readonly records: Pick<ServerParts['records'], 'inbox' | 'alertEnds' | 'firingAlerts' | 'silences'>
  readonly startedAt: Date
  readonly now: () => Date
  readonly newId: () => string
}

/** Expired silences that are shown: as many as the screens of dashboards can be read. */
const mostExpired = 1_000

/** Alertmanager's API v2 over our alerts, routes and silences. */
export function createAlertmanagerApi(parts: AlertmanagerApiParts): AlertmanagerApi {
  const { running, records, startedAt, now } = parts
  return {
    receive: createReceive(parts),
    alerts: async () => {
      const at = now().getTime()
      const [alerts, silences] = await Promise.all([records.firingAlerts.list(), records.silences.active(at)])
      const { routes, resolveTimeoutMs = defaultResolveTimeoutMs } = running()
      return currentAlerts(alerts, { routes, silences, inhibitorsOf: () => [], resolveTimeoutMs, now: at })
    },
    receivers: () => receiversOf(running().routes),
    status: () => ({
      startedAt: startedAt.toISOString(),
      configuration: stringify(alertmanagerForm(running())),
    }),
    ...silencesOf(parts),
  }
}

function createReceive({ running, records, metrics, now, newId }: AlertmanagerApiParts) {
  const { inbox, alertEnds } = records

  /** A repeat of a firing alert is old news, unless it ended in between: then it fires again. */
  async function acceptAgain(alerts: readonly AcceptedAlert[]): Promise<number> {
    const firing = alerts.filter(({ status }) => status === 'firing')
    const ends = await alertEnds.endedSince(firing.map(({ eventId }) => eventId))
    const again = firing.flatMap((alert) => {
      const endedAt = ends.get(alert.eventId)
      return endedAt === undefined ? [] : [firingAfterEnd(alert, endedAt)]
    })
    return again.length === 0 ? 0 : (await inbox.acceptAlerts(again)).accepted
  }

  return async (body: unknown, sender: string) => {
    const context = { source: integrationSource(sender), now: now(), newId }
    let problems: readonly string[] = []
    await countedReceipt('alertmanager-api', metrics, async () => {
      const reading = readPostedAlerts(body, context, running().resolveTimeoutMs)
      problems = firstProblems(reading.problems)
      const { accepted, duplicates } = await inbox.acceptAlerts(reading.alerts)
      const again = duplicates === 0 ? 0 : await acceptAgain(reading.alerts)
      return { accepted: accepted + again, duplicates: duplicates - again }
    })
    if (problems.length > 0) metrics.intakeRefused('alertmanager-api', 'not-understood')
    return { problems }
  }
}

function silencesOf({
  records,
  now,
  newId,
}: AlertmanagerApiParts): Pick<AlertmanagerApi, 'silences' | 'silence' | 'setSilence' | 'expireSilence'> {
  const { silences } = records
  return {
    silences: async () => {
      const at = now().getTime()
      const [notExpired, expired] = await Promise.all([
        silences.notExpired(at),
        silences.expired(at, mostExpired),
      ])
      return [...notExpired, ...expired]
    },
    silence: (id) => silences.find(id),
    async setSilence(draft, id, { requestKey }) {
      const at = now().getTime()
      const problem = silenceProblem(draft, at)
      if (problem !== undefined) return { kind: 'refused', problem }
      const change = await silences.set({ draft, previous: id ?? null, newId: newId(), requestKey, at })
      return change === undefined ? { kind: 'unknown' } : { kind: 'done', id: change.silence.id }
    },
    expireSilence: async (id) => (await silences.expire(id, now().getTime())) !== undefined,
  }
}
