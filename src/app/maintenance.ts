import type { Configuration } from '../domain/configuration/configuration.ts'
import {
  effectSentence,
  listedMaintenance,
  type MaintenanceAnnouncements,
  type MaintenanceAnswer,
  type MaintenanceEffect,
} from '../domain/escalate/maintenance.ts'
import { mapAtMost } from '../domain/values/concurrency.ts'
import { formatDuration } from '../domain/values/duration.ts'
import { dayAndTimeWords } from '../domain/values/zoned-words.ts'
import { readRequest } from '../domain/escalate/maintenance-request.ts'
import type { Records } from './records.ts'

const mostIncidents = 1_000
/** Incidents told at once. */
const concurrency = 4

type MaintenanceRecords = Pick<Records, 'maintenance' | 'incidents' | 'machine'>
type Span = { readonly from: number; readonly to: number }

/** Announces maintenance and ends it. Incidents that were held back by a window look again when somebody ends it. */
export function createMaintenance(
  records: MaintenanceRecords,
  configuration: () => Configuration,
  now: () => Date,
): MaintenanceAnnouncements {
  const { maintenance, incidents } = records

  async function effectOn(service: string): Promise<MaintenanceEffect> {
    const open = await openOf(incidents, service)
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

  const words = (service: string, { from, to }: Span, reason: string, timeZone: string) => {
    const clock = { timeZone, now: now().getTime() }
    const begins = from > clock.now ? `from ${dayAndTimeWords(from, clock)} ` : ''
    return `Maintenance of ${service} ${begins}until ${dayAndTimeWords(to, clock)} (${formatDuration(to - from)}): ${reason}.`
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
        message: `${words(read.service, read, read.reason, request.timeZone)} ${effectSentence(effect)} Nothing is changed yet.`,
        effect,
      }
    },

    async announce(request, by, requestKey) {
      const at = now().getTime()
      const read = readRequest(request, configuration(), at)
      if ('problem' in read) return refused(read.problem)
      const effect = await effectOn(read.service)
      const window = await maintenance.add({ ...read, madeBy: by, madeAt: at, requestKey })
      const message = `${words(window.service, window, window.reason, request.timeZone)} ${effectSentence(effect)} What is still wrong at its end is paged then. End it with "firewatch maintenance end ${window.id}".`
      return { kind: 'done', message, window, effect }
    },

    end: (id, by) => endWindow(records, id, by, now()),
  }
}

async function endWindow(
  { maintenance, incidents, machine }: MaintenanceRecords,
  id: string,
  by: string,
  at: Date,
): Promise<MaintenanceAnswer> {
  const found = await maintenance.end(id, by, at)
  if (found === undefined)
    return refused(`there is no maintenance ${id}; "firewatch maintenance list" names them`)
  const { window } = found
  if (!found.ended) return { kind: 'unchanged', message: overWords(window, at.getTime()), window }
  const event = { type: 'configuration-changed', at: at.getTime() } as const
  await mapAtMost(concurrency, await openOf(incidents, window.service), ({ number }) =>
    machine.take(number, async () => ({ event })),
  )
  const message = `Maintenance of ${window.service} has ended: what is still wrong is paged now.`
  return { kind: 'done', message, window }
}

function openOf(incidents: MaintenanceRecords['incidents'], service: string) {
  return incidents.list({ states: ['open', 'monitoring'], service, limit: mostIncidents })
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
