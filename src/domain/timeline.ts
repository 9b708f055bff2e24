export type TimelineKind =
  | 'detected'
  | 'alert'
  | 'severity'
  | 'state'
  | 'evidence'
  | 'remediation'
  | 'escalation'
  | 'page'
  | 'acknowledged'
  | 'note'
  | 'resolved'
  | 'review'

/** Something that happened in an incident, in the words people read. */
export interface TimelineEntry {
  readonly incident: number
  /** Stable per happening: a repeated activity writes the entry once. */
  readonly eventKey: string
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly kind: TimelineKind
  /** A user's name, or `firewatch`. */
  readonly actor: string
  readonly summary: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Firewatch itself as an actor. */
export const firewatch = 'firewatch'
