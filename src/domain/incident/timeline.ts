import type { Fact } from '../facts/fact.ts'
import { sentenceOf } from '../facts/sentence.ts'

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

/** Something that happened in an incident, as it is written down. */
export interface NewTimelineEntry {
  readonly incident: number
  /** Stable per happening: a repeated activity writes the entry once. Nobody reads meaning from it. */
  readonly eventKey: string
  /** ISO 8601 in UTC. */
  readonly at: string
  /** A user's name, or `firewatch`. */
  readonly actor: string
  readonly fact: Fact
}

/** The same as it is read. */
export interface TimelineEntry extends NewTimelineEntry {
  /** By which lists group what happened. */
  readonly kind: TimelineKind
  /** For people's eyes only: meaning is in the fact. */
  readonly summary: string
}

/** Firewatch itself as an actor. */
export const firewatch = 'firewatch'

const kinds: Readonly<Record<Exclude<Fact['type'], 'recorded'>, TimelineKind>> = {
  detected: 'detected',
  'alert-changed': 'alert',
  'alerts-changed': 'alert',
  'severity-changed': 'severity',
  'severity-set': 'severity',
  'severity-unknown': 'severity',
  cleared: 'state',
  reopened: 'state',
  merged: 'state',
  unmerged: 'state',
  'split-off': 'state',
  'split-from': 'state',
  'flapping-began': 'state',
  'flapping-ended': 'state',
  resolved: 'resolved',
  succeeds: 'state',
  'succeeded-by': 'state',
  joined: 'state',
  'step-entered': 'escalation',
  'step-held': 'escalation',
  exhausted: 'escalation',
  noticed: 'escalation',
  retried: 'escalation',
  repeated: 'escalation',
  'group-told': 'escalation',
  escalated: 'escalation',
  'policy-applied': 'escalation',
  'page-ended': 'page',
  acknowledged: 'acknowledged',
  'acknowledged-too': 'escalation',
  confirmed: 'acknowledged',
  'took-over': 'acknowledged',
  snoozed: 'acknowledged',
  released: 'escalation',
  'handed-over': 'escalation',
  'hand-over-declined': 'escalation',
  'owner-asked': 'escalation',
  'owner-told-again': 'escalation',
  'owner-reminded': 'escalation',
  grown: 'escalation',
  note: 'note',
  identified: 'note',
  'not-actionable': 'note',
  'cause-settled': 'note',
  'review-edited': 'review',
  'review-redrafted': 'review',
  'review-published': 'review',
  'automation-stopped': 'remediation',
  'automation-resumed': 'remediation',
  attempt: 'remediation',
  evidence: 'evidence',
  'review-drafted': 'review',
  'task-failed': 'state',
  replayed: 'state',
}

/** An entry as people and lists have it, its times in UTC: {@link retold} for whoever reads it. */
export function readEntry(entry: NewTimelineEntry): TimelineEntry {
  const { fact, actor } = entry
  return { ...entry, kind: kindOf(fact), summary: sentenceOf(fact, actor) }
}

/** The same entry by the clock of whoever reads it. */
export function retold(entry: TimelineEntry, timeZone: string): TimelineEntry {
  return { ...entry, summary: sentenceOf(entry.fact, entry.actor, timeZone) }
}

/** A fact that a newer version wrote has none here. */
function kindOf(fact: Fact): TimelineKind {
  if (fact.type === 'recorded') return fact.kind as TimelineKind
  return Object.hasOwn(kinds, fact.type) ? kinds[fact.type] : 'state'
}
