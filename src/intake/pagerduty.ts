import type { AcceptedAlert, Labels } from '../domain/alert/alert.ts'
import { oneLine } from '../domain/page/delivery.ts'
import { storable } from '../domain/values/text.ts'
import { alertNameOf } from './alert-name.ts'
import { type Annotations, createAnnotations } from './annotations.ts'
import { arrivalId } from './arrivals.ts'
import { BodyRefused, type SenderContext, type IntakeReading } from './reading.ts'
import { type ForeignMap, instantNear, listOf, mapOf } from './foreign.ts'
import { boundedId, textOf, textsOf } from './texts.ts'

/**
 * PagerDuty's Events API v2: https://developer.pagerduty.com/docs/send-alert-event and https://developer.pagerduty.com/docs/send-change-event
 *
 * It asks for more than is asked for here: a page that somebody needs is not lost over a severity that nobody knows, an address without a scheme or a
 * text that is too long.
 */
const protocol = 'pagerduty'

const actions = ['trigger', 'acknowledge', 'resolve'] as const

export interface PagerDutyReading extends IntakeReading {
  /** As the client gave it, or made for it: what later events find the alert by. */
  readonly dedupKey: string
}

/**
 * Reads the body of `POST /v2/enqueue`; its routing key is not looked at. An acknowledgement yields no alert: who owns an incident is said by people.
 * @throws BodyRefused when there is nothing to be paged for, or nothing that it is about
 */
export function readPagerDutyEvent(body: unknown, context: SenderContext): PagerDutyReading {
  const event = eventOf(body)
  const action = actions.find((one) => one === textOf(event['event_action'])?.trim().toLowerCase())
  if (action === undefined) throw refused([`'event_action' must be one of ${actions.join(', ')}`])
  const given = textOf(event['dedup_key'])
  if (action !== 'trigger') {
    if (!given) throw refused([`'dedup_key' is missing: it says which alert to ${action}`])
    return reading(given, action === 'resolve' ? [resolved(event, given, context)] : [])
  }
  const dedupKey = given || context.newId().replaceAll('-', '')
  return reading(dedupKey, [triggered(event, dedupKey, context)])
}

/**
 * Reads the body of `POST /v2/change/enqueue`.
 * @throws BodyRefused when it does not say what was changed
 */
export function readPagerDutyChange(body: unknown, context: SenderContext): IntakeReading {
  const { routing_key: _, ...event } = eventOf(body)
  const payload = mapOf(event['payload']) ?? {}
  const told = toldBy(payload)
  const { source, now } = context
  const timestamp = instantNear(payload['timestamp'], now)
  const change = {
    changeId: arrivalId('pagerduty-change', '', event, context),
    source,
    at: timestamp ?? now.toISOString(),
    summary: oneLine(told) || told,
    labels: {
      ...textsOf(detailsOf(payload)),
      ...placeOf(payload, context),
    },
    links: linksOf(event).all(),
  }
  return { alerts: [], changes: [change], problems: [] }
}

function triggered(event: ForeignMap, dedupKey: string, context: SenderContext): AcceptedAlert {
  const payload = mapOf(event['payload']) ?? {}
  const told = toldBy(payload)
  const { routing_key: _, dedup_key: __, ...content } = event
  const fingerprint = boundedId(dedupKey)
  return {
    source: context.source,
    eventId: arrivalId(protocol, fingerprint, content, context),
    fingerprint,
    status: 'firing',
    labels: { alertname: nameOf(payload, told), ...labelsOf(payload, context) },
    annotations: annotationsOf(event, payload, told, context),
    startsAt: instantNear(payload['timestamp'], context.now) ?? context.now.toISOString(),
  }
}

/** It has no time but that of its arrival, and each is an event of its own: what had fired again in between ends again. */
function resolved(event: ForeignMap, dedupKey: string, context: SenderContext): AcceptedAlert {
  const fingerprint = boundedId(dedupKey)
  const now = context.now.toISOString()
  return {
    source: context.source,
    eventId: `${context.source}/${protocol}/${fingerprint}/resolve/${context.newId()}`,
    fingerprint,
    status: 'resolved',
    labels: labelsOf(mapOf(event['payload']) ?? {}, context),
    annotations: {},
    startsAt: now,
    endsAt: now,
  }
}

/** What there is to be paged for. @throws BodyRefused */
function toldBy(payload: ForeignMap): string {
  const told = textOf(payload['summary']) ?? ''
  if (oneLine(told) === '') throw refused(["'payload.summary' is missing or blank"])
  return told
}

function nameOf(payload: ForeignMap, told: string): string {
  const named = textOf(payload['class']) ?? ''
  const places = ['source', 'component', 'group'].map((name) => textOf(payload[name]) ?? '')
  return oneLine(named) || alertNameOf(told, places)
}

function labelsOf(payload: ForeignMap, context: SenderContext): Labels {
  const { severity, component, group, class: kind } = payload
  return { ...textsOf({ severity, component, group, class: kind }), ...placeOf(payload, context) }
}

/** Where it is, and what of: an integration of PagerDuty belongs to a service, and so may a sender. */
function placeOf(payload: ForeignMap, context: SenderContext): Labels {
  const named = textOf(detailsOf(payload)['service']) ?? ''
  const service = oneLine(named) === '' ? context.service : named
  return textsOf({ source: payload['source'], service })
}

function annotationsOf(event: ForeignMap, payload: ForeignMap, told: string, { now }: SenderContext): Labels {
  const annotations = linksOf(event, (own) => {
    own.set('summary', told)
    own.set('client', event['client'])
    if (instantNear(payload['timestamp'], now) === undefined) own.set('timestamp', payload['timestamp'])
  })
  annotations.addAll('custom_details', detailsOf(payload))
  return annotations.all()
}

/** @param before what has its name before any link has */
function linksOf(event: ForeignMap, before: (annotations: Annotations) => void = () => undefined) {
  const annotations = createAnnotations()
  before(annotations)
  annotations.addLink('client_url', event['client_url'], 'client_url')
  for (const link of listOf(event['links'])) {
    const { href, text } = mapOf(link) ?? {}
    annotations.addLink(text, href, 'link')
  }
  for (const image of listOf(event['images'])) {
    const { src, href, alt } = mapOf(image) ?? {}
    annotations.addLink(alt, src, 'image')
    annotations.addLink(alt, href, 'image link')
  }
  return annotations
}

/** Usually a map; what is not has a name all the same. */
function detailsOf(payload: ForeignMap): ForeignMap {
  const details = payload['custom_details']
  return mapOf(details) ?? { details }
}

function eventOf(body: unknown): ForeignMap {
  const event = mapOf(storable(body))
  if (event === undefined) throw refused(['the event is not a JSON object'])
  return event
}

function reading(dedupKey: string, alerts: readonly AcceptedAlert[]): PagerDutyReading {
  return { dedupKey, alerts, changes: [], problems: [] }
}

function refused(problems: readonly string[]): BodyRefused {
  return new BodyRefused('Event object is invalid', problems)
}
