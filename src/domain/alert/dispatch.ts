import { groupingKeyOf, type AcceptedAlert, type Labels } from './alert.ts'
import { isMuted } from '../check/alerts.ts'
import type { Route } from '../configuration/configuration.ts'
import { declaredKeyOf } from './declaration.ts'
import { routeOf } from '../incident/plan.ts'
import { highestSeverity, severityOfLabel, type Severity } from '../values/severity.ts'

/** An event as it waits in the inbox. Ids rise in the order of acceptance. */
export interface InboxRow extends AcceptedAlert {
  readonly id: number
  readonly acceptedAt: string
  /** The grouping key of the open incident in which this alert fires, if there is one. */
  readonly home: string | null
  /** What an earlier row of the inbox said of the end of this alert, and when that row was accepted. */
  readonly resolvedBefore: { readonly endedAt: string; readonly acceptedAt: string } | null
}

/** Events that meet in one incident, in the order of acceptance. */
export interface AlertGroup {
  readonly groupingKey: string
  readonly route: Route
  readonly rows: readonly InboxRow[]
}

/** An alert as its incident knows it. */
export interface StoredAlert {
  readonly fingerprint: string
  readonly status: 'firing' | 'resolved'
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAt: string
  readonly endsAt: string | null
  /** When the newest event that was applied had been accepted. */
  readonly changedAt: string
  /** The instant that event is about, by its source's clock. */
  readonly sourceAt: string
  readonly inboxId: number
}

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
}

/**
 * A firing event whose source had reported its end before is taken for late when it comes within this time of that report, the time
 * senders go on retrying; later, the source insists that it fires.
 */
const reorderWindowMs = 5 * 60_000

/**
 * Groups events by the grouping key of their route. An alert stays with the open incident that it fires in, whatever its route says by now,
 * so that a changed configuration leaves nothing behind that fires for ever.
 */
export function groupRows(rows: readonly InboxRow[], routes: readonly Route[]): AlertGroup[] {
  const groups = new Map<string, { groupingKey: string; route: Route; rows: InboxRow[] }>()
  const homes = new Map<string, string>()
  for (const row of rows) {
    const route = routeOf(row.labels, routes)
    const groupingKey =
      row.home ?? homes.get(row.fingerprint) ?? declaredKeyOf(row) ?? groupingKeyOf(row.labels, route.groupBy)
    homes.set(row.fingerprint, groupingKey)
    const group = groups.get(groupingKey) ?? { groupingKey, route, rows: [] }
    group.rows.push(row)
    groups.set(groupingKey, group)
  }
  return [...groups.values()]
}

/**
 * What becomes of a group of events. Applying the same events again changes nothing.
 *
 * A firing event opens an incident when none is open, muted or not: a cooldown damps messages while an incident is open, and never hides a new
 * one. A resolved event that no incident knows of is only ticked off, and so is one of an incident that is over, unless a person resolved that
 * while alerts fired: then it ends the alert.
 */
export function decideGroup(rows: readonly InboxRow[], known: KnownIncident | undefined): GroupDecision {
  const open = known?.isOpen === true
  const past = new Map(known?.isOpen === false ? known.alerts.map((alert) => [alert.fingerprint, alert]) : [])
  // What fires on over a person's resolve is looked at when its time has come: a repeat of it says nothing new.
  const firesOn = (row: InboxRow) =>
    known?.isWatched === true && past.get(row.fingerprint)?.status === 'firing'
  const isNews = (row: InboxRow) =>
    row.status === 'firing' &&
    !isOver(row) &&
    !firesOn(row) &&
    row.id > (past.get(row.fingerprint)?.inboxId ?? 0)
  const opens = !open && rows.some(isNews)
  if (known?.isWatched === true && !opens) return endedAfterResolve(rows, known)
  const alerts = new Map(open ? known.alerts.map((alert) => [alert.fingerprint, alert]) : [])
  const changed = new Map<string, StoredAlert>()
  const changes: AlertChange[] = []
  for (const row of open || opens ? rows : []) {
    const stored = alerts.get(row.fingerprint)
    const next = stored === undefined ? (isNews(row) ? begun(row) : undefined) : applied(row, stored)
    if (next === undefined) continue
    alerts.set(row.fingerprint, next)
    changed.set(row.fingerprint, next)
    const kind = changeOf(row, stored)
    if (kind !== undefined) changes.push({ row, kind })
  }
  const raised = [...changed.values()]
    .filter(({ status }) => status === 'firing')
    .map(({ labels }) => severityOfLabel(labels['severity']))
  const current = open ? [known.severity] : []
  const severity =
    highestSeverity(open && known.severityIsFixed ? current : [...current, ...raised]) ??
    highestSeverity(fired(rows)) ??
    'P2'
  return { opens, alerts: [...changed.values()], changes, severity }
}

/** Alerts that end after a person resolved their incident over them: nobody is told, but they do not open the next one. */
function endedAfterResolve(rows: readonly InboxRow[], { alerts, severity }: KnownIncident): GroupDecision {
  const ended = rows
    .filter(({ status }) => status === 'resolved')
    .flatMap((row) => {
      const stored = alerts.find(({ fingerprint }) => fingerprint === row.fingerprint)
      return stored === undefined ? [] : (applied(row, stored) ?? [])
    })
  return { opens: false, alerts: ended, changes: [], severity }
}

/** Labels that tell an incident: those that all its first alerts share, and those that chose its route, so that it is found again. */
export function incidentLabels(alerts: readonly { readonly labels: Labels }[], route: Route): Labels {
  const [first, ...others] = alerts
  const shared = Object.entries(first?.labels ?? {}).filter(
    ([name, value]) =>
      Object.hasOwn(route.match, name) || others.every(({ labels }) => labels[name] === value),
  )
  return Object.fromEntries(shared)
}

/** The service that answers for an incident: what its alerts say, else what the route says. */
export function incidentService(labels: Labels, route: Route): string {
  return labels['service'] ?? route.service ?? 'unknown'
}

/** The next state of a known alert; `undefined` when the event is old news. Its source's clock decides, not the order of arrival. */
function applied(row: InboxRow, stored: StoredAlert): StoredAlert | undefined {
  const instant = instantOf(row)
  const newer = instant - Date.parse(stored.sourceAt)
  if (row.status === 'resolved') {
    if (newer < 0 || (stored.status === 'resolved' && newer === 0)) return undefined
    // Labels and annotations stay as it fired: they say what it was.
    return {
      ...stored,
      status: 'resolved',
      endsAt: iso(instant),
      changedAt: row.acceptedAt,
      sourceAt: iso(instant),
      inboxId: row.id,
    }
  }
  if (stored.status === 'resolved') {
    const insists =
      row.id > stored.inboxId && Date.parse(row.acceptedAt) - Date.parse(stored.changedAt) > reorderWindowMs
    return newer > 0 || insists ? begun(row) : undefined
  }
  if (newer < 0 || (newer === 0 && row.id <= stored.inboxId) || isSame(row, stored)) return undefined
  return { ...begun(row), startsAt: stored.startsAt }
}

function begun(row: InboxRow): StoredAlert {
  const { fingerprint, labels, annotations, startsAt, acceptedAt, id } = row
  return {
    fingerprint,
    status: 'firing',
    labels,
    annotations,
    startsAt,
    endsAt: null,
    changedAt: acceptedAt,
    sourceAt: startsAt,
    inboxId: id,
  }
}

function changeOf(row: InboxRow, before: StoredAlert | undefined): AlertChange['kind'] | undefined {
  if (row.status === 'resolved') return before?.status === 'firing' ? 'clears' : undefined
  if (before === undefined) return 'fires'
  if (before.status === 'resolved') return 'fires-again'
  const wasMuted = isMuted({ source: row.source, annotations: before.annotations })
  return wasMuted && !isMuted(row) ? 'fires-again' : undefined
}

/** Its end was reported before it arrived. */
function isOver({ resolvedBefore, startsAt, acceptedAt }: InboxRow): boolean {
  if (resolvedBefore === null) return false
  const late = Date.parse(acceptedAt) - Date.parse(resolvedBefore.acceptedAt) <= reorderWindowMs
  return late && Date.parse(resolvedBefore.endedAt) >= Date.parse(startsAt)
}

function isSame(row: InboxRow, stored: StoredAlert): boolean {
  return (
    Date.parse(row.startsAt) === Date.parse(stored.sourceAt) &&
    sameLabels(row.labels, stored.labels) &&
    sameLabels(row.annotations, stored.annotations)
  )
}

function sameLabels(a: Labels, b: Labels): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

function fired(rows: readonly InboxRow[]): Severity[] {
  return rows
    .filter(({ status }) => status === 'firing')
    .map(({ labels }) => severityOfLabel(labels['severity']))
}

function instantOf({ status, startsAt, endsAt }: InboxRow): number {
  const start = Date.parse(startsAt)
  return status === 'firing' || endsAt === undefined ? start : Math.max(start, Date.parse(endsAt))
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
