import { createHash } from 'node:crypto'
import type { AcceptedAlert, Labels } from '../domain/alert/alert.ts'
import { oneLine } from '../domain/page/delivery.ts'
import { storable } from '../domain/values/text.ts'
import { alertNameOf } from './alert-name.ts'
import { createAnnotations } from './annotations.ts'
import { arrivalId } from './arrivals.ts'
import { BodyRefused, type SenderContext, type IntakeReading } from './reading.ts'
import { type ForeignMap, mapOf } from './foreign.ts'
import { textOf, textsOf } from './texts.ts'

/**
 * Opsgenie's alert API: https://docs.opsgenie.com/docs/alert-api
 *
 * Only a message is asked for. What Opsgenie cuts or refuses for its length is kept whole.
 */
const protocol = 'opsgenie'

/** Severity words of the priorities. */
const severityOfPriority: Readonly<Record<string, string>> = {
  P1: 'critical',
  P2: 'high',
  P3: 'warning',
  P4: 'low',
  P5: 'info',
}
const usualPriority = 'P3'

/** Of our own alert ids; what Opsgenie gave out looks the same. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export interface OpsgenieReading extends IntakeReading {
  /** What later requests find the alert by, beside its alias. */
  readonly alertId: string
}

/**
 * The id of an alert from its alias, so that nothing has to be looked up: an alias is its hash, and an id is itself. Whether a request names an alert
 * by the one or the other makes no difference therefore.
 */
export function opsgenieAlertId(identifier: string): string {
  if (uuid.test(identifier)) return identifier
  const [, a, b, c, d, e] =
    /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(createHash('sha256').update(identifier).digest('hex')) ?? []
  return [a, b, c, d, e].join('-')
}

/**
 * Reads the body of `POST /v2/alerts`.
 * @throws BodyRefused when it has no message
 */
export function readOpsgenieAlert(body: unknown, context: SenderContext): OpsgenieReading {
  const written = mapOf(storable(body)) ?? {}
  const told = textOf(written['message']) ?? ''
  if (oneLine(told) === '')
    throw new BodyRefused('the alert is not understood', ['message: Message can not be empty.'])
  const alertId = opsgenieAlertId(textOf(written['alias']) || context.newId())
  const alert: AcceptedAlert = {
    source: context.source,
    eventId: arrivalId(protocol, alertId, written, context),
    fingerprint: alertId,
    status: 'firing',
    labels: labelsOf(written, told, context),
    annotations: annotationsOf(written, told),
    startsAt: context.now.toISOString(),
  }
  return { alertId, alerts: [alert], changes: [], problems: [] }
}

/** Reads a request to close or delete an alert. Each is an event of its own: what had fired again in between ends again. */
export function readOpsgenieClose(identifier: string, context: SenderContext): OpsgenieReading {
  const alertId = opsgenieAlertId(identifier)
  const now = context.now.toISOString()
  const alert: AcceptedAlert = {
    source: context.source,
    eventId: `${context.source}/${protocol}/${alertId}/close/${context.newId()}`,
    fingerprint: alertId,
    status: 'resolved',
    labels: textsOf({ service: context.service }),
    annotations: {},
    startsAt: now,
    endsAt: now,
  }
  return { alertId, alerts: [alert], changes: [], problems: [] }
}

function labelsOf(written: ForeignMap, told: string, context: SenderContext): Labels {
  const details = mapOf(written['details']) ?? {}
  const named = oneLine(textOf(details['alertname']) ?? '')
  const places = ['entity', 'source'].map((name) => textOf(written[name]) ?? '')
  const service = textOf(details['service']) ?? ''
  const { entity, source } = written
  return {
    alertname: named || alertNameOf(told, places),
    ...textsOf({ entity, source, service: oneLine(service) === '' ? context.service : service }),
    ...urgencyOf(written['priority']),
  }
}

/** A word that is no priority counts as severity by the configured words, and people are told of one that nobody knows. */
function urgencyOf(written: unknown): Labels {
  const word = oneLine(textOf(written) ?? '') || usualPriority
  const priority = word.toUpperCase()
  const severity = Object.hasOwn(severityOfPriority, priority) ? severityOfPriority[priority] : undefined
  return severity === undefined ? { severity: word, priority: word } : { severity, priority }
}

function annotationsOf(written: ForeignMap, told: string): Labels {
  const annotations = createAnnotations()
  annotations.set('summary', told)
  for (const name of ['alias', 'description', 'user', 'note']) annotations.set(name, written[name])
  const { tags } = written
  annotations.set('tags', Array.isArray(tags) ? tags.flatMap((tag) => textOf(tag) ?? []).join(', ') : tags)
  // Who is paged is said by the route; whom the sender meant is kept.
  for (const name of ['responders', 'visibleTo', 'actions']) annotations.set(name, written[name])
  annotations.addAll('details', detailsOf(written))
  return annotations.all()
}

function detailsOf({ details }: ForeignMap): ForeignMap {
  return mapOf(details) ?? { details }
}
