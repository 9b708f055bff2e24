import { sql } from 'kysely'
import { causeOf, dependenciesOf, type PossibleCause } from '../domain/alert/correlation.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Hold } from '../domain/escalate/hold.ts'
import {
  type IncidentPart,
  isTold,
  mergedCause,
  type MergeTarget,
  wholeOf,
} from '../domain/incident/merging.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { MachineState } from '../domain/incident/state.ts'
import type { Database } from './database.ts'
import { machineOf } from './incident-rows.ts'

/** What an incident is part of may change or end without a word to it. */
const lookMs = 15_000
/** Open incidents that may be a cause, the newest of them. */
const mostCauses = 100

/**
 * Holds pages back while an incident is part of another whose people know, by a person's word or because it depends on it; `undefined` when it stands by
 * itself. One that nobody knows of holds nothing back, so two that were merged into each other are never both quiet.
 * @param at epoch milliseconds
 */
export async function mergedHold(
  db: Database,
  running: Configuration,
  incident: Incident,
  { merged, apart, severity }: Pick<MachineState, 'merged' | 'apart' | 'severity'>,
  at: number,
): Promise<Hold | undefined> {
  if (merged !== null) {
    if ((await mergeTarget(db, incident.number, merged.incident)) !== 'told') return undefined
    return { cause: mergedCause(merged), inMs: lookMs, firm: false }
  }
  const { correlation } = running
  if (apart || correlation === undefined) return undefined
  const services = dependenciesOf(incident.service, running)
  if (services.length === 0) return undefined
  const openedAt = Date.parse(incident.detectedAt)
  const self = { incident: incident.number, service: incident.service, severity, openedAt }
  const since = new Date(openedAt - correlation.withinMs)
  const found = causeOf(self, await possibleCauses(db, services, since), running, correlation, at)
  if (found === undefined) return undefined
  const { into, path, apartMs } = found
  const cause = { kind: 'merged', into, why: { kind: 'depends-on', path, apartMs } } as const
  return { cause, inMs: Math.min(lookMs, openedAt + correlation.holdForMs - at), firm: false }
}

async function possibleCauses(
  db: Database,
  services: readonly string[],
  since: Date,
): Promise<PossibleCause[]> {
  const rows = await db
    .selectFrom('incidents')
    .select(['number', 'service', 'severity', 'detected_at', 'machine'])
    .where('state', '=', 'open')
    .where('replayed_at', 'is', null)
    .where('service', 'in', [...services])
    .where('detected_at', '>=', since)
    .orderBy('number', 'desc')
    .limit(mostCauses)
    .execute()
  return rows.map((row) => {
    const machine = machineOf(row)
    return {
      incident: row.number,
      service: row.service,
      severity: row.severity,
      openedAt: row.detected_at.getTime(),
      isTold: machine !== null && isTold(machine),
    }
  })
}

/** Where the incident stands that `incident` is to become part of, or is. */
export async function mergeTarget(db: Database, incident: number, into: number): Promise<MergeTarget> {
  const row = await db
    .selectFrom('incidents')
    .select(['state', 'machine'])
    .where('number', '=', into)
    .where('replayed_at', 'is', null)
    .executeTakeFirst()
  if (row === undefined) return 'missing'
  const machine = machineOf(row)
  if (row.state === 'resolved' || machine === null) return 'resolved'
  if (wholeOf(machine)?.into === incident) return 'part-of-this'
  if (row.state === 'monitoring') return 'clear'
  return isTold(machine) ? 'told' : 'not-told'
}

/** Open incidents that are part of this one, the oldest first. */
export async function partsOf(db: Database, incident: number): Promise<readonly IncidentPart[]> {
  const into = String(incident)
  const { rows } = await sql<IncidentPart>`
    SELECT number, title, service, severity FROM incidents
    WHERE state <> 'resolved' AND replayed_at IS NULL AND (
      machine #>> '{merged,incident}' = ${into}
      OR (machine #>> '{escalation,cause,kind}' = 'merged' AND machine #>> '{escalation,cause,into}' = ${into})
    )
    ORDER BY number LIMIT ${mostCauses}`.execute(db)
  return rows
}
