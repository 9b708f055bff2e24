import { sql } from 'kysely'
import { matchesAll } from '../domain/alert/matcher.ts'
import { routeOfIncident } from '../domain/alert/routing.ts'
import { splitKey } from '../domain/alert/split-key.ts'
import type { StoredAlert } from '../domain/alert/stored-alert.ts'
import type { CommandEvent } from '../domain/incident/event.ts'
import { incidentName } from '../domain/investigate/evidence.ts'
import type { SplitCommand } from '../domain/incident/messages.ts'
import { highestSeverity, severityOfLabel } from '../domain/values/severity.ts'
import { CommandRefused } from './command-refused.ts'
import type { Database } from './database.ts'
import { knownAlerts, storeIncidentAlerts } from './incident-alerts.ts'
import type { CommandParts } from './incident-commands.ts'
import { incidentInsert } from './incident-insert.ts'
import type { LockedIncident } from './incident-machine.ts'
import { incidentFromRow } from './incident-rows.ts'
import { settingsOf } from './incident-world.ts'

type SplitEvent = Omit<Extract<CommandEvent, { type: 'split' }>, 'actor' | 'commandId'>

/**
 * Opens an incident for some of the alerts that fire in another, and moves them there: what their sender says of them from now on is said to the new one. The
 * other keeps them as they were. A command that was carried out before opens nothing again.
 * @throws CommandRefused where there is nothing to move, or nothing would be left
 */
export async function splitOff(
  db: Database,
  parts: CommandParts,
  { incident, state }: LockedIncident,
  command: SplitCommand,
): Promise<SplitEvent> {
  const { reason, actor, commandId } = command
  const counts = state?.alerts ?? { firing: 0, total: 0 }
  const isKnown = state?.answered.some((one) => one.commandId === commandId && one.actor === actor)
  // Both are answered as they are: a repeat by its answer, and what is over by a refusal.
  if (isKnown === true || incident.state === 'resolved')
    return { type: 'split', into: incident.number, alerts: 0, left: counts, reason }
  const firing = (await knownAlerts(db, incident.number, null)).filter(({ status }) => status === 'firing')
  const moved = chosen(firing, command)
  refuseEmpty(incidentName(incident.number), firing, moved)
  const into = await openWith(db, parts, incident, moved, command)
  await sql`
    UPDATE incident_alerts SET status = 'resolved', ends_at = ${new Date(command.at)}, moved_to = ${into}, in_group = false
    FROM unnest(${moved.map(({ source }) => source)}::text[], ${moved.map(({ fingerprint }) => fingerprint)}::text[])
      AS moved (source, fingerprint)
    WHERE incident = ${incident.number} AND incident_alerts.source = moved.source
      AND incident_alerts.fingerprint = moved.fingerprint`.execute(db)
  const left = { firing: counts.firing - moved.length, total: counts.total }
  return { type: 'split', into, alerts: moved.length, left, reason }
}

function chosen(
  firing: readonly StoredAlert[],
  { fingerprints, matchers }: SplitCommand,
): readonly StoredAlert[] {
  const missing = fingerprints.find((one) => !firing.some(({ fingerprint }) => fingerprint === one))
  if (missing !== undefined)
    throw new CommandRefused(`no alert ${missing} fires in it: "alerts" lists those that do`)
  return firing.filter(
    ({ fingerprint, labels }) =>
      fingerprints.includes(fingerprint) || (matchers.length > 0 && matchesAll(matchers, labels)),
  )
}

function refuseEmpty(name: string, firing: readonly StoredAlert[], moved: readonly StoredAlert[]): void {
  if (moved.length === 0)
    throw new CommandRefused(`none of the alerts that fire in ${name} are meant by that`)
  if (moved.length === firing.length)
    throw new CommandRefused(`that is all that fires in ${name}: nothing would be left of it`)
}

/** @returns the number of the new incident */
async function openWith(
  db: Database,
  { machine, configurations, newToken }: CommandParts,
  from: LockedIncident['incident'],
  alerts: readonly StoredAlert[],
  { reason, actor: by, commandId, at }: SplitCommand,
): Promise<number> {
  const { routes, revision, severities } = configurations.running()
  const severity =
    highestSeverity(alerts.map(({ labels }) => severityOfLabel(labels['severity'], severities))) ??
    from.severity
  const group = { groupingKey: splitKey(from.number, by, commandId), route: routeOfIncident(from, routes) }
  const opening = { configRevision: revision, chartToken: newToken() }
  const row = await incidentInsert(db, group, { alerts, severity }, opening, {
    detectedAt: at,
    recurrenceOf: undefined,
  }).executeTakeFirst()
  if (row === undefined) throw new Error(`${group.groupingKey} is open already`)
  await storeIncidentAlerts(db, row.number, alerts)
  await db.updateTable('incident_alerts').set({ is_split: true }).where('incident', '=', row.number).execute()
  const incident = incidentFromRow(row)
  const { settings, runbook } = await settingsOf(configurations, incident, severity)
  const counts = { firing: alerts.length, total: alerts.length }
  const splitFrom = { incident: from.number, by, reason }
  await machine.decideOn(
    db,
    { incident, state: null },
    { type: 'opened', at: Date.parse(at), ...counts, severity, settings, splitFrom },
    { columns: { runbook } },
  )
  return row.number
}
