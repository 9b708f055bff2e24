import type { Configuration, Route } from '../configuration/configuration.ts'
import {
  decideGroup,
  incidentLabels,
  incidentService,
  type GroupDecision,
  type KnownIncident,
} from '../alert/dispatch.ts'
import { groupRows, type AlertGroup } from '../alert/grouping.ts'
import { openingTitle } from '../alert/alert-title.ts'
import type { InboxRow, StoredAlert } from '../alert/stored-alert.ts'
import { timelineOfGroup } from '../alert/dispatch-timeline.ts'
import type { Fact } from '../facts/fact.ts'
import type { Incident } from '../incident/incident.ts'
import { routeOf } from '../alert/routing.ts'
import { firewatch, type NewTimelineEntry } from '../incident/timeline.ts'

/** An entry of an incident that has no number yet. */
export type ReplayedEntry = Omit<NewTimelineEntry, 'incident'>

/** An incident that a check would have opened. Instants are those of the recording. */
export interface ReplayedIncident
  extends Pick<
    Incident,
    | 'groupingKey'
    | 'title'
    | 'service'
    | 'labels'
    | 'severity'
    | 'state'
    | 'startedAt'
    | 'detectedAt'
    | 'mitigatedAt'
    | 'resolvedAt'
  > {
  readonly alerts: readonly StoredAlert[]
  /** Fingerprints of the alerts that it opened with: nobody knew of the others then. */
  readonly openedWith: readonly string[]
  readonly timeline: readonly ReplayedEntry[]
}

/** What became of an incident at an instant. */
export interface IncidentChange {
  readonly at: string
  readonly kind: 'opened' | 'monitoring' | 'reopened' | 'resolved'
  readonly incident: ReplayedIncident
}

/** Incidents between two runs, by grouping key: the open one, or the last that was resolved. */
export type ReplayedIncidents = ReadonlyMap<string, ReplayedIncident>

/** Lets the stable time of incidents whose alerts are all clear run out, up to an instant. */
export function settleIncidents(
  incidents: ReplayedIncidents,
  at: number,
  { routes }: Configuration,
): { readonly incidents: ReplayedIncidents; readonly changes: readonly IncidentChange[] } {
  const changes: IncidentChange[] = []
  for (const incident of incidents.values()) {
    if (incident.state !== 'monitoring' || incident.mitigatedAt === null) continue
    const { stableForMs } = routeOf(incident.labels, routes)
    const end = Date.parse(incident.mitigatedAt) + stableForMs
    if (end > at) continue
    const resolvedAt = new Date(end).toISOString()
    const told = entered(incident, resolvedAt, { type: 'resolved', why: 'stayed-clear', stableForMs })
    changes.push({ at: resolvedAt, kind: 'resolved', incident: { ...told, state: 'resolved', resolvedAt } })
  }
  return { incidents: withChanges(incidents, changes), changes: changes.toSorted(byTime) }
}

/** Applies the alert events of a run, as the dispatcher does with its inbox, and moves the incidents on. */
export function applyAlerts(
  incidents: ReplayedIncidents,
  rows: readonly InboxRow[],
  configuration: Configuration,
): { readonly incidents: ReplayedIncidents; readonly changes: readonly IncidentChange[] } {
  const changes: IncidentChange[] = []
  const next = new Map(incidents)
  const waiting = rows.map((row) => atHome(row, incidents))
  for (const group of groupRows(waiting, configuration).groups) {
    const before = next.get(group.groupingKey)
    const open = before !== undefined && before.state !== 'resolved' ? before : undefined
    const decision = decideGroup(group.rows, before && knownOf(before), configuration.severities)
    if (open === undefined && !decision.opens) continue
    const at = group.rows.at(-1)?.acceptedAt ?? ''
    const joined = open === undefined ? opened(group, decision, at) : joinedBy(open, decision)
    if (open === undefined) changes.push({ at, kind: 'opened', incident: joined })
    const { incident, change } = movedOn(joined, at, routeOf(joined.labels, configuration.routes))
    next.set(group.groupingKey, incident)
    if (change !== undefined) changes.push({ at, kind: change, incident })
  }
  return { incidents: next, changes }
}

/** An alert that fires in an open incident belongs there, as in the inbox. */
function atHome(row: InboxRow, incidents: ReplayedIncidents): InboxRow {
  const home = [...incidents.values()].find(
    ({ state, alerts }) =>
      state !== 'resolved' &&
      alerts.some(({ fingerprint, status }) => fingerprint === row.fingerprint && status === 'firing'),
  )
  return { ...row, homes: home === undefined ? [] : [home.groupingKey] }
}

function knownOf({ state, severity, alerts }: ReplayedIncident): KnownIncident {
  return { isOpen: state !== 'resolved', isWatched: false, severity, severityIsFixed: false, alerts }
}

function opened({ groupingKey, route }: AlertGroup, decision: GroupDecision, at: string): ReplayedIncident {
  const { alerts, severity } = decision
  const labels = incidentLabels(alerts, route)
  const service = incidentService(labels, route)
  return {
    groupingKey,
    title: openingTitle(alerts, service),
    service,
    labels,
    severity,
    state: 'open',
    startedAt: earliest(alerts),
    detectedAt: at,
    mitigatedAt: null,
    resolvedAt: null,
    alerts,
    openedWith: alerts.map(({ fingerprint }) => fingerprint),
    timeline: entriesOf(decision),
  }
}

function joinedBy(incident: ReplayedIncident, decision: GroupDecision): ReplayedIncident {
  if (decision.alerts.length === 0) return incident
  const alerts = new Map([...incident.alerts, ...decision.alerts].map((alert) => [alert.fingerprint, alert]))
  return {
    ...incident,
    severity: decision.severity,
    alerts: [...alerts.values()],
    startedAt: earliest([...alerts.values()], incident.startedAt),
    timeline: [...incident.timeline, ...entriesOf(decision), ...risen(incident.severity, decision)],
  }
}

/** From open to monitoring when nothing fires any more, and back when something does. */
function movedOn(
  incident: ReplayedIncident,
  at: string,
  { stableForMs }: Route,
): { readonly incident: ReplayedIncident; readonly change?: 'monitoring' | 'reopened' } {
  const fires = incident.alerts.some(({ status }) => status === 'firing')
  if (incident.state === 'open' && !fires) {
    const told = entered(incident, at, { type: 'cleared', stableForMs })
    return { incident: { ...told, state: 'monitoring', mitigatedAt: at }, change: 'monitoring' }
  }
  if (incident.state === 'monitoring' && fires) {
    const told = entered(incident, at, { type: 'reopened' })
    return { incident: { ...told, state: 'open', mitigatedAt: null }, change: 'reopened' }
  }
  return { incident }
}

function entered(incident: ReplayedIncident, at: string, fact: Fact): ReplayedIncident {
  return { ...incident, timeline: [...incident.timeline, entryOf(at, fact)] }
}

function entryOf(at: string, fact: Fact): ReplayedEntry {
  return { eventKey: `replay/${fact.type}/${at}`, at, actor: firewatch, fact }
}

function entriesOf(decision: GroupDecision): ReplayedEntry[] {
  return timelineOfGroup(decision)
}

/** The severity rose with the alerts that joined. */
function risen(
  from: ReplayedIncident['severity'],
  { severity: to, changes }: GroupDecision,
): ReplayedEntry[] {
  const at = changes.at(-1)?.row.acceptedAt
  return to === from || at === undefined ? [] : [entryOf(at, { type: 'severity-changed', from, to })]
}

function withChanges(incidents: ReplayedIncidents, changes: readonly IncidentChange[]): ReplayedIncidents {
  if (changes.length === 0) return incidents
  return new Map([...incidents, ...changes.map(({ incident }) => [incident.groupingKey, incident] as const)])
}

function earliest(alerts: readonly StoredAlert[], than?: string): string {
  const starts = [...alerts.map(({ startsAt }) => startsAt), ...(than === undefined ? [] : [than])]
  return new Date(Math.min(...starts.map((at) => Date.parse(at)))).toISOString()
}

function byTime(a: IncidentChange, b: IncidentChange): number {
  return Date.parse(a.at) - Date.parse(b.at)
}
