import { own } from '../domain/values/own.ts'
import type { Configuration, Maintenance } from '../domain/configuration/configuration.ts'
import type { NotifyTarget } from '../domain/configuration/escalation-policy.ts'
import { deployHold, mostDeploys } from '../domain/alert/deploy-window.ts'
import { isDeclared } from '../domain/alert/declaration.ts'
import { stepAt } from '../domain/escalate/escalate.ts'
import type { Hold } from '../domain/escalate/hold.ts'
import { recurringAt } from '../domain/escalate/maintenance.ts'
import { reachableOf } from '../domain/escalate/targets.ts'
import type { Reading } from '../domain/incident/effect.ts'
import type { PagingWorld } from '../domain/incident/paging-world.ts'
import type { MachineState, Settings } from '../domain/incident/state.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { Schedule } from '../domain/on-call/schedule.ts'
import { onCallAt } from '../domain/on-call/segments.ts'
import { planIncident, policyOfIncident, policyRevisionOf } from '../domain/incident/plan.ts'
import type { Severity } from '../domain/values/severity.ts'
import { changesNear } from './change-events.ts'
import { mergedHold } from './correlation.ts'
import type { Database } from './database.ts'
import { fromRow as pageFromRow } from './page-rows.ts'
import { groupLook } from './group-notices.ts'
import { suppressionOf, type SuppressionSources } from './suppression.ts'

/** Where incidents look up what is configured. */
export interface IncidentConfigurations extends SuppressionSources {
  /** A revision that an incident began with. */
  readonly get: (revision: string) => Promise<Configuration>
  /** Schedules as they stand now, with every change that people made; read on the given connection. */
  readonly schedules: (db: Database, names: readonly string[]) => Promise<ReadonlyMap<string, Schedule>>
  /** Maintenance of a service that people announced and that is not over at an instant, epoch milliseconds; read on the given connection. */
  readonly announced: (db: Database, service: string, at: number) => Promise<readonly Maintenance[]>
}

/** What of the configuration counts for an incident at a severity. */
export async function settingsOf(
  configurations: IncidentConfigurations,
  incident: Incident,
  severity: Severity,
): Promise<{ readonly settings: Settings; readonly runbook: string | null }> {
  const at = { ...incident, severity }
  const atStart = await revision(configurations, incident.configRevision)
  const policy = policyOfIncident(at, await revision(configurations, policyRevisionOf(incident)))
  const plan = planIncident(at, atStart, policy)
  const settings: Settings = {
    policy: policy.name,
    stableForMs: plan.stableForMs,
    ...(plan.flapping === undefined ? {} : { flapping: plan.flapping }),
    ...(plan.group === undefined ? {} : { group: plan.group }),
    headStartMs: plan.remediateFirstMs,
    remediates: plan.ladder.length > 0,
    // What a person declared is over when a person says so.
    stillFiringAfterMs: isDeclared(incident) ? null : plan.stillFiringAfterMs,
  }
  return { settings, runbook: plan.runbook }
}

/** What a reading goes by at `at`, epoch milliseconds. */
export async function worldOf(
  db: Database,
  configurations: IncidentConfigurations,
  incident: Incident,
  state: Pick<MachineState, 'severity' | 'at' | 'escalation' | 'merged' | 'apart'>,
  reading: Reading,
  at: number,
): Promise<PagingWorld> {
  const { severity } = state
  const running = configurations.running()
  const atStart = await revision(configurations, incident.configRevision)
  const policy = policyOfIncident(
    { ...incident, severity },
    await revision(configurations, policyRevisionOf(incident)),
  )
  const pagesSteps = reading.type === 'read-step' || reading.type === 'read-rules'
  const [schedules, maintenance, suppression] = await Promise.all([
    schedulesOf(db, configurations, targetsOf(reading, policy)),
    pagesSteps ? maintenanceOf(db, configurations, incident.service, at) : [],
    pagesSteps ? quietOf(db, configurations, incident, state, at) : undefined,
  ])
  const group = reading.type === 'read-group' ? await groupLook(db, configurations, incident, at) : undefined
  const waitsForAlerts =
    reading.type === 'read-step' && stepAt(policy, reading.position.step)?.when !== undefined
  return {
    incident: incident.number,
    service: incident.service,
    severity,
    policy,
    teams: { ...atStart.teams, ...running.teams },
    calendars: { ...atStart.calendars, ...running.calendars },
    maintenance,
    ...(suppression === undefined ? {} : { suppression }),
    ...(group === undefined ? {} : { group }),
    reachable: (person) => reachableOf(person, running, atStart),
    onCall: (name, then = at) => {
      const configured = Object.hasOwn(atStart.schedules, name) ? atStart.schedules[name] : undefined
      const schedule = schedules.get(name) ?? configured
      return schedule === undefined ? undefined : onCallAt(schedule, then).people
    },
    alertsBegan: waitsForAlerts ? await alertsBegan(db, incident.number) : [],
    pages: reading.type === 'read-rules' ? await pagesOf(db, incident.number) : [],
  }
}

/** What a deploy of its service holds back. */
async function deployedHold(
  db: Database,
  running: Configuration,
  service: string,
  severity: Severity,
  at: number,
): Promise<Hold | undefined> {
  const window = own(running.services, service)?.deploys
  if (window?.severities.includes(severity) !== true) return undefined
  const span = { from: at - window.atMostMs - window.holdMs, to: at + 1, about: at }
  return deployHold(window, await changesNear(db, [service], span, mostDeploys), severity, at)
}

/** What keeps its alerts from paging, or it because it is part of another incident. */
async function quietOf(
  db: Database,
  configurations: IncidentConfigurations,
  incident: Incident,
  state: Pick<MachineState, 'severity' | 'at' | 'escalation' | 'merged' | 'apart'>,
  at: number,
): Promise<Hold | undefined> {
  const running = configurations.running()
  return (
    (await suppressionOf(db, configurations, incident, state, at)) ??
    (await mergedHold(db, running, incident, state, at)) ??
    deployedHold(db, running, incident.service, state.severity, at)
  )
}

/** A revision that is gone must not keep anybody from being paged: the running one takes its place. */
async function revision({ running, get }: IncidentConfigurations, name: string): Promise<Configuration> {
  const now = running()
  if (now.revision === name) return now
  return get(name).catch(() => now)
}

function targetsOf(reading: Reading, policy: PagingWorld['policy']): readonly NotifyTarget[] {
  switch (reading.type) {
    case 'read-step':
      // Whom the step after it pages, or the fallback, is told beforehand.
      return [...policy.steps.flatMap(({ notify }) => notify), ...policy.fallback]
    case 'read-fallback':
      return policy.fallback
    case 'read-notices':
      return policy.executives ?? []
    case 'read-wait':
    case 'read-rules':
    case 'read-person':
    case 'read-group':
    case 'open-successor':
      return []
  }
}

async function schedulesOf(
  db: Database,
  { schedules }: IncidentConfigurations,
  targets: readonly NotifyTarget[],
): Promise<ReadonlyMap<string, Schedule>> {
  const names = targets.flatMap((target) =>
    typeof target === 'object' && 'schedule' in target ? [target.schedule] : [],
  )
  return names.length === 0 ? new Map() : schedules(db, names)
}

async function maintenanceOf(
  db: Database,
  { running, announced }: IncidentConfigurations,
  service: string,
  at: number,
): Promise<readonly Maintenance[]> {
  const { maintenance = [], recurringMaintenance = [] } = own(running().services, service) ?? {}
  return [...maintenance, ...recurringAt(recurringMaintenance, at), ...(await announced(db, service, at))]
}

async function alertsBegan(db: Database, incident: number): Promise<number[]> {
  const rows = await db
    .selectFrom('incident_alerts')
    .select('starts_at')
    .where('incident', '=', incident)
    .execute()
  return rows.map(({ starts_at }) => starts_at.getTime())
}

async function pagesOf(db: Database, incident: number) {
  const rows = await db.selectFrom('pages').selectAll().where('incident', '=', incident).execute()
  return rows.map(pageFromRow)
}
