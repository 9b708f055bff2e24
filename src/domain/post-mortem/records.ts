import type { Alert } from '../alert/alert.ts'
import type { User } from '../configuration/people.ts'
import { evidenceId, incidentName, type Evidence } from '../investigate/evidence.ts'
import type { Incident } from '../incident/incident.ts'
import type { Page } from '../page/page.ts'
import { peopleIn, roleIn } from './people.ts'
import { redactPeople, redactSecrets, type KnownPerson } from './redaction.ts'
import type { RemediationAttempt } from '../remediate/remediation.ts'
import type { Runbook } from '../investigate/runbook.ts'
import type { TimelineEntry } from '../incident/timeline.ts'

/** Everything that a review is drafted from. The same records give the same draft. */
export interface ReviewRecords {
  readonly incident: Incident
  readonly alerts: readonly Alert[]
  readonly timeline: readonly TimelineEntry[]
  readonly evidence: readonly Evidence[]
  readonly attempts: readonly RemediationAttempt[]
  readonly pages: readonly Page[]
  readonly runbook: Runbook | null
  /** Who owns actions of the service, where the runbook names nobody. */
  readonly serviceOwner?: string
  /** Whoever may be named in texts; those who took part are known from the records. */
  readonly users: readonly Pick<User, 'name' | 'title'>[]
  /** In which due dates are counted. */
  readonly timeZone: string
}

/** One sentence and the ids of what it rests on. A `quote` is in others' words, and no prose of the draft. */
export interface Statement {
  readonly text: string
  readonly quote: string | null
  readonly cites: readonly string[]
}

/** The records in a fixed order, each with the id that the review cites it by, and texts made fit to be shown. */
export interface Sources {
  readonly records: ReviewRecords
  readonly incident: string
  readonly evidence: readonly Cited<Evidence>[]
  readonly timeline: readonly Cited<TimelineEntry>[]
  readonly attempts: readonly Cited<RemediationAttempt>[]
  readonly pages: readonly Cited<Page>[]
  readonly alerts: readonly Cited<Alert>[]
  readonly people: readonly KnownPerson[]
  /** `Responder A` in place of names, and no secrets. */
  readonly clean: (text: string) => string
  /** The words that stand for a person, within a sentence. */
  readonly roleOf: (name: string) => string
}

export interface Cited<T> {
  readonly id: string
  readonly record: T
}

/** Orders and numbers the records. Entries about the review itself are left out: drafting again must not change the draft. */
export function sourcesOf(records: ReviewRecords): Sources {
  const incident = incidentName(records.incident.number)
  const people = peopleIn(records)
  const numbered = <T>(letter: string, items: readonly T[], order: (item: T) => string): Cited<T>[] =>
    items
      .toSorted((a, b) => compare(order(a), order(b)))
      .map((record, index) => ({ id: `${incident}/${letter}${index + 1}`, record }))
  return {
    records,
    incident,
    evidence: records.evidence
      .toSorted((a, b) => a.number - b.number)
      .map((record) => ({ id: evidenceId(record), record })),
    timeline: numbered(
      'T',
      records.timeline.filter(({ kind }) => kind !== 'review'),
      entryOrder,
    ),
    attempts: numbered('R', records.attempts, (attempt) => `${attempt.proposedAt} ${attempt.id}`),
    pages: numbered('M', records.pages, (page) => `${page.createdAt} ${page.id}`),
    alerts: numbered('F', records.alerts, (alert) => `${alert.startsAt} ${alert.fingerprint}`),
    people,
    roleOf: (name) => roleIn(people, name),
    clean: (text) => redactSecrets(redactPeople(text, people)),
  }
}

/** Every id that may be cited. */
export function citableIds({ incident, evidence, timeline, attempts, pages, alerts }: Sources): Set<string> {
  return new Set([incident, ...[evidence, timeline, attempts, pages, alerts].flat().map(({ id }) => id)])
}

export function statement(text: string, cites: readonly string[], quote: string | null = null): Statement {
  return { text, quote, cites: [...new Set(cites)] }
}

/** `2026-11-24 03:10:00 UTC`. */
export function utc(at: string): string {
  return `${at.slice(0, 19).replace('T', ' ')} UTC`
}

/** Of one instant: what was detected first, then decision by decision, whatever the order in which they were read. */
function entryOrder(entry: TimelineEntry): string {
  // oxlint-disable-next-line facts/no-read-event-key -- it orders, and is asked nothing
  const written = entry.eventKey.replaceAll(/\d+/g, (digits) => digits.padStart(12, '0'))
  return `${entry.at} ${entry.fact.type === 'detected' ? 0 : 1} ${written}`
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
