import { randomUUID } from 'node:crypto'
import { CommandFailed, exitCodes } from '../cli/api-client.ts'
import type { EventFormat, EventReading } from '../cli/installation.ts'
import { parseNotification } from '../intake/alertmanager.ts'
import { parseAlerts } from '../intake/firewatch-alerts.ts'
import { listOf, mapOf } from '../intake/foreign.ts'
import { readOpsgenieAlert } from '../intake/opsgenie.ts'
import { readPagerDutyEvent } from '../intake/pagerduty.ts'
import { BodyRefused, type IntakeReading, type SenderContext } from '../intake/reading.ts'
import { integrationSource } from '../domain/alert/alert.ts'

/**
 * Reads a body as the server would, from a sender that says no service for its alerts.
 * @param format absent: recognised by the body's shape
 * @throws CommandFailed for a body that is none of these, or that the server would refuse
 */
export function readEvent(body: unknown, format: EventFormat | undefined, now: Date): EventReading {
  const as = format ?? recognised(body)
  if (as === undefined)
    throw new CommandFailed(
      'the event is not recognised: it needs "labels", or a body as a sender sends it; say --as to have it read as one',
      exitCodes.refused,
    )
  const context = { source: integrationSource('explain'), now, newId: randomUUID }
  try {
    const { alerts, problems } = readers[as](body, context)
    return { format: as, alerts, problems }
  } catch (error) {
    if (!(error instanceof BodyRefused)) throw error
    throw new CommandFailed(
      [`the event is not understood as ${as}:`, ...error.problems].join('\n  '),
      exitCodes.refused,
    )
  }
}

const readers: Readonly<Record<EventFormat, (body: unknown, context: SenderContext) => IntakeReading>> = {
  firewatch: (body, context) =>
    parseAlerts(mapOf(body)?.['alerts'] === undefined ? { alerts: [body] } : body, context),
  alertmanager: parseNotification,
  grafana: parseNotification,
  'alertmanager-api': (body, context) =>
    // What else Alertmanager tells of an alert does not say where it goes.
    parseAlerts({ alerts: listOf(body).map(labelsAndAnnotations) }, context),
  pagerduty: readPagerDutyEvent,
  opsgenie: readOpsgenieAlert,
}

function labelsAndAnnotations(alert: unknown): unknown {
  const { labels, annotations } = mapOf(alert) ?? {}
  return annotations === undefined ? { labels } : { labels, annotations }
}

function recognised(body: unknown): EventFormat | undefined {
  if (Array.isArray(body)) return 'alertmanager-api'
  const map = mapOf(body) ?? {}
  if (map['alerts'] !== undefined) {
    if (map['version'] === undefined) return 'firewatch'
    return map['orgId'] === undefined ? 'alertmanager' : 'grafana'
  }
  if (map['event_action'] !== undefined) return 'pagerduty'
  if (map['labels'] !== undefined) return 'firewatch'
  return map['message'] === undefined ? undefined : 'opsgenie'
}
