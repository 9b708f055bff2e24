import { stringify } from 'yaml'
import { currentAlerts, defaultResolveTimeoutMs } from '../domain/alert/current-alert.ts'
import { silenceProblem } from '../domain/alert/silence.ts'
import { alertmanagerForm, receiversOf } from '../domain/configuration/alertmanager-form.ts'
import type { AlertmanagerApi } from '../web/alertmanager-api.ts'
import type { ServerParts } from './server-parts.ts'
import { expireSilence, tellAffected } from './silences.ts'

type AlertmanagerApiParts = Pick<ServerParts, 'running'> & {
  readonly records: Pick<ServerParts['records'], 'firingAlerts' | 'silences' | 'machine'>
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
    alerts: async () => {
      const at = now().getTime()
      const [alerts, silences] = await Promise.all([records.firingAlerts.list(), records.silences.active(at)])
      const { routes, inhibit = [], resolveTimeoutMs = defaultResolveTimeoutMs } = running()
      return currentAlerts(alerts, { routes, silences, inhibit, resolveTimeoutMs, now: at })
    },
    receivers: () => receiversOf(running().routes),
    status: () => ({
      startedAt: startedAt.toISOString(),
      configuration: stringify(alertmanagerForm(running())),
    }),
    ...silencesOf(parts),
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
    async setSilence(draft, id, requestKey) {
      const at = now().getTime()
      const problem = silenceProblem(draft, at)
      if (problem !== undefined) return { kind: 'refused', problem }
      const previous = id === undefined ? null : await silences.find(id)
      if (previous === undefined) return { kind: 'unknown' }
      const asked = { draft, previous: previous?.id ?? null, newId: newId(), requestKey, at }
      const change = await silences.set(asked)
      if (change === undefined) return { kind: 'unknown' }
      await tellAffected(records, [change.silence, previous], await silences.firingAlerts(), at)
      return { kind: 'done', id: change.silence.id }
    },
    expireSilence: async (id) => (await expireSilence(records, id, now().getTime())).kind !== 'refused',
  }
}
