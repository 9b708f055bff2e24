import { isAboutAudit } from './alert.ts'
import { formatDuration } from '../values/duration.ts'
import { incidentName } from '../investigate/evidence.ts'
import { firstDue } from '../incident/outline.ts'
import type { MachineState } from '../incident/state.ts'
import type { Incident } from '../incident/incident.ts'
import type { Page } from '../page/page.ts'

/** What may be wrong with paging itself. A bounded set: metrics have it as a label. */
export const findingKinds = [
  'no-workflow',
  'no-next-step',
  'overdue',
  'stuck-page',
  'page-left-open',
  'stuck-alert',
  'failing-workflow',
  'failing-activity',
  'hanging-check',
  'idle-check',
  'missing-schedule',
  'paused-schedule',
  'missing-review',
] as const

export type FindingKind = (typeof findingKinds)[number]

export interface Finding {
  readonly kind: FindingKind
  /** `null`: of no incident yet. */
  readonly incident: number | null
  /** For people. */
  readonly detail: string
  /** It is about the incident of the auditor's own alert, and must not raise that alert again. */
  readonly quiet: boolean
}

/** Temporal begins a workflow, and people's commands reach it, within this time. */
export const youngMs = 30_000
/** How long after its time something may still come. */
export const graceMs = 120_000
/** A page has an outcome by then, whatever its provider answered. */
export const stuckPageMs = 600_000
/** An alert is with its incident by then. */
export const stuckAlertMs = 60_000

/** An open incident as the records have it. Instants are ISO 8601 in UTC. */
export type RecordedIncident = Pick<
  Incident,
  'number' | 'groupingKey' | 'title' | 'service' | 'severity' | 'labels' | 'state' | 'detectedAt'
> & {
  /** Where it stands; `null`: nothing was decided about it yet. */
  readonly machine: MachineState | null
}

export type AuditedIncident = RecordedIncident & {
  /** A workflow looks after it. */
  readonly running: boolean
}

/** A page without an outcome. */
export type UnfinishedPage = Pick<Page, 'id' | 'incident' | 'createdAt'> & {
  readonly incidentResolvedAt: string | null
  /** Of the incident of the auditor's own alert. */
  readonly quiet: boolean
}

export interface AuditFacts {
  /** Epoch milliseconds. */
  readonly at: number
  readonly incidents: readonly AuditedIncident[]
  readonly pages: readonly UnfinishedPage[]
  /** Alerts that wait too long already. */
  readonly waiting: { readonly count: number; readonly oldestAt: string | null }
}

/** Everything that is wrong, one finding per kind and incident. */
export function auditFindings(facts: AuditFacts): Finding[] {
  const incidents = facts.incidents.flatMap((incident) => incidentFinding(incident, facts.at) ?? [])
  return [...incidents, ...pageFindings(facts), ...inboxFinding(facts)]
}

/** One at most: what has no workflow has no next step either. */
function incidentFinding(incident: AuditedIncident, at: number): Finding | undefined {
  const { number, detectedAt, running, machine } = incident
  const name = incidentName(number)
  const found = (kind: FindingKind, what: string): Finding => ({
    kind,
    incident: number,
    detail: `${name} ${what}`,
    quiet: isAboutAudit(incident),
  })
  if (at - Date.parse(detectedAt) < youngMs) return undefined
  if (!running) return found('no-workflow', 'is open and no workflow looks after it')
  if (machine === null) return found('no-next-step', 'is open, and nothing was ever decided about it')
  const due = firstDue(machine)
  if (due !== null && due.at + graceMs < at)
    return found('overdue', `should have gone on at ${iso(due.at)}: ${due.what}`)
  if (!isStranded(machine)) return undefined
  return found('no-next-step', 'fires, nobody owns it and nobody is to be paged')
}

/** It fires, nobody owns it, nothing happens by itself, and nothing says why. */
function isStranded({ phase, owner, escalation }: MachineState): boolean {
  return phase === 'open' && owner === null && (escalation.kind === 'idle' || escalation.kind === 'entering')
}

function pageFindings({ at, pages }: AuditFacts): Finding[] {
  const left = pages.filter(isLeftOpen(at))
  const stuck = pages.filter((page) => !left.includes(page) && at - Date.parse(page.createdAt) >= stuckPageMs)
  return [
    ...perIncident(left, 'page-left-open', 'is resolved, and pages of it are still open'),
    ...perIncident(
      stuck,
      'stuck-page',
      `has pages without an outcome for more than ${formatDuration(stuckPageMs)}`,
    ),
  ]
}

function isLeftOpen(at: number): (page: UnfinishedPage) => boolean {
  return ({ createdAt, incidentResolvedAt: resolved }) =>
    resolved !== null &&
    at - Date.parse(resolved) >= graceMs &&
    // Messages that follow the end are queued after it, and have their own time.
    Date.parse(createdAt) < Date.parse(resolved)
}

const mostPagesTold = 3

function perIncident(pages: readonly UnfinishedPage[], kind: FindingKind, what: string): Finding[] {
  return [...Map.groupBy(pages, ({ incident }) => incident)].map(([incident, own]) => {
    const named = own.slice(0, mostPagesTold).map(({ id }) => id)
    const more = own.length > named.length ? ` and ${own.length - named.length} more` : ''
    const detail = `${incidentName(incident)} ${what}: ${named.join(', ')}${more}`
    return { kind, incident, detail, quiet: own.some(({ quiet }) => quiet) }
  })
}

function inboxFinding({ at, waiting: { count, oldestAt } }: AuditFacts): Finding[] {
  if (count === 0 || oldestAt === null) return []
  const since = formatDuration(at - Date.parse(oldestAt))
  const detail = `${count === 1 ? 'an alert waits' : `${count} alerts wait`} in the inbox, the oldest for ${since}: is the server running?`
  return [{ kind: 'stuck-alert', incident: null, detail, quiet: false }]
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
