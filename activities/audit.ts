import { Context, log } from '@temporalio/activity'
import {
  auditFindings,
  type AuditedIncident,
  type Finding,
  graceMs,
  type RecordedIncident,
  stuckAlertMs,
  stuckPageMs,
  type UnfinishedPage,
} from '../src/domain/audit/audit.ts'
import { auditAlert, isUrgent, type StoredFinding } from '../src/domain/audit/alert.ts'
import { errorMessage } from '../src/domain/values/error-message.ts'
import type { AcceptedAlert } from '../src/domain/alert/alert.ts'
import {
  createSteadiness,
  lookAtWorkflows,
  repairWorkflows,
  type WorkflowAuditStore,
  type WorkflowEngine,
  type WorkflowLook,
} from './audit-workflows.ts'
import { mapAtMost } from '../src/domain/values/concurrency.ts'
import type { Configuration, Heartbeat } from '../src/domain/configuration/configuration.ts'

/** What the auditor reads and keeps. Instants are ISO 8601 in UTC. */
export interface AuditStore extends WorkflowAuditStore {
  openIncidents(): Promise<readonly RecordedIncident[]>
  unfinishedPages(createdBefore: string, resolvedBefore: string): Promise<readonly UnfinishedPage[]>
  waitingAlerts(before: string): Promise<{ readonly count: number; readonly oldestAt: string | null }>
  nudgeInbox(): Promise<void>
  openFindings(): Promise<readonly StoredFinding[]>
  keepFindings(findings: readonly Finding[], at: string, repaired: boolean): Promise<void>
  endFindings(ids: readonly number[], at: string): Promise<void>
  lastHeartbeatAt(): Promise<string | null>
  noteRun(at: string, run: { readonly ok: boolean; readonly heartbeat: boolean }): Promise<void>
}

export interface AuditDependencies {
  readonly audits: AuditStore
  readonly workflows: {
    isRunning(incident: number): Promise<boolean>
    /** Begins the incident's workflow, or notifies the one that runs so that it looks again. */
    notify(incident: RecordedIncident): Promise<void>
  }
  readonly engine: WorkflowEngine
  readonly pages: {
    cancelUnsent(
      incident: number,
      calledOff: { readonly reason: string; readonly except: readonly string[] },
      at: string,
    ): Promise<void>
  }
  readonly inbox: { acceptAlerts(alerts: readonly AcceptedAlert[]): Promise<unknown> }
  readonly running: () => Pick<Configuration, 'heartbeat' | 'checks'>
  /** Tells a place outside that all is well. Answers why it could not, and never names the address. */
  readonly heartbeat: {
    send(heartbeat: Heartbeat, signal: AbortSignal): Promise<{ readonly problem: string | null }>
  }
  readonly counted: { heartbeatSent(): void }
  readonly now: () => Date
}

export interface AuditResult {
  readonly incidents: number
  readonly repaired: number
  /** What is wrong still. */
  readonly findings: number
  readonly heartbeat: boolean
}

export type AuditActivities = ReturnType<typeof createAuditActivities>

/** Questions to Temporal at once. */
const concurrency = 10
/** An audit comes a little early or late; a heartbeat that is due by then is not put off to the next. */
const earlyMs = 30_000

/** The deed of the auditor: looks whether paging itself is well, repairs what it can and tells of the rest. It may run again after a crash. */
export function createAuditActivities(deps: AuditDependencies) {
  const steadiness = createSteadiness(deps.now().getTime())
  return {
    auditPaging: async (): Promise<AuditResult> => {
      const at = deps.now()
      return auditPaging(deps, at, steadiness.note(at.getTime(), await deps.audits.lastRunAt()))
    },
  }
}

async function auditPaging(deps: AuditDependencies, at: Date, steadySince: number): Promise<AuditResult> {
  const before = await look(deps, at, steadySince)
  const reviewed = await repair(deps, before, at)
  const after = before.findings.length > 0 ? await look(deps, at, steadySince) : before
  const begun = new Set(ofKind(before.findings, 'no-workflow').map(({ incident }) => incident))
  // A workflow that was begun just now says what it does next in a moment.
  const isPending = ({ kind, incident }: Finding) =>
    incident !== null &&
    (kind === 'missing-review' ? reviewed.has(incident) : kind !== 'no-workflow' && begun.has(incident))
  const left = after.findings.filter((finding) => !isPending(finding))
  const repaired = before.findings.filter((one) => !left.some((other) => isSame(one, other)))
  await record(deps, left, repaired, at.toISOString())
  const ok = !left.some(({ kind }) => isUrgent(kind))
  const heartbeat = ok && (await beat(deps, at))
  await deps.audits.noteRun(at.toISOString(), { ok, heartbeat })
  return { incidents: after.incidents.length, repaired: repaired.length, findings: left.length, heartbeat }
}

interface Look {
  readonly incidents: readonly AuditedIncident[]
  readonly findings: readonly Finding[]
  readonly workflows: WorkflowLook
}

async function look(deps: AuditDependencies, now: Date, steadySince: number): Promise<Look> {
  const { audits, workflows } = deps
  const at = now.getTime()
  const ago = (ms: number) => new Date(at - ms).toISOString()
  // First the workflows: one that ends while they are asked has closed its incident before, which is then not read as open.
  const seen = await audits.openIncidents()
  const running = await mapAtMost(concurrency, seen, ({ number }) => workflows.isRunning(number))
  const runs = new Map(seen.map(({ number }, index) => [number, running[index] ?? false]))
  const open = (await audits.openIncidents()).filter(({ number }) => runs.has(number))
  const incidents = open.map((incident) => ({ ...incident, running: runs.get(incident.number) === true }))
  const pages = await audits.unfinishedPages(ago(stuckPageMs), ago(graceMs))
  const waiting = await audits.waitingAlerts(ago(stuckAlertMs))
  const engine = await lookAtWorkflows(deps, at, steadySince, open)
  const findings = [...auditFindings({ at, incidents, pages, waiting }), ...engine.findings]
  return { incidents, findings, workflows: engine }
}

function ofKind(findings: readonly Finding[], kind: Finding['kind']): readonly Finding[] {
  return findings.filter((finding) => finding.kind === kind)
}

/** @returns incidents whose review was begun just now */
async function repair(
  deps: AuditDependencies,
  { incidents, findings, workflows }: Look,
  at: Date,
): Promise<ReadonlySet<number>> {
  const missing = new Set(ofKind(findings, 'no-workflow').map(({ incident }) => incident))
  await mapAtMost(
    concurrency,
    incidents.filter(({ number }) => missing.has(number)),
    (incident) =>
      deps.workflows.notify(incident).catch((error: unknown) => {
        const reason = errorMessage(error)
        log.warn("could not start the incident's workflow", { incident: incident.number, reason })
      }),
  )
  for (const { incident } of ofKind(findings, 'page-left-open')) {
    const calledOff = { reason: 'the incident was resolved before', except: [] }
    if (incident !== null) await deps.pages.cancelUnsent(incident, calledOff, at.toISOString())
  }
  if (ofKind(findings, 'stuck-alert').length > 0) await deps.audits.nudgeInbox()
  return repairWorkflows(deps, workflows)
}

/** Keeps what was found, and lets it fire as an alert until it is well again. Whatever breaks in between is made up for by the next audit. */
async function record(
  { audits, inbox }: AuditDependencies,
  left: readonly Finding[],
  repaired: readonly Finding[],
  at: string,
): Promise<void> {
  const known = await audits.openFindings()
  await audits.keepFindings(left, at, false)
  const open = await audits.openFindings()
  const over = open.filter((one) => !left.some((other) => isSame(one, other)))
  const firing = open.filter((one) => !over.includes(one))
  await inbox.acceptAlerts([
    ...firing.filter(({ quiet }) => !quiet).map((finding) => auditAlert(finding, null)),
    ...over.filter(({ quiet }) => !quiet).map((finding) => auditAlert(finding, at)),
  ])
  await audits.endFindings(
    over.map(({ id }) => id),
    at,
  )
  await audits.keepFindings(
    repaired.filter((one) => !over.some((other) => isSame(one, other))),
    at,
    true,
  )
  for (const { detail, kind } of firing.filter((one) => !known.some(({ id }) => id === one.id)))
    log.warn('paging is degraded', { kind, detail })
  for (const { detail, kind } of over) log.info('paging has recovered', { kind, detail })
  for (const { detail, kind } of repaired) log.warn('paging was repaired', { kind, detail })
}

function isSame(one: Finding, other: Finding): boolean {
  return one.kind === other.kind && one.incident === other.incident
}

/** Tells outside that all is well, when that is due. */
async function beat({ audits, running, heartbeat, counted }: AuditDependencies, at: Date): Promise<boolean> {
  const { heartbeat: configured } = running()
  if (configured === undefined) return false
  const last = await audits.lastHeartbeatAt()
  if (last !== null && at.getTime() - Date.parse(last) < configured.everyMs - earlyMs) return false
  const { problem } = await heartbeat.send(configured, Context.current().cancellationSignal)
  if (problem !== null) log.warn('the heartbeat was not taken; the next audit tries again', { problem })
  else counted.heartbeatSent()
  return problem === null
}
