import type { TypedLink } from '../domain/alert/alert-links.ts'
import type { Alert } from '../domain/alert/alert.ts'
import { incidentLinks } from '../domain/incident/incident-links.ts'
import type { Incident } from '../domain/incident/incident.ts'
import { type FirstChannels, firstChannels, type NextAction, nextOf } from '../domain/incident/next.ts'
import type { Runbook } from '../domain/investigate/runbook.ts'
import { own } from '../domain/values/own.ts'
import type { IncidentRecords, WebDependencies } from './dependencies.ts'

/** What the configuration adds to the records of an incident: the one that it opened with, but for how people are reached now. */
export interface IncidentOutlook {
  readonly runbook: Runbook | undefined
  /** Where to look beside our own runbook: other runbooks first. */
  readonly links: readonly TypedLink[]
  /** What happens by itself next; `null`: only people and alerts change anything. */
  readonly next: NextAction | null
  readonly channelsOf: FirstChannels
  /** What people call a metric. */
  readonly metricTitle: (metric: string) => string
}

export async function outlookOf(
  incident: Incident,
  { machine, alerts }: Pick<IncidentRecords, 'machine' | 'alerts'>,
  { configured }: Pick<WebDependencies, 'configured'>,
): Promise<IncidentOutlook> {
  const [now, opened] = await Promise.all([configured.now(), configured.whenOpened(incident)])
  return {
    runbook: opened.runbooks.find(({ name }) => name === incident.runbook),
    links: incidentLinks({ incident, alerts: told(alerts), configuration: opened }),
    next: machine === null ? null : nextOf(machine),
    channelsOf: firstChannels(incident.severity, now, opened),
    metricTitle: (metric) => own(opened.metrics, metric)?.title ?? metric,
  }
}

/** What fires; once nothing does, what did. */
function told(alerts: readonly Alert[]): readonly Alert[] {
  const firing = alerts.filter(({ status }) => status === 'firing')
  return firing.length > 0 ? firing : alerts
}
