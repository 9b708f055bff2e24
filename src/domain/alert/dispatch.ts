import { alertIdentity, type Labels } from './alert.ts'
import { unknownService } from './alert-title.ts'
import { cutText, oneLine } from '../page/delivery.ts'
import { isMuted } from '../check/alerts.ts'
import type { Route } from '../configuration/configuration.ts'
import {
  highestSeverity,
  severityMeant,
  severityOfLabel,
  severityOfUnknown,
  type Severity,
  type SeverityWords,
} from '../values/severity.ts'
import { namesMatched } from './routing.ts'
import { applied, type StoredAlert, begun, type InboxRow, isOver } from './stored-alert.ts'

/** What is known of a grouping key: its open incident, else the last one that was resolved. */
export interface KnownIncident {
  readonly isOpen: boolean
  /** A person resolved it while alerts fired, and whether they still do is looked at later. */
  readonly isWatched: boolean
  readonly severity: Severity
  /** Set by a person: not changed any more. */
  readonly severityIsFixed: boolean
  /** Of the fingerprints in the group. */
  readonly alerts: readonly StoredAlert[]
}

export interface AlertChange {
  readonly row: InboxRow
  readonly kind: 'fires' | 'fires-again' | 'clears'
}

export interface GroupDecision {
  /** An incident is to be opened. Without it and without an open one the rows are only ticked off. */
  readonly opens: boolean
  /** Rows to store; none when everything was known. */
  readonly alerts: readonly StoredAlert[]
  /** What people should read, in order. */
  readonly changes: readonly AlertChange[]
  readonly severity: Severity
  /** Words for severity that nobody knows, of alerts that fire now. */
  readonly unknownSeverities: readonly string[]
}

/**
 * What becomes of a group of events. Applying the same events again changes nothing.
 *
 * A firing event opens an incident when none is open, muted or not: a cooldown damps messages while an incident is open, and never hides a new
 * one. A resolved event that no incident knows of is only ticked off, and so is one of an incident that is over, unless a person resolved that
 * while alerts fired: then it ends the alert.
 */
export function decideGroup(
  rows: readonly InboxRow[],
  known: KnownIncident | undefined,
  words?: SeverityWords,
): GroupDecision {
  const open = known?.isOpen === true
  const past = new Map(
    known?.isOpen === false ? known.alerts.map((alert) => [alertIdentity(alert), alert]) : [],
  )
  // What fires on over a person's resolve is looked at when its time has come: a repeat of it says nothing new.
  const firesOn = (row: InboxRow) =>
    known?.isWatched === true && past.get(alertIdentity(row))?.status === 'firing'
  const isNews = (row: InboxRow) =>
    row.status === 'firing' &&
    !isOver(row) &&
    !firesOn(row) &&
    row.id > (past.get(alertIdentity(row))?.inboxId ?? 0)
  const opens = !open && rows.some(isNews)
  if (known?.isWatched === true && !opens) return endedAfterResolve(rows, known)
  const alerts = new Map(open ? known.alerts.map((alert) => [alertIdentity(alert), alert]) : [])
  const changed = new Map<string, StoredAlert>()
  const changes: AlertChange[] = []
  for (const row of open || opens ? rows : []) {
    const identity = alertIdentity(row)
    const stored = alerts.get(identity)
    const next = stored === undefined ? (isNews(row) ? begun(row) : undefined) : applied(row, stored)
    if (next === undefined) continue
    alerts.set(identity, next)
    changed.set(identity, next)
    const kind = changeOf(row, stored)
    if (kind !== undefined) changes.push({ row, kind })
  }
  const raised = [...changed.values()]
    .filter(({ status }) => status === 'firing')
    .map(({ labels }) => severityOfLabel(labels['severity'], words))
  const current = open ? [known.severity] : []
  const severity =
    highestSeverity(open && known.severityIsFixed ? current : [...current, ...raised]) ??
    highestSeverity(fired(rows, words)) ??
    severityOfUnknown
  return {
    opens,
    alerts: [...changed.values()],
    changes,
    severity,
    unknownSeverities: unknownIn(changes, words),
  }
}

/** Alerts that end after a person resolved their incident over them: nobody is told, but they do not open the next one. */
function endedAfterResolve(rows: readonly InboxRow[], { alerts, severity }: KnownIncident): GroupDecision {
  const ended = rows
    .filter(({ status }) => status === 'resolved')
    .flatMap((row) => {
      const stored = alerts.find((alert) => alertIdentity(alert) === alertIdentity(row))
      return stored === undefined ? [] : (applied(row, stored) ?? [])
    })
  return { opens: false, alerts: ended, changes: [], severity, unknownSeverities: [] }
}

/** Labels that tell an incident: those that all its first alerts share, and those that chose its route, so that it is found again. */
export function incidentLabels(alerts: readonly { readonly labels: Labels }[], route: Route): Labels {
  const [first, ...others] = alerts
  const matched = namesMatched(route)
  const shared = Object.entries(first?.labels ?? {}).filter(
    ([name, value]) => matched.includes(name) || others.every(({ labels }) => labels[name] === value),
  )
  return Object.fromEntries(shared)
}

/** Longer than any that is configured. */
const longestService = 200

/** The service that answers for an incident: what its alerts say, else what the route says. A label without a value is none, as in Prometheus. */
export function incidentService(labels: Labels, route: Route): string {
  const named = [labels['service'], route.service].find((name) => oneLine(name ?? '') !== '')
  return cutText(named ?? unknownService, longestService)
}

function changeOf(row: InboxRow, before: StoredAlert | undefined): AlertChange['kind'] | undefined {
  if (row.status === 'resolved') return before?.status === 'firing' ? 'clears' : undefined
  if (before === undefined) return 'fires'
  if (before.status === 'resolved') return 'fires-again'
  const wasMuted = isMuted({ source: row.source, annotations: before.annotations })
  return wasMuted && !isMuted(row) ? 'fires-again' : undefined
}

function fired(rows: readonly InboxRow[], words: SeverityWords | undefined): Severity[] {
  return rows
    .filter(({ status }) => status === 'firing')
    .map(({ labels }) => severityOfLabel(labels['severity'], words))
}

function unknownIn(changes: readonly AlertChange[], words: SeverityWords | undefined): string[] {
  const said = changes.flatMap(({ kind, row }) => {
    const word = (row.labels['severity'] ?? '').trim()
    return kind === 'clears' || word === '' || severityMeant(word, words) !== undefined ? [] : [word]
  })
  return [...new Set(said)]
}
