import { sql } from 'kysely'
import { alertIdentity } from '../domain/alert/alert.ts'
import type { StoredAlert } from '../domain/alert/stored-alert.ts'
import type { Incident } from '../domain/incident/incident.ts'
import { routeOfIncident } from '../domain/alert/routing.ts'
import { firewatch } from '../domain/incident/timeline.ts'
import { highestSeverity } from '../domain/values/severity.ts'
import type { Database } from './database.ts'
import { countsAfter, type DispatchParts, lockNewest } from './dispatch.ts'
import { incidentInsert } from './incident-insert.ts'
import { grownTitle, knownAlerts, storeIncidentAlerts } from './incident-alerts.ts'
import type { LockedIncident } from './incident-machine.ts'
import { incidentFromRow, type IncidentRow, machineOf } from './incident-rows.ts'
import { settingsOf } from './incident-world.ts'
import { appendTimeline } from './timeline.ts'

/** Where alerts go on that fired over a person's resolve, and how many. */
interface Successor {
  readonly incident: number
  readonly firing: number
}

/**
 * Opens the incident after one that a person resolved while alerts fired, with those that still do; they join the one that is open for the same key, if there
 * is one: senders that tell changes only do not repeat them, so nobody would ever hear of them again.
 * @returns `null` when none of them fires any more, or later incidents have them all
 */
export async function openSuccessor(
  transaction: Database,
  parts: DispatchParts,
  incident: Incident,
  at: Date,
  newToken: () => string,
): Promise<Successor | null> {
  const alerts = await stillFiring(transaction, incident)
  if (alerts.length === 0) return null
  const newest = await lockNewest(transaction, incident.groupingKey)
  return newest !== undefined && newest.state !== 'resolved'
    ? join(transaction, parts, newest, { from: incident, alerts }, at)
    : open(transaction, parts, incident, alerts, at, newToken)
}

/**
 * What no later incident of the key has met, and whose end was not reported since. Later incidents know better: there they ended, or a person resolved
 * that one too, and it is looked at in its own time.
 */
async function stillFiring(
  transaction: Database,
  { number, groupingKey }: Incident,
): Promise<readonly StoredAlert[]> {
  const firing = (await knownAlerts(transaction, number, null)).filter(({ status }) => status === 'firing')
  const { rows } = await sql<{ source: string; fingerprint: string }>`
    SELECT DISTINCT later.source, later.fingerprint
    FROM incident_alerts AS later JOIN incidents ON incidents.number = later.incident
    WHERE incidents.grouping_key = ${groupingKey} AND incidents.number > ${number} AND incidents.replayed_at IS NULL
    UNION
    SELECT alert.source, alert.fingerprint
    FROM incident_alerts AS alert JOIN alert_inbox AS ended
      ON ended.fingerprint = alert.fingerprint AND ended.source = alert.source AND ended.status = 'resolved' AND ended.id > alert.inbox_id
      AND coalesce(ended.ends_at, ended.starts_at) >= coalesce(alert.source_at, alert.starts_at)
    WHERE alert.incident = ${number} AND alert.status = 'firing'
  `.execute(transaction)
  const elsewhere = new Set(rows.map(alertIdentity))
  return firing.filter((alert) => !elsewhere.has(alertIdentity(alert)))
}

async function join(
  transaction: Database,
  { configurations, machine }: DispatchParts,
  row: IncidentRow,
  { from, alerts }: { readonly from: Incident; readonly alerts: readonly StoredAlert[] },
  at: Date,
): Promise<Successor> {
  await storeIncidentAlerts(transaction, row.number, alerts)
  await appendTimeline(transaction, {
    incident: row.number,
    eventKey: `joined/${from.number}`,
    at: at.toISOString(),
    actor: firewatch,
    fact: { type: 'joined', incident: from.number, firing: alerts.length },
  })
  const locked: LockedIncident = { incident: incidentFromRow(row), state: machineOf(row) }
  const severity = highestSeverity([row.severity, from.severity]) ?? row.severity
  const { settings } = await settingsOf(configurations, locked.incident, severity)
  const counts = countsAfter(locked.state?.alerts ?? { firing: 0, total: 0 }, [], alerts)
  const event = { type: 'alerts-changed', at: at.getTime(), ...counts, severity, settings } as const
  const title = await grownTitle(transaction, locked.incident, counts.firing)
  await machine.decideOn(transaction, locked, event, { columns: title === undefined ? {} : { title } })
  return { incident: row.number, firing: alerts.length }
}

async function open(
  transaction: Database,
  { configurations, machine }: DispatchParts,
  incident: Incident,
  alerts: readonly StoredAlert[],
  at: Date,
  newToken: () => string,
): Promise<Successor | null> {
  const { routes, revision } = configurations.running()
  const { groupingKey, severity } = incident
  const group = { groupingKey, route: routeOfIncident(incident, routes) }
  const opening = { configRevision: revision, chartToken: newToken() }
  const begun = { alerts, severity }
  const beginning = { detectedAt: at.toISOString(), recurrenceOf: incident.number }
  const row = await incidentInsert(transaction, group, begun, opening, beginning).executeTakeFirst()
  if (row === undefined) return null
  await storeIncidentAlerts(transaction, row.number, alerts)
  const locked: LockedIncident = { incident: incidentFromRow(row), state: null }
  const { settings, runbook } = await settingsOf(configurations, locked.incident, severity)
  const counts = { firing: alerts.length, total: alerts.length }
  const event = {
    type: 'opened',
    at: at.getTime(),
    ...counts,
    severity,
    settings,
    succeeds: incident.number,
  } as const
  await machine.decideOn(transaction, locked, event, { columns: { runbook } })
  return { incident: row.number, firing: alerts.length }
}
