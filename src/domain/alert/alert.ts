import { fnv1a64 } from '../values/hash.ts'
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
}

/** An alert as it is handed to the inbox. */
export interface AcceptedAlert extends Alert {
  /** `check/<name>` or the intake that received it. */
  readonly source: string
  /** The same event delivered twice has the same id, and is stored once. */
  readonly eventId: string
}

/** Annotation that says in a few words what is wrong: it names the incident that the alert opens. */
export const titleAnnotation = 'title'

/** 16 hex digits over the sorted labels; values are length-prefixed, so that no two label sets share a text. */
export function fingerprintOf(labels: Labels): string {
  const text = Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name.length}:${name}=${value.length}:${value}`)
    .join(',')
  return fnv1a64(text)
}

export const defaultGroupBy = ['service', 'alertname'] as const

const longestReadableKey = 180

/**
 * What alerts meet in one incident by, readable and bounded. A label that is absent counts as empty.
 */
export function groupingKeyOf(labels: Labels, groupBy: readonly string[] = defaultGroupBy): string {
  const text = groupBy
    .map((name) => `${name}=${encodeURIComponent((own(labels, name) ?? '').toWellFormed())}`)
    .join(',')
  if (text.length <= longestReadableKey) return text
  return `${text.slice(0, longestReadableKey)}~${fnv1a64(text)}`
}
