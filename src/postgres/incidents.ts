import { sql, type Selectable } from 'kysely'
import type { Alert } from '../domain/alert.ts'
import type { Incident, IncidentAlerts, IncidentState } from '../domain/incident.ts'
import type { Severity } from '../domain/severity.ts'
import type { Database } from './database.ts'
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
  /** Only incidents with a lower number. */
  readonly before?: number
  /** At most this many, newest first. */
  readonly limit: number
}

export type IncidentRecords = ReturnType<typeof createIncidentRecords>

/** Incidents as rows: what lists and pages read, and what the workflow writes as it goes on. */
export function createIncidentRecords(db: Database) {
  return { ...finding(db), ...alertsBelow(db), ...changing(db) }
}

function finding(db: Database) {
  return {
    async find(incident: number): Promise<Incident | undefined> {
      const row = await db
        .selectFrom('incidents')
        .selectAll()
        .where('number', '=', incident)
        .executeTakeFirst()
      return row && fromRow(row)
    },

    /** @throws when there is no such incident */
    async get(incident: number): Promise<Incident> {
      const found = await finding(db).find(incident)
      if (found === undefined) throw new Error(`there is no incident INC-${incident}`)
      return found
    },

    async list(filter: IncidentFilter): Promise<Incident[]> {
      let query = db.selectFrom('incidents').selectAll().orderBy('number', 'desc').limit(filter.limit)
      if (filter.states !== undefined) query = query.where('state', 'in', [...filter.states])
      if (filter.severities !== undefined) query = query.where('severity', 'in', [...filter.severities])
      if (filter.service !== undefined) query = query.where('service', '=', filter.service)
      if (filter.before !== undefined) query = query.where('number', '<', filter.before)
      if (filter.person !== undefined) query = query.where(concerns(filter.person))
      if (filter.text !== undefined) query = query.where(mentions(filter.text))
      return (await query.execute()).map(fromRow)
    },

    /** Those of them that exist, in no order. */
    async many(incidents: readonly number[]): Promise<Incident[]> {
      if (incidents.length === 0) return []
      const rows = await db
        .selectFrom('incidents')
        .selectAll()
        .where('number', 'in', [...incidents])
        .execute()
      return rows.map(fromRow)
    },

    /** How many there are in each state. */
    async counts(): Promise<Record<IncidentState, number>> {
      const rows = await db
        .selectFrom('incidents')
        .select((row) => ['state', row.fn.countAll<number>().as('count')])
        .groupBy('state')
        .execute()
      const counts = Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]))
      return { open: 0, monitoring: 0, resolved: 0, ...counts }
    },

    async byChartToken(token: string): Promise<Incident | undefined> {
      const row = await db
        .selectFrom('incidents')
        .selectAll()
        .where('chart_token', '=', token)
        .executeTakeFirst()
      return row && fromRow(row)
    },
  }
}

function alertsBelow(db: Database) {
  return {
    /** Its alerts, firing ones first, each group by the time it began. */
    async alertsOf(incident: number): Promise<Alert[]> {
      const rows = await db
        .selectFrom('alerts')
        .selectAll()
        .where('incident', '=', incident)
        .orderBy('status')
        .orderBy('starts_at')
        .orderBy('fingerprint')
        .execute()
      return rows.map(alertFromRow)
    },

    async alerts(incident: number): Promise<IncidentAlerts> {
      const { severity, version } = await db
        .selectFrom('incidents')
        .select(['severity', 'version'])
        .where('number', '=', incident)
        .executeTakeFirstOrThrow()
      const counts = await db
        .selectFrom('alerts')
        .select((row) => [
          row.fn.countAll<number>().as('total'),
          row.fn.countAll<number>().filterWhere('status', '=', 'firing').as('firing'),
        ])
        .where('incident', '=', incident)
        .executeTakeFirstOrThrow()
      return { firing: counts.firing, total: counts.total, severity, version }
    },
  }
}

function changing(db: Database) {
  return {
    async setRunbook(incident: number, runbook: string | null): Promise<void> {
      await db.updateTable('incidents').set({ runbook }).where('number', '=', incident).execute()
    },

    async setState(incident: number, state: 'open' | 'monitoring', at: string): Promise<void> {
      await db
        .updateTable('incidents')
        .set({ state, mitigated_at: state === 'monitoring' ? new Date(at) : null })
        .where('number', '=', incident)
        .where('state', '<>', 'resolved')
        .execute()
    },

    /** The first acknowledgement sets the time; a later one, after the incident was escalated again, its owner. */
    async acknowledge(incident: number, actor: string, at: string, until: string | null): Promise<void> {
      await db
        .updateTable('incidents')
        .set({
          acknowledged_at: sql<Date>`coalesce(acknowledged_at, ${new Date(at)})`,
          acknowledged_by: actor,
          acknowledged_until: until === null ? null : new Date(until),
        })
        .where('number', '=', incident)
        .execute()
    },

    /** When it was first acknowledged stays known. */
    async release(incident: number): Promise<void> {
      const nobody = { acknowledged_by: null, acknowledged_until: null }
      await db.updateTable('incidents').set(nobody).where('number', '=', incident).execute()
    },

    async setSeverity(incident: number, severity: Severity, actor: string): Promise<void> {
      const set = { severity, severity_set_by: actor }
      await db.updateTable('incidents').set(set).where('number', '=', incident).execute()
    },

    async setPolicy(incident: number, revision: string, policy: string | null): Promise<void> {
      const set = { policy_revision: revision, policy_name: policy }
      await db.updateTable('incidents').set(set).where('number', '=', incident).execute()
    },

    /** A repeat of a close that took place is told so again, since the activity may run twice. */
    async close(incident: number, actor: string, at: string, version: number | null): Promise<boolean> {
      let update = db
        .updateTable('incidents')
        .set({
          state: 'resolved',
          resolved_at: new Date(at),
          resolved_by: actor,
          mitigated_at: sql<Date>`coalesce(mitigated_at, ${new Date(at)})`,
        })
        .where('number', '=', incident)
        .where('state', '<>', 'resolved')
      if (version !== null) update = update.where('version', '=', version)
      const result = await update.executeTakeFirst()
      if (result.numUpdatedRows > 0n) return true
      return (await finding(db).get(incident)).state === 'resolved'
    },

    async describe(incident: number, nowDoing: string, dueAt?: string | null): Promise<void> {
      const due = dueAt === undefined ? {} : { next_due_at: dueAt === null ? null : new Date(dueAt) }
      const set = { now_doing: nowDoing, ...due }
      await db.updateTable('incidents').set(set).where('number', '=', incident).execute()
    },
  }
}

function concerns(person: string) {
  return sql<boolean>`(acknowledged_by = ${person} OR EXISTS (
    SELECT FROM pages WHERE pages.incident = incidents.number AND pages.person = ${person} AND pages.kind = 'page'))`
}

function mentions(text: string) {
  return sql<boolean>`strpos(lower(concat_ws(' ', title, service, grouping_key)), lower(${text})) > 0`
}

function alertFromRow(row: Selectable<Schema['alerts']>): Alert {
  return {
    fingerprint: row.fingerprint,
    status: row.status,
    labels: row.labels,
    annotations: row.annotations,
    startsAt: row.starts_at.toISOString(),
    ...(row.ends_at === null ? {} : { endsAt: row.ends_at.toISOString() }),
  }
}

function fromRow(row: Selectable<Schema['incidents']>): Incident {
  return {
    number: row.number,
    groupingKey: row.grouping_key,
    title: row.title,
    service: row.service,
    labels: row.labels,
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
