import { cutText, oneLine } from '../domain/page/delivery.ts'
import { openWords } from '../domain/page/message.ts'
import { fnv1a64 } from '../domain/values/hash.ts'
import { isOfNoIncident, type PageMessage } from '../domain/page/page.ts'
import type { Severity } from '../domain/values/severity.ts'
import { longestField, pagerDutyLimits } from './limits.ts'

type EventAction = 'trigger' | 'acknowledge' | 'resolve'
type EventSeverity = 'critical' | 'error' | 'warning' | 'info'

/** An alert event as PagerDuty takes it. */
export interface PagerDutyEvent {
  readonly routing_key: string
  readonly event_action: EventAction
  readonly dedup_key: string
  readonly payload?: PagerDutyPayload
  readonly links?: readonly { readonly href: string; readonly text: string }[]
  readonly images?: readonly { readonly src: string; readonly href: string; readonly alt: string }[]
  readonly client?: string
  readonly client_url?: string
}

interface PagerDutyPayload {
  readonly summary: string
  readonly source: string
  readonly severity: EventSeverity
  readonly timestamp: string
  readonly component: string
  readonly group: string
  readonly class: Severity
  readonly custom_details: Readonly<Record<string, unknown>>
}

const actions: Readonly<Record<PageMessage['kind'], EventAction>> = {
  page: 'trigger',
  acknowledged: 'acknowledge',
  resolved: 'resolve',
  'on-call': 'trigger',
  test: 'trigger',
}

const eventSeverities: Readonly<Record<Severity, EventSeverity>> = {
  P0: 'critical',
  P1: 'critical',
  P2: 'warning',
  P3: 'info',
}

/**
 * The event for a message. One incident is one alert per person at PagerDuty, whichever step pages, so that a repeated page adds to it and a
 * later acknowledgement finds it.
 */
export function eventOf(message: PageMessage, routingKey: string): PagerDutyEvent {
  const head = {
    routing_key: routingKey,
    event_action: actions[message.kind],
    dedup_key: dedupKeyOf(message),
  }
  if (head.event_action !== 'trigger') return head
  return {
    ...head,
    payload: payloadOf(message),
    ...attachmentsOf(message),
    client: 'Firewatch',
    client_url: message.incidentUrl,
  }
}

/** The event as the body of a request, within PagerDuty's size: details give way to a note that leads to them. */
export function bodyOf(event: PagerDutyEvent): string {
  const body = JSON.stringify(event)
  if (event.payload === undefined || Buffer.byteLength(body) <= pagerDutyLimits.eventBytes) return body
  const custom_details = { note: 'The details are larger than PagerDuty takes; the incident has them.' }
  return JSON.stringify({ ...event, payload: { ...event.payload, custom_details } })
}

/** The conversation's key; a longer one keeps its beginning and ends in a hash of the whole. */
export function dedupKeyOf({ conversationKey }: Pick<PageMessage, 'conversationKey'>): string {
  const key = conversationKey.toWellFormed()
  if (key.length <= pagerDutyLimits.dedupKeyLength) return key
  const hash = fnv1a64(key)
  return `${cutText(key, pagerDutyLimits.dedupKeyLength - hash.length - 1)}~${hash}`
}

function payloadOf(message: PageMessage): PagerDutyPayload {
  const service = field(message.service) || 'unknown service'
  const { lines, firingCount, nowDoing, next, runbookTitle } = message
  return {
    summary: cutText(
      oneLine(`${message.incident} ${message.severity} ${message.title}`),
      pagerDutyLimits.summaryLength,
    ),
    source: service,
    severity: eventSeverities[message.severity],
    timestamp: message.startedAt,
    component: service,
    // Every person paged for an incident has an alert of their own: PagerDuty can show them together by this.
    group: field(message.incident),
    // P0 and P1 are both critical there; this keeps them apart.
    class: message.severity,
    custom_details: {
      firing: lines.map((line) => line.toWellFormed()),
      firing_alerts: firingCount,
      now_doing: nowDoing.toWellFormed(),
      ...(next === '' ? {} : { next: next.toWellFormed() }),
      ...(runbookTitle === undefined ? {} : { runbook: runbookTitle.toWellFormed() }),
    },
  }
}

/** Images must be served by https, says PagerDuty; a chart that is not is a link. Without a chart there is none of either. */
function attachmentsOf({
  kind,
  incident,
  incidentUrl,
  chartUrl,
  links,
}: PageMessage): Pick<PagerDutyEvent, 'links' | 'images'> {
  const open = { href: incidentUrl, text: openWords({ kind, incident }) }
  if (isOfNoIncident(kind)) return { links: [open] }
  const others = links.map(({ title, url }) => ({ href: url, text: field(title) }))
  const alt = `What ${incident} measures`
  if (chartUrl === undefined) return { links: [open, ...others] }
  return chartUrl.startsWith('https://')
    ? { links: [open, ...others], images: [{ src: chartUrl, href: incidentUrl, alt }] }
    : { links: [open, { href: chartUrl, text: alt }, ...others] }
}

function field(text: string): string {
  return cutText(oneLine(text), longestField)
}
