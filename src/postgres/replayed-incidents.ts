import type { ReplayRequest } from '../domain/facts/fact.ts'
import { firewatch, type NewTimelineEntry } from '../domain/incident/timeline.ts'
import type { ReplayedIncident } from '../domain/replay/incident.ts'
import type { Database } from './database.ts'
import type { Opening } from './incident-insert.ts'
import { storeIncidentAlerts } from './incident-alerts.ts'
import { appendTimeline } from './timeline.ts'

/** A resolved incident of a replay, on its way into the database. */
export interface NewReplayedIncident extends Opening {
  readonly incident: ReplayedIncident
  readonly runbook: string | null
  /** When it was replayed, ISO 8601 in UTC. */
  readonly replayedAt: string
  readonly request: ReplayRequest
}

/** The incident of a replay as it is stored. */
export interface StoredReplay {
  readonly number: number
  /** `stored` now; `kept` from a replay before; `live` when it was no replay that opened it. */
  readonly outcome: 'stored' | 'kept' | 'live'
}

/** Incidents of replays. They are stored when they are over, so no workflow ever owns them and no alert ever joins them. */
export function createReplayedIncidentRecords(db: Database) {
  return {
    /** Stores incident, alerts and timeline together, unless an incident of the same grouping key began at the same instant. */
    add(replayed: NewReplayedIncident): Promise<StoredReplay> {
      return db.transaction().execute(async (transaction) => {
        const known = await find(transaction, replayed.incident)
        if (known !== undefined) return known
        const number = await insert(transaction, replayed)
        // Another replay of the same data stored it just now.
        if (number === undefined)
          return (await find(transaction, replayed.incident)) ?? refuse(replayed.incident)
        // No row of the inbox is behind them.
        const alerts = replayed.incident.alerts.map((alert) => ({ ...alert, inboxId: 0 }))
        await storeIncidentAlerts(transaction, number, alerts)
        await appendTimeline(transaction, ...timelineOf(number, replayed))
        return { number, outcome: 'stored' as const }
      })
    },
  }
}

async function find(
  transaction: Database,
  { groupingKey, startedAt }: ReplayedIncident,
): Promise<StoredReplay | undefined> {
  const row = await transaction
    .selectFrom('incidents')
    .select(['number', 'replayed_at'])
    .where('grouping_key', '=', groupingKey)
    .where('started_at', '=', new Date(startedAt))
    .orderBy('number')
    .executeTakeFirst()
  return row && { number: row.number, outcome: row.replayed_at === null ? 'live' : 'kept' }
}

async function insert(
  transaction: Database,
  { incident, configRevision, chartToken, runbook, replayedAt }: NewReplayedIncident,
): Promise<number | undefined> {
  const { mitigatedAt, resolvedAt } = incident
  if (mitigatedAt === null || resolvedAt === null)
    throw new Error(`a replayed incident is stored when it is over; ${incident.title} is not`)
  const row = await transaction
    .insertInto('incidents')
    .values({
      grouping_key: incident.groupingKey,
      title: incident.title,
      service: incident.service,
      labels: JSON.stringify(incident.labels),
      severity: incident.severity,
      state: 'resolved',
      config_revision: configRevision,
      runbook,
      chart_token: chartToken,
      recurrence_of: (await incidentBefore(transaction, incident)) ?? null,
      started_at: new Date(incident.startedAt),
      detected_at: new Date(incident.detectedAt),
      mitigated_at: new Date(mitigatedAt),
      resolved_at: new Date(resolvedAt),
      resolved_by: firewatch,
      now_doing: 'Replayed from recorded measurements; nothing is awaited',
      replayed_at: new Date(replayedAt),
    })
    .onConflict((conflict) =>
      conflict.columns(['grouping_key', 'started_at']).where('replayed_at', 'is not', null).doNothing(),
    )
    .returning('number')
    .executeTakeFirst()
  return row?.number
}

/** The last one of the same key that began before it: numbers follow the order of replays, not that of events. */
async function incidentBefore(
  transaction: Database,
  { groupingKey, startedAt }: ReplayedIncident,
): Promise<number | undefined> {
  const row = await transaction
    .selectFrom('incidents')
    .select('number')
    .where('grouping_key', '=', groupingKey)
    .where('started_at', '<', new Date(startedAt))
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.number
}

function timelineOf(
  number: number,
  { incident, replayedAt, request }: NewReplayedIncident,
): NewTimelineEntry[] {
  const replayed: NewTimelineEntry = {
    incident: number,
    eventKey: 'replayed',
    at: incident.detectedAt,
    actor: firewatch,
    fact: { type: 'replayed', replayedAt, ...request },
  }
  return [replayed, ...incident.timeline.map((entry) => ({ ...entry, incident: number }))]
}

function refuse({ title, startedAt }: ReplayedIncident): never {
  throw new Error(`${title} of ${startedAt} could neither be stored nor found`)
}
