import { sql } from 'kysely'
import {
  decideGroup,
  incidentLabels,
  incidentService,
  type AlertGroup,
  type GroupDecision,
  type InboxRow,
  type KnownIncident,
  type StoredAlert,
} from '../domain/dispatch.ts'
import { timelineOfGroup } from '../domain/dispatch-timeline.ts'
import { incidentTitle, type Incident } from '../domain/incident.ts'
import type { Severity } from '../domain/severity.ts'
import type { Database } from './database.ts'
import { lockWaiting, readRows, tickOff } from './inbox-rows.ts'
import { appendTimeline } from './timeline.ts'

export type GroupedIncident = Pick<Incident, 'number' | 'groupingKey' | 'title' | 'service' | 'severity'>

/** What a new incident is given. */
export interface Opening {
  readonly configRevision: string
  /** Unguessable; lets a link show the incident's chart. */
  readonly chartToken: string
}

/** Moves alerts from the inbox into incidents. */
export function createDispatchRecords(db: Database) {
  return {
    /**
     * Claims the oldest waiting rows, hands them to `work`, and ticks off those whose ids it returns. No other dispatcher sees them
     * meanwhile; when this process dies they wait again.
     * @param except ids to pass over
     * @returns how many rows were claimed
     */
    claim(
      limit: number,
      except: readonly number[],
      work: (rows: InboxRow[]) => Promise<readonly number[]>,
    ): Promise<number> {
      return db.transaction().execute(async (transaction) => {
        const ids = await lockWaiting(transaction, limit, except)
        if (ids.length === 0) return 0
        const done = await work(await readRows(transaction, ids))
        await tickOff(transaction, done)
        return ids.length
      })
    },

    /**
     * Applies a group of events to its incident, opening one if need be, in one transaction.
     * @returns the open incident; `undefined` when there is none and none was opened
     */
    async apply(group: AlertGroup, opening: Opening): Promise<GroupedIncident | undefined> {
      const applied = await attempt(db, group, opening)
      // Another dispatcher opened the incident just now; it is there to be found.
      return applied === 'opened elsewhere' ? this.apply(group, opening) : applied
    },
  }
}

function attempt(
  db: Database,
  group: AlertGroup,
  opening: Opening,
): Promise<GroupedIncident | 'opened elsewhere' | undefined> {
  return db.transaction().execute(async (transaction) => {
    const open = await lockOpen(transaction, group.groupingKey)
    const last = open === undefined ? await lastOf(transaction, group.groupingKey) : open.number
    const known = await knownIncident(transaction, open, last, group)
    const decision = decideGroup(group.rows, known)
    if (open === undefined && !decision.opens) return undefined
    const incident = open ?? (await insertIncident(transaction, group, decision, opening, last))
    if (incident === undefined) return 'opened elsewhere'
    if (decision.alerts.length > 0) {
      await storeIncidentAlerts(transaction, incident.number, decision.alerts)
      if (open !== undefined) await updateIncident(transaction, open.number, decision)
      await appendTimeline(transaction, ...timelineOfGroup(incident.number, decision, open?.severity))
    }
    return { ...incident, severity: decision.severity }
  })
}

type OpenIncident = GroupedIncident & { readonly severityIsFixed: boolean }

/** Locked until the transaction ends, so that nobody closes it while alerts join. */
async function lockOpen(transaction: Database, groupingKey: string): Promise<OpenIncident | undefined> {
  const row = await transaction
    .selectFrom('incidents')
    .select(['number', 'title', 'service', 'severity', 'severity_set_by'])
    .where('grouping_key', '=', groupingKey)
    .where('state', '<>', 'resolved')
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { number, title, service, severity } = row
  return { number, groupingKey, title, service, severity, severityIsFixed: row.severity_set_by !== null }
}

async function lastOf(transaction: Database, groupingKey: string): Promise<number | undefined> {
  const row = await transaction
    .selectFrom('incidents')
    .select('number')
    .where('grouping_key', '=', groupingKey)
    // One of a replay says nothing of what an alert's rows in the inbox have told.
    .where('replayed_at', 'is', null)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.number
}

async function knownIncident(
  transaction: Database,
  open: OpenIncident | undefined,
  number: number | undefined,
  { rows }: AlertGroup,
): Promise<KnownIncident | undefined> {
  if (number === undefined) return undefined
  const fingerprints = [...new Set(rows.map(({ fingerprint }) => fingerprint))]
  const stored = await transaction
    .selectFrom('alerts')
    .selectAll()
    .where('incident', '=', number)
    .where('fingerprint', '=', sql<string>`ANY(${fingerprints}::text[])`)
    .execute()
  const alerts = stored.map((row): StoredAlert => {
    const sourceAt = row.source_at ?? row.ends_at ?? row.starts_at
    return {
      fingerprint: row.fingerprint,
      status: row.status,
      labels: row.labels,
      annotations: row.annotations,
      startsAt: row.starts_at.toISOString(),
      endsAt: row.ends_at?.toISOString() ?? null,
      changedAt: row.changed_at.toISOString(),
      sourceAt: sourceAt.toISOString(),
      inboxId: row.inbox_id,
    }
  })
  return {
    isOpen: open !== undefined,
    severity: open?.severity ?? 'P3',
    severityIsFixed: open?.severityIsFixed ?? false,
    alerts,
  }
}

async function insertIncident(
  transaction: Database,
  { groupingKey, route }: AlertGroup,
  { alerts, changes, severity }: GroupDecision,
  opening: Opening,
  recurrenceOf: number | undefined,
): Promise<GroupedIncident | undefined> {
  const labels = incidentLabels(alerts, route)
  const service = incidentService(labels, route)
  const title = incidentTitle([{ labels: { ...labels, service }, annotations: {} }])
  const row = await transaction
    .insertInto('incidents')
    .values({
      grouping_key: groupingKey,
      title,
      service,
      labels: JSON.stringify(labels),
      severity,
      state: 'open',
      config_revision: opening.configRevision,
      chart_token: opening.chartToken,
      recurrence_of: recurrenceOf ?? null,
      started_at: new Date(earliest(alerts)),
      ...(changes[0] === undefined ? {} : { detected_at: new Date(changes[0].row.acceptedAt) }),
    })
    .onConflict((conflict) => conflict.column('grouping_key').where('state', '<>', 'resolved').doNothing())
    .returning('number')
    .executeTakeFirst()
  return row && { number: row.number, groupingKey, title, service, severity }
}

/** The version rises, so that a workflow that is about to close the incident is refused and looks again. */
async function updateIncident(
  transaction: Database,
  number: number,
  { alerts, severity }: GroupDecision,
): Promise<void> {
  await transaction
    .updateTable('incidents')
    .set((row) => ({
      version: row('version', '+', 1),
      severity: severity satisfies Severity,
      started_at: row.fn<Date>('least', ['started_at', row.val(new Date(earliest(alerts)))]),
    }))
    .where('number', '=', number)
    .execute()
}

function earliest(alerts: readonly StoredAlert[]): number {
  return Math.min(...alerts.map(({ startsAt }) => Date.parse(startsAt)))
}

/** One statement, whatever the number of alerts. */
export async function storeIncidentAlerts(
  transaction: Database,
  incident: number,
  alerts: readonly StoredAlert[],
): Promise<void> {
  await sql`
    INSERT INTO alerts (incident, fingerprint, status, labels, annotations, starts_at, ends_at, changed_at, source_at, inbox_id)
    SELECT ${incident}, * FROM unnest(
      ${alerts.map(({ fingerprint }) => fingerprint)}::text[],
      ${alerts.map(({ status }) => status)}::text[],
      ${alerts.map(({ labels }) => JSON.stringify(labels))}::jsonb[],
      ${alerts.map(({ annotations }) => JSON.stringify(annotations))}::jsonb[],
      ${alerts.map(({ startsAt }) => startsAt)}::timestamptz[],
      ${alerts.map(({ endsAt }) => endsAt)}::timestamptz[],
      ${alerts.map(({ changedAt }) => changedAt)}::timestamptz[],
      ${alerts.map(({ sourceAt }) => sourceAt)}::timestamptz[],
      ${alerts.map(({ inboxId }) => inboxId)}::bigint[]
    )
    ON CONFLICT (incident, fingerprint) DO UPDATE
      SET status = excluded.status, labels = excluded.labels, annotations = excluded.annotations,
          starts_at = excluded.starts_at, ends_at = excluded.ends_at, changed_at = excluded.changed_at,
          source_at = excluded.source_at, inbox_id = excluded.inbox_id
  `.execute(transaction)
}
