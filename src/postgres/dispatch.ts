import { sql } from 'kysely'
import { alertIdentity } from '../domain/alert/alert.ts'
import { isMuted } from '../domain/check/alerts.ts'
import { decideGroup, type GroupDecision, type KnownIncident } from '../domain/alert/dispatch.ts'
import type { AlertGroup } from '../domain/alert/grouping.ts'
import type { InboxRow, StoredAlert } from '../domain/alert/stored-alert.ts'
import { timelineOfGroup } from '../domain/alert/dispatch-timeline.ts'
import type { AlertCounts } from '../domain/incident/state.ts'
import { type AlertsAfter, alertsAfter, alertsStored, knowingAlerts } from './alerts.ts'
import type { Database } from './database.ts'
import { claimWaiting, releaseRows, tickOff } from './inbox-rows.ts'
import { alertsInsert, grownTitle, knownAlerts } from './incident-alerts.ts'
import type { IncidentMachine, LockedIncident } from './incident-machine.ts'
import { incidentFromRow, type IncidentRow, machineOf } from './incident-rows.ts'
import { type IncidentConfigurations, settingsOf } from './incident-world.ts'
import { areSuppressed } from './suppression.ts'
import { timelineInsert } from './timeline.ts'
import { incidentInsert, earliest, type Opening } from './incident-insert.ts'

/** Brings alerts of the inbox to their incidents. */
export function createDispatchRecords(
  db: Database,
  machine: Pick<IncidentMachine, 'decideOn'>,
  configurations: IncidentConfigurations,
) {
  return {
    claim: (limit: number, except: readonly number[], leaseMs: number) =>
      claimWaiting(db, limit, except, leaseMs),

    release: (ids: readonly number[]) => releaseRows(db, ids),

    /** Ticks off events whose groups were all applied. */
    tickOff: async (ids: readonly number[]) => void (await tickOff(ids).execute(db)),

    /** Applies events that are of no incident, and ticks them off. */
    keep: (rows: readonly InboxRow[]) =>
      knowingAlerts(() =>
        db.transaction().execute(async (transaction) => {
          const states = await alertsAfter(transaction, rows)
          await sql`WITH ${alertsStored(states)} ${tickOff(rows.map(({ id }) => id))}`.execute(transaction)
        }),
      ),

    /**
     * Applies a group of events to their alerts and its incident, opening one if need be, decides what is done about it, and ticks off those events that
     * are of no other group: all or nothing.
     * @returns the open incident's number; `undefined` when there is none and none was opened
     */
    async apply(group: AlertGroup, opening: Opening, at: Date): Promise<number | undefined> {
      const applied = await knowingAlerts(() => attempt(db, { machine, configurations }, group, opening, at))
      // Another dispatcher opened the incident just now; it is there to be found.
      return applied === 'opened elsewhere' ? this.apply(group, opening, at) : applied
    },
  }
}

export interface DispatchParts {
  readonly machine: Pick<IncidentMachine, 'decideOn'>
  readonly configurations: IncidentConfigurations
}

function attempt(
  db: Database,
  parts: DispatchParts,
  group: AlertGroup,
  opening: Opening,
  at: Date,
): Promise<number | 'opened elsewhere' | undefined> {
  return db.transaction().execute(async (transaction) => {
    // Alerts first: whoever waits for them sees the incident that was opened for them meanwhile.
    const states = await alertsAfter(transaction, group.rows)
    const last = await lockNewest(transaction, group.groupingKey)
    const known = last === undefined ? undefined : await knownIncident(transaction, last, group)
    const decision = decideGroup(states.rows, known, parts.configurations.running().severities)
    const open = known?.isOpen === true ? last : undefined
    const decided = { group, decision, states }
    const row = decision.opens ? await openIncident(transaction, decided, opening, last?.number) : open
    if (decision.opens && row === undefined) return 'opened elsewhere'
    if (!decision.opens) await keep(transaction, decided, { owner: last?.number, isOpen: open !== undefined })
    if (row !== undefined && decision.alerts.length > 0) {
      const knownAlerts = open === undefined ? [] : (known?.alerts ?? [])
      const before = open === undefined ? last : undefined
      await decide(transaction, parts, row, { decision, known: knownAlerts, before }, at)
    }
    return row?.number
  })
}

/** What the machine hears of the changed alerts. */
async function decide(
  transaction: Database,
  { machine, configurations }: DispatchParts,
  row: IncidentRow,
  changed: {
    readonly decision: GroupDecision
    readonly known: readonly StoredAlert[]
    /** The incident before it of the same key. */
    readonly before: IncidentRow | undefined
  },
  at: Date,
): Promise<void> {
  const { decision } = changed
  const openedBefore = openingsOf(changed.before)
  const locked: LockedIncident = { incident: incidentFromRow(row), state: machineOf(row) }
  const { severity } = decision
  const { settings, runbook } = await settingsOf(configurations, locked.incident, severity)
  const type = locked.state === null ? 'opened' : 'alerts-changed'
  const counts = countsAfter(locked.state?.alerts ?? { firing: 0, total: 0 }, changed.known, decision.alerts)
  const began = decision.changes.filter(({ kind }) => kind !== 'clears')
  const fired = began.length > 0
  const isGrown = fired && locked.state !== null
  const muted =
    fired &&
    (began.every(({ row: alert }) => isMuted(alert)) ||
      (isGrown &&
        (await areSuppressed(
          transaction,
          configurations,
          locked.incident,
          began.map(({ row: one }) => one),
          at.getTime(),
        ))))
  const title = isGrown ? await grownTitle(transaction, locked.incident, counts.firing) : undefined
  const columns = {
    runbook,
    startedAt: new Date(earliest(decision.alerts)).toISOString(),
    ...(title === undefined ? {} : { title }),
  }
  await machine.decideOn(
    transaction,
    locked,
    {
      type,
      at: at.getTime(),
      ...counts,
      severity,
      settings,
      fired,
      ...(muted ? { muted } : {}),
      ...(openedBefore.length === 0 ? {} : { openedBefore }),
    },
    { columns },
  )
}

/** When an incident began to fire that stayed clear by itself: what a person resolved has nothing to do with the next. */
function openingsOf(row: IncidentRow | undefined): readonly number[] {
  const machine = row === undefined ? null : machineOf(row)
  return machine?.closing?.by === null ? machine.openedAt : []
}

/** Counted by what changed, under the incident's lock: nobody counts ten thousand alerts for one more. */
export function countsAfter(
  before: AlertCounts,
  known: readonly StoredAlert[],
  changed: readonly StoredAlert[],
): AlertCounts {
  const statuses = new Map(known.map((alert) => [alertIdentity(alert), alert.status]))
  let { firing, total } = before
  for (const alert of changed) {
    const { status } = alert
    const was = statuses.get(alertIdentity(alert))
    if (was === undefined) total++
    firing += Number(status === 'firing') - Number(was === 'firing')
  }
  return { firing, total }
}

/**
 * The open incident of a key, else the last one that was resolved; locked until the transaction ends, so that nobody closes it while alerts join. One of
 * a replay says nothing of what an alert's rows in the inbox have told.
 */
export async function lockNewest(
  transaction: Database,
  groupingKey: string,
): Promise<IncidentRow | undefined> {
  return transaction
    .selectFrom('incidents')
    .selectAll()
    .where('grouping_key', '=', groupingKey)
    .where('replayed_at', 'is', null)
    .orderBy('number', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst()
}

async function knownIncident(
  transaction: Database,
  last: IncidentRow,
  { rows }: AlertGroup,
): Promise<KnownIncident> {
  const fingerprints = [...new Set(rows.map(({ fingerprint }) => fingerprint))]
  return {
    isOpen: last.state !== 'resolved',
    isWatched: last.state === 'resolved' && machineOf(last)?.closing?.successorAt != null,
    severity: last.severity,
    severityIsFixed: last.severity_set_by !== null,
    alerts: await knownAlerts(transaction, last.number, fingerprints),
  }
}

interface DecidedGroup {
  readonly group: AlertGroup
  readonly decision: GroupDecision
  /** The alerts of its events as they are by themselves now. */
  readonly states: AlertsAfter
}

/** Opens an incident with its alerts, what is told of them, and its events ticked off, in one statement. `undefined`: somebody else opened it. */
async function openIncident(
  transaction: Database,
  { group, decision, states }: DecidedGroup,
  opening: Opening,
  recurrenceOf: number | undefined,
): Promise<IncidentRow | undefined> {
  const number = sql<number>`(SELECT number FROM opened)`
  const detectedAt = decision.changes[0]?.row.acceptedAt
  const { rows } = await sql<IncidentRow>`
    WITH opened AS (${incidentInsert(transaction, group, decision, opening, { detectedAt, recurrenceOf })}),
    ${alertsStored(states)},
    stored AS (${alertsInsert(number, decision.alerts)}),
    told AS (${timelineInsert(number, timelineOfGroup(decision))}),
    ticked AS (${tickOff(group.ownIds)} AND EXISTS (SELECT FROM opened))
    SELECT * FROM opened`.execute(transaction)
  return rows[0]
}

/** The same for events that open nothing. */
async function keep(
  transaction: Database,
  { group, decision, states }: DecidedGroup,
  { owner, isOpen }: { readonly owner: number | undefined; readonly isOpen: boolean },
): Promise<void> {
  const number = sql<number>`${owner ?? null}::bigint`
  const { alerts } = decision
  await sql`
    WITH ${alertsStored(states)},
    stored AS (${alertsInsert(number, owner === undefined ? [] : alerts)}),
    told AS (${timelineInsert(number, isOpen ? timelineOfGroup(decision) : [])})
    ${tickOff(group.ownIds)}`.execute(transaction)
}
