import { sql, type Selectable } from 'kysely'
import type { Alert } from '../domain/alert/alert.ts'
import type { MachineEvent } from '../domain/incident/event.ts'
import type { MachineState } from '../domain/incident/state.ts'
import type { Incident, IncidentState } from '../domain/incident/incident.ts'
import type { Severity } from '../domain/values/severity.ts'
import { partsOf } from './correlation.ts'
import type { Database } from './database.ts'
import { incidentFromRow, machineOf } from './incident-rows.ts'
import type { Schema } from './schema.ts'

/** Which incidents a list shows. */
export interface IncidentFilter {
  readonly states?: readonly IncidentState[]
  readonly severities?: readonly Severity[]
  readonly service?: string
  /** Acknowledged by this person, or paged to them. */
  readonly person?: string
  /** Occurs in the title, the service or the grouping key, whatever its case. */
  readonly text?: string
  /** Not over, and nobody has it. */
  readonly isUnowned?: boolean
  /** Only incidents with a lower number. */
  readonly before?: number
  /** At most this many, newest first. */
  readonly limit: number
}

/** Incidents as rows: what lists and pages read. */
export function createIncidentRecords(db: Database) {
  return { ...finding(db), ...listing(db), ...decided(db), ...alertsBelow(db) }
}

function finding(db: Database) {
  return {
    async find(incident: number): Promise<Incident | undefined> {
      const row = await db
        .selectFrom('incidents')
        .selectAll()
        .where('number', '=', incident)
        .executeTakeFirst()
      return row && incidentFromRow(row)
    },

    /** @throws when there is no such incident */
    async get(incident: number): Promise<Incident> {
      const found = await finding(db).find(incident)
      if (found === undefined) throw new Error(`there is no incident INC-${incident}`)
      return found
    },

    async byChartToken(token: string): Promise<Incident | undefined> {
      const row = await db
        .selectFrom('incidents')
        .selectAll()
        .where('chart_token', '=', token)
        .executeTakeFirst()
      return row && incidentFromRow(row)
    },
  }
}

function listing(db: Database) {
  return {
    async list(filter: IncidentFilter): Promise<Incident[]> {
      const rows = await db
        .selectFrom('incidents')
        .selectAll()
        .where(matches(filter))
        .orderBy('number', 'desc')
        .limit(filter.limit)
        .execute()
      return rows.map(incidentFromRow)
    },

    /** Those that alerts of a check opened or joined, newest first. */
    async ofCheck(check: string, limit: number): Promise<Incident[]> {
      const labels = JSON.stringify({ alertname: check, check })
      const rows = await db
        .selectFrom('incidents')
        .selectAll()
        .where(
          // The index alerts_of_check needs the first two conditions as they stand.
          sql<boolean>`number IN (SELECT incident FROM incident_alerts
            WHERE labels ? 'check' AND left(labels ->> 'check', 200) = left(${check}, 200) AND labels @> ${labels}::jsonb)`,
        )
        .orderBy('number', 'desc')
        .limit(limit)
        .execute()
      return rows.map(incidentFromRow)
    },

    /** Those of them that exist, in no order. */
    async many(incidents: readonly number[]): Promise<Incident[]> {
      if (incidents.length === 0) return []
      const rows = await db
        .selectFrom('incidents')
        .selectAll()
        .where('number', 'in', [...incidents])
        .execute()
      return rows.map(incidentFromRow)
    },

    /** How many there are in each state, of those that the filter lets through. */
    async counts(filter: Partial<IncidentFilter> = {}): Promise<Record<IncidentState, number>> {
      const rows = await db
        .selectFrom('incidents')
        .where(matches(filter))
        .select((row) => ['state', row.fn.countAll<number>().as('count')])
        .groupBy('state')
        .execute()
      const counts = Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]))
      return { open: 0, monitoring: 0, resolved: 0, ...counts }
    },
  }
}

function decided(db: Database) {
  return {
    /** The state that its last decision left; `null` where nothing was ever decided. */
    async machine(incident: number): Promise<MachineState | null> {
      const row = await db
        .selectFrom('incidents')
        .select('machine')
        .where('number', '=', incident)
        .executeTakeFirst()
      return row === undefined ? null : machineOf(row)
    },

    /** Everything it heard of, in the order in which it was decided. */
    async eventsOf(incident: number): Promise<MachineEvent[]> {
      const rows = await db
        .selectFrom('incident_events')
        .select('event')
        .where('incident', '=', incident)
        .orderBy('seq')
        .execute()
      return rows.map(({ event }) => event as MachineEvent)
    },
  }
}

function alertsBelow(db: Database) {
  return {
    /** Open incidents that are part of it, the oldest first. */
    partsOf: (incident: number) => partsOf(db, incident),

    /** Its alerts, firing ones first, of each group the worst first, then by the time it began. */
    async alertsOf(incident: number): Promise<Alert[]> {
      const rows = await db
        .selectFrom('incident_alerts')
        .selectAll()
        .where('incident', '=', incident)
        .orderBy('status')
        .orderBy('prominence', 'desc')
        .orderBy('starts_at')
        .orderBy('fingerprint')
        .execute()
      return rows.map(alertFromRow)
    },
  }
}

/** What a filter asks of an incident, but for how many. */
export function matches(filter: Partial<IncidentFilter>) {
  const { states, severities, service, before, person, text, isUnowned } = filter
  const asked = [
    states && sql<boolean>`state = ANY(${states}::text[])`,
    severities && sql<boolean>`severity = ANY(${severities}::text[])`,
    service === undefined ? undefined : sql<boolean>`service = ${service}`,
    before === undefined ? undefined : sql<boolean>`number < ${before}`,
    person === undefined ? undefined : concerns(person),
    text === undefined ? undefined : mentions(text),
    isUnowned === true ? sql<boolean>`state <> 'resolved' AND acknowledged_by IS NULL` : undefined,
  ]
  return sql<boolean>`(${sql.join([sql`TRUE`, ...asked.filter((one) => one !== undefined)], sql` AND `)})`
}

function concerns(person: string) {
  return sql<boolean>`(acknowledged_by = ${person} OR EXISTS (
    SELECT FROM pages WHERE pages.incident = incidents.number AND pages.person = ${person} AND pages.kind = 'page'))`
}

function mentions(text: string) {
  return sql<boolean>`strpos(lower(concat_ws(' ', title, service, grouping_key)), lower(${text})) > 0`
}

function alertFromRow(row: Selectable<Schema['incident_alerts']>): Alert {
  return {
    fingerprint: row.fingerprint,
    status: row.status,
    labels: row.labels,
    annotations: row.annotations,
    startsAt: row.starts_at.toISOString(),
    ...(row.ends_at === null ? {} : { endsAt: row.ends_at.toISOString() }),
    ...(row.moved_to === null ? {} : { movedTo: row.moved_to }),
  }
}
