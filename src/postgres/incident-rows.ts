import type { Selectable } from 'kysely'
import { type MachineState, readState } from '../domain/incident/state.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

export type IncidentRow = Selectable<Schema['incidents']>

export function incidentFromRow(row: IncidentRow): Incident {
  return {
    number: row.number,
    groupingKey: row.grouping_key,
    title: row.title,
    service: row.service,
    labels: row.labels,
    ...(row.route === null ? {} : { route: row.route }),
    severity: row.severity,
    severitySetBy: row.severity_set_by,
    state: row.state,
    version: row.version,
    configRevision: row.config_revision,
    policyRevision: row.policy_revision,
    policyName: row.policy_name,
    runbook: row.runbook,
    recurrenceOf: row.recurrence_of,
    chartToken: row.chart_token,
    startedAt: row.started_at.toISOString(),
    detectedAt: row.detected_at.toISOString(),
    acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
    acknowledgedBy: row.acknowledged_by,
    acknowledgedUntil: row.acknowledged_until?.toISOString() ?? null,
    mitigatedAt: row.mitigated_at?.toISOString() ?? null,
    resolvedAt: row.resolved_at?.toISOString() ?? null,
    resolvedBy: row.resolved_by,
    nowDoing: row.now_doing,
  }
}

/** `null` for an incident from before there was a machine, or one that was only replayed. */
export function machineOf(row: Pick<IncidentRow, 'machine'>): MachineState | null {
  return row.machine === null ? null : readState(row.machine)
}

/** Locked until the transaction ends: one decision at a time. @throws when there is no such incident */
export async function lockIncident(transaction: Database, incident: number): Promise<IncidentRow> {
  const row = await transaction
    .selectFrom('incidents')
    .selectAll()
    .where('number', '=', incident)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) throw new Error(`there is no incident INC-${incident}`)
  return row
}
