import type { Configuration } from '../domain/configuration/configuration.ts'
import {
  effectSentence,
  listedMaintenance,
  type MaintenanceAnnouncements,
  type MaintenanceAnswer,
  type MaintenanceEffect,
  type MaintenanceRequest,
  windowProblem,
} from '../domain/escalate/maintenance.ts'
import { mapAtMost } from '../domain/values/concurrency.ts'
import { formatDuration, parseDuration } from '../domain/values/duration.ts'
import { clockWords, readInstant } from '../domain/values/instant-text.ts'
import { unknownName } from '../domain/values/suggestion.ts'
import { storableText } from '../domain/values/text.ts'
import { cutText } from '../domain/page/delivery.ts'
import type { Records } from './records.ts'

const longestReason = 500
const mostIncidents = 1_000
/** Incidents told at once. */
const concurrency = 4

type Span = { readonly from: number; readonly to: number }

/** Announces maintenance and ends it. Incidents that were held back by a window look again when somebody ends it. */
export function createMaintenance(
  { maintenance, incidents, machine }: Pick<Records, 'maintenance' | 'incidents' | 'machine'>,
  configuration: () => Configuration,
  now: () => Date,
): MaintenanceAnnouncements {
  const openOf = (service: string) =>
    incidents.list({ states: ['open', 'monitoring'], service, limit: mostIncidents })

  async function effectOn(service: string): Promise<MaintenanceEffect> {
    const open = await openOf(service)
    const checks = Object.values(configuration().checks).filter((check) => check.service === service)
    return {
      incidents: open.map(({ number, title, severity, acknowledgedBy: owner }) => ({
        incident: number,
        title,
        severity,
        owner,
      })),
      checks: checks.map(({ name }) => name),
    }
  }

  const words = (service: string, { from, to }: Span, reason: string) => {
    const { timeZone } = configuration()
    const begins = from > now().getTime() ? `from ${clockWords(from, timeZone)} ` : ''
    return `Maintenance of ${service} ${begins}until ${clockWords(to, timeZone)} ${timeZone} (${formatDuration(to - from)}): ${reason}.`
  }

  return {
    listed: async () => {
      const at = now()
      return listedMaintenance(configuration().services, await maintenance.ahead(at), at.getTime())
    },

    async preview(request) {
      const read = readRequest(request, configuration(), now().getTime())
      if ('problem' in read) return refused(read.problem)
      const effect = await effectOn(read.service)
      return {
        kind: 'done',
        message: `${words(read.service, read, read.reason)} ${effectSentence(effect)} Nothing is changed yet.`,
        effect,
      }
    },

    async announce(request, by, requestKey) {
      const at = now().getTime()
      const read = readRequest(request, configuration(), at)
      if ('problem' in read) return refused(read.problem)
      const effect = await effectOn(read.service)
      const window = await maintenance.add({ ...read, madeBy: by, madeAt: at, requestKey })
      const message = `${words(window.service, window, window.reason)} ${effectSentence(effect)} What is still wrong at its end is paged then. End it with "firewatch maintenance end ${window.id}".`
      return { kind: 'done', message, window, effect }
    },

    async end(id, by) {
      const at = now()
      const found = await maintenance.end(id, by, at)
      if (found === undefined)
        return refused(`there is no maintenance ${id}; "firewatch maintenance list" names them`)
      const { window } = found
      if (!found.ended) return { kind: 'unchanged', message: overWords(window, at.getTime()), window }
      const held = await openOf(window.service)
      await mapAtMost(concurrency, held, ({ number }) =>
        machine.take(number, async () => ({ event: { type: 'configuration-changed', at: at.getTime() } })),
      )
      const message = `Maintenance of ${window.service} has ended: what is still wrong is paged now.`
      return { kind: 'done', message, window }
    },
  }
}

function overWords(
  {
    service,
    endedBy,
    endedAt,
    to,
  }: { service: string; endedBy: string | null; endedAt: number | null; to: number },
  now: number,
): string {
  const ago = `${formatDuration(now - (endedAt ?? to))} ago`
  return `Maintenance of ${service} is over: ${endedBy === null ? `it ended ${ago}` : `${endedBy} ended it ${ago}`}.`
}

function refused(message: string): MaintenanceAnswer {
  return { kind: 'refused', message }
}

type ReadRequest = Span & { readonly service: string; readonly reason: string }

function readRequest(
  request: MaintenanceRequest,
  { services, timeZone }: Configuration,
  now: number,
): ReadRequest | { readonly problem: string } {
  const { service } = request
  if (!Object.hasOwn(services, service))
    return { problem: unknownName('service', service, Object.keys(services)) }
  const from = request.from === undefined ? now : readInstant(request.from, timeZone)
  if (from === undefined) return { problem: instantProblem('from', request.from ?? '') }
  const to = endOf(request, from, timeZone)
  if (typeof to !== 'number') return to
  const problem = windowProblem({ from, to }, now)
  if (problem !== undefined) return { problem }
  const reason = cutText(storableText(request.reason ?? '').trim(), longestReason)
  return { service, from, to, reason: reason === '' ? 'no reason was given' : reason }
}

function endOf(
  { for: lasting, to }: MaintenanceRequest,
  from: number,
  timeZone: string,
): number | { readonly problem: string } {
  if ((lasting === undefined) === (to === undefined))
    return { problem: 'say either how long it lasts, such as 2h, or when it ends' }
  if (to !== undefined) return readInstant(to, timeZone) ?? { problem: instantProblem('to', to) }
  const ms = parseDuration(lasting ?? '')
  if (ms === undefined || ms === 0)
    return { problem: `"${lasting}" is no duration: write a number with its unit, such as 30m or 2h` }
  return from + ms
}

function instantProblem(which: string, written: string): string {
  return `${which}: "${written}" is no instant: write one such as 2026-05-01T12:00, with Z or an offset for another zone`
}
