import { sql } from 'kysely'
import type { Incident, IncidentState } from '../domain/incident/incident.ts'
import type { MachineState } from '../domain/incident/state.ts'
import type { Severity } from '../domain/values/severity.ts'
import type { Database } from './database.ts'
import { incidentFromRow, machineOf } from './incident-rows.ts'
import { type IncidentFilter, matches } from './incidents.ts'

/** Where an incident stands in the order of the board. */
export interface BoardPosition {
  readonly state: IncidentState
  readonly severity: Severity
  readonly number: number
}

export interface BoardFilter extends IncidentFilter {
  /** Only incidents that stand after this place, which need not be one of them any more. */
  readonly after?: BoardPosition
}

/** An incident and the state that its last decision left; `null` where nothing was ever decided. */
export interface BoardRow {
  readonly incident: Incident
  readonly machine: MachineState | null
}

/**
 * Incidents in the order in which people look at them: open before monitored, each by severity and the newest first; then those that are over,
 * the newest first whatever their severity. What is over is read by number alone, so that many years of it cost nothing.
 */
export function createIncidentBoard(db: Database) {
  return {
    async board(filter: BoardFilter): Promise<BoardRow[]> {
      const rows = filter.after?.state === 'resolved' ? [] : await activeRows(db, filter)
      const left = filter.limit - rows.length
      const over = left <= 0 ? [] : await resolvedRows(db, { ...filter, limit: left })
      return [...rows, ...over].map((row) => ({ incident: incidentFromRow(row), machine: machineOf(row) }))
    },

    /** The incident that is not over in which each of these alerts of checks fires, by fingerprint. */
    async incidentsOf(fingerprints: readonly string[]): Promise<ReadonlyMap<string, number>> {
      if (fingerprints.length === 0) return new Map()
      const { rows } = await sql<{ fingerprint: string; incident: number }>`
        SELECT alerts.fingerprint, max(alerts.incident) AS incident
        FROM incident_alerts AS alerts JOIN incidents ON incidents.number = alerts.incident
        WHERE alerts.fingerprint = ANY(${fingerprints}::text[]) AND alerts.source LIKE 'check/%' AND alerts.status = 'firing' AND incidents.state <> 'resolved'
        GROUP BY alerts.fingerprint`.execute(db)
      return new Map(rows.map(({ fingerprint, incident }) => [fingerprint, incident]))
    },
  }
}

function activeRows(db: Database, filter: BoardFilter) {
  const { after } = filter
  return db
    .selectFrom('incidents')
    .selectAll()
    .where('state', '<>', 'resolved')
    .where(matches(filter))
    .$if(after !== undefined, (query) =>
      query.where(
        sql<boolean>`(state = 'monitoring', severity, -number) > (${after?.state === 'monitoring'}, ${after?.severity}, ${-(after?.number ?? 0)}::bigint)`,
      ),
    )
    .orderBy(sql`state = 'monitoring'`)
    .orderBy('severity')
    .orderBy('number', 'desc')
    .limit(filter.limit)
    .execute()
}

function resolvedRows(db: Database, filter: BoardFilter) {
  const { after } = filter
  const before = after?.state === 'resolved' ? after.number : undefined
  return db
    .selectFrom('incidents')
    .selectAll()
    .where('state', '=', 'resolved')
    .where(matches(filter))
    .$if(before !== undefined, (query) => query.where('number', '<', before ?? 0))
    .orderBy('number', 'desc')
    .limit(filter.limit)
    .execute()
}
