import { fnv1a64, fnv1a64OfTexts } from '../values/hash.ts'
import { byCodePoints } from '../values/text.ts'
import { own } from '../values/own.ts'

export type Labels = Readonly<Record<string, string>>

export type AlertStatus = 'firing' | 'resolved'

/** One thing that fires, from a check or from outside. Instants are ISO 8601 in UTC. */
export interface Alert {
  /** What it is the same alert by: {@link fingerprintOf} its labels, or the source's own. */
  readonly fingerprint: string
  readonly status: AlertStatus
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAt: string
  /** When it cleared; absent while it fires. */
  readonly endsAt?: string
  /** The incident that a person moved it to; it counts there. */
  readonly movedTo?: number
}

/** An alert as it is handed to the inbox. */
export interface AcceptedAlert extends Alert {
  /** Who says so: `check/<name>`, or {@link integrationSource} of whoever sent it. Alerts of two sources are two, whatever their fingerprints. */
  readonly source: string
  /** The same event delivered twice has the same id, and is stored once. */
  readonly eventId: string
  /** It fires until then unless its source says so again, ISO 8601 in UTC; absent: until its source says that it is over. */
  readonly expiresAt?: string
}

/** The source of all alerts that one integration sends, whatever they come in by: no two integrations end each other's. */
export function integrationSource(integration: string): string {
  return `${integrationPrefix}${integration}`
}

/** The integration that a source belongs to; `undefined` for those of checks and others. */
export function integrationOf(source: string): string | undefined {
  return source.startsWith(integrationPrefix) ? source.slice(integrationPrefix.length) : undefined
}

const integrationPrefix = 'integration/'

/** What makes two alerts the same one, as one text. */
export function alertIdentity({
  source,
  fingerprint,
}: Pick<AcceptedAlert, 'source' | 'fingerprint'>): string {
  return `${source}\n${fingerprint}`
}

/** Annotation that says in a few words what is wrong: it names the incident that the alert opens. */
export const titleAnnotation = 'title'

/** Annotation that says how many alerts the sender left out of the message in which it told of this one. */
export const leftOutAnnotation = 'truncatedAlerts'

/**
 * 16 hex digits over the labels: what Alertmanager, Prometheus and Grafana call the fingerprint of the same labels. Source: prometheus/common,
 * model/signature.go.
 */
export function fingerprintOf(labels: Labels): string {
  return fnv1a64OfTexts(
    Object.keys(labels)
      .toSorted(byCodePoints)
      .flatMap((name) => [name, labels[name] ?? '']),
  )
}

export const defaultGroupBy = ['service', 'alertname'] as const

/** In place of names: every label. As in Alertmanager. */
export const allLabels = '...'

const longestReadableKey = 180

/**
 * What alerts meet in one incident by, readable and bounded. A label that is absent counts as empty.
 */
export function groupingKeyOf(labels: Labels, groupBy: readonly string[] = defaultGroupBy): string {
  const names = groupBy.includes(allLabels) ? Object.keys(labels).toSorted(byCodePoints) : groupBy
  const text = names
    .map(
      (name) =>
        `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent((own(labels, name) ?? '').toWellFormed())}`,
    )
    .join(',')
  if (text.length <= longestReadableKey) return text
  return `${text.slice(0, longestReadableKey)}~${fnv1a64(text)}`
}
