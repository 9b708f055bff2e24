import { sql } from 'kysely'
import type { Answer } from '../domain/incident/answer.ts'
import type { CancelReason, Change, Reading } from '../domain/incident/effect.ts'
import type { MachineEvent, ReadingEvent } from '../domain/incident/event.ts'
import { type Outline, outlineOf } from '../domain/incident/outline.ts'
import { pageEventOf } from '../domain/incident/pages.ts'
import { readingOf } from '../domain/incident/reading.ts'
import { type Outcome, run } from '../domain/incident/run.ts'
import { type MachineState, newIncident } from '../domain/incident/state.ts'
import { followUpPages } from '../domain/escalate/escalate.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { Database } from './database.ts'
import { pagesInsert, type RowChange, storeDecision } from './incident-decision.ts'
import { incidentFromRow, lockIncident, machineOf } from './incident-rows.ts'
import { closeLook } from './group-notices.ts'
import { type IncidentConfigurations, settingsOf, worldOf } from './incident-world.ts'
import { cancelPages, pagesChannel } from './page-outbox.ts'
import { fromRow as pageFromRow } from './page-rows.ts'

export interface MachineDependencies {
  readonly configurations: IncidentConfigurations
  /** Whether the other side of a channel keeps an incident of its own, which goes on calling until it is told. */
  readonly keepsIncidents: (channel: string) => boolean
  /** Opens the incident after one whose alerts still fire; on the given connection. */
  readonly openSuccessor: (
    db: Database,
    incident: Incident,
    at: Date,
  ) => Promise<{ readonly incident: number; readonly firing: number } | null>
}

/** An incident while one decision about it is made: its row is locked. */
export interface LockedIncident {
  readonly incident: Incident
  /** `null`: nothing was decided about it yet. */
  readonly state: MachineState | null
}

/** What became of an event. */
export interface Decided {
  readonly incident: Incident
  readonly answer: Answer | null
  readonly outline: Outline
}

/** What else of the incident's row changes with an event, and whether its workflow hears of it by this very call. */
export interface DecisionOptions {
  readonly columns?: RowChange
  readonly told?: boolean
}

/** An event, and what else it changes. */
export interface TakenEvent extends DecisionOptions {
  readonly event: MachineEvent
}

export type IncidentMachine = ReturnType<typeof createIncidentMachine>

/**
 * The incident's machine on its row: an event is decided on in the transaction that locks the row, with everything that it asks for read there
 * and everything that it wants of the outbox done there. Whoever has an event calls it: the server with a command, the dispatcher with
 * alerts, the sender with what became of a page, the incident's workflow with what fell due.
 */
export function createIncidentMachine(db: Database, dependencies: MachineDependencies) {
  return {
    /**
     * Locks the incident and decides on the event that `eventOf` makes of it; `undefined`: there is nothing to decide on.
     * @throws when there is no such incident
     */
    take(
      number: number,
      eventOf: (locked: LockedIncident, db: Database) => Promise<TakenEvent | undefined>,
    ): Promise<Decided> {
      return db.transaction().execute(async (transaction) => {
        const locked = await locking(transaction, number)
        const taken = await eventOf(locked, transaction)
        if (taken === undefined) return undecided(locked, await stateOf(locked, dependencies))
        return decideOn(transaction, dependencies, locked, taken.event, taken)
      })
    },

    /** The same within a transaction that has locked the incident. */
    decideOn: (
      transaction: Database,
      locked: LockedIncident,
      event: MachineEvent,
      options?: DecisionOptions,
    ) => decideOn(transaction, dependencies, locked, event, options),
  }
}

export async function locking(transaction: Database, number: number): Promise<LockedIncident> {
  const row = await lockIncident(transaction, number)
  return { incident: incidentFromRow(row), state: machineOf(row) }
}

function undecided({ incident }: LockedIncident, state: MachineState): Decided {
  return { incident, answer: null, outline: outlineOf(state) }
}

/** One that was opened before there was a machine begins as a new one in its phase. */
async function stateOf(
  { incident, state }: LockedIncident,
  { configurations }: MachineDependencies,
): Promise<MachineState> {
  if (state !== null) return state
  const { settings } = await settingsOf(configurations, incident, incident.severity)
  return { ...newIncident(incident.number, incident.severity, settings), phase: incident.state }
}

async function decideOn(
  transaction: Database,
  dependencies: MachineDependencies,
  locked: LockedIncident,
  event: MachineEvent,
  { columns, told = false }: DecisionOptions = {},
): Promise<Decided> {
  const incident = withColumns(locked.incident, columns)
  const before = await stateOf(locked, dependencies)
  const read = (reading: Reading, state: MachineState) =>
    answerReading(transaction, dependencies, incident, reading, state, event.at)
  const outcome = await run(before, event, read)
  await carryOut(transaction, dependencies, incident, outcome, event.at)
  await storeDecision(transaction, {
    incident: incident.number,
    before: locked.state,
    outcome,
    at: event.at,
    told,
    ...(columns === undefined ? {} : { columns }),
  })
  return { incident, answer: outcome.answer, outline: outlineOf(outcome.state) }
}

/** What is read for this decision goes by what it changes. */
function withColumns(incident: Incident, { policy }: RowChange = {}): Incident {
  return policy === undefined
    ? incident
    : { ...incident, policyRevision: policy.revision, policyName: policy.name }
}

async function answerReading(
  db: Database,
  { configurations, openSuccessor }: MachineDependencies,
  incident: Incident,
  reading: Reading,
  state: MachineState,
  at: number,
): Promise<ReadingEvent | null> {
  if (reading.type === 'open-successor') {
    const opened = await openSuccessor(db, incident, new Date(at))
    return opened === null ? null : { type: 'successor-opened', ...opened }
  }
  return readingOf(await worldOf(db, configurations, incident, state, reading, at), reading, at)
}

/** Changes of the outbox other than new pages, which are stored with the decision. */
async function carryOut(
  db: Database,
  dependencies: MachineDependencies,
  incident: Incident,
  outcome: Outcome,
  at: number,
): Promise<void> {
  for (const change of outcome.changes) {
    if (change.type === 'cancel-pages') await callOff(db, incident, change, at)
    else if (change.type === 'close-look')
      await closeLook(db, dependencies.configurations, incident, { isTold: change.isTold, at })
    else if (change.type === 'follow-up') await followUp(db, dependencies, incident, change, at)
  }
}

const cancelWords: Readonly<Record<CancelReason, string>> = {
  acknowledged: 'acknowledged',
  'acknowledged-too': 'acknowledged too',
  'took-over': 'took it over',
  snoozed: 'snoozed it',
  clear: 'every alert is clear',
  resolved: 'the incident was resolved',
  'policy-applied': 'applied another policy',
  'severity-rose': 'the severity rose',
  escalated: 'escalated again',
  'handed-over': 'asked somebody else to take it',
  merged: 'made it part of another incident',
}

async function callOff(
  db: Database,
  { number }: Incident,
  { why, actor, ...which }: Extract<Change, { type: 'cancel-pages' }>,
  at: number,
): Promise<void> {
  const words = cancelWords[why]
  const reason = actor === null || why === 'resolved' ? words : `${actor} ${words}`
  const ended = await cancelPages(db, number, { reason, ...which }, new Date(at))
  if (ended.length === 0) return
  const facts = ended.map((page) => JSON.stringify({ ...pageEventOf(page), successor: undefined }))
  await sql`
    INSERT INTO timeline (incident, event_key, at, actor, fact)
    SELECT ${number}, 'page/' || (fact ->> 'page') || '/cancelled', ${new Date(at)}::timestamptz, 'firewatch', fact
    FROM unnest(${facts}::jsonb[]) AS fact
    ON CONFLICT (incident, event_key) DO NOTHING`.execute(db)
}

async function followUp(
  db: Database,
  { keepsIncidents }: MachineDependencies,
  { number }: Incident,
  { kind, occasion, actor, only }: Extract<Change, { type: 'follow-up' }>,
  at: number,
): Promise<void> {
  const rows = await db
    .selectFrom('pages')
    .selectAll()
    .where('incident', '=', number)
    .orderBy('created_at')
    .execute()
  const about = rows
    .map(pageFromRow)
    .filter(
      ({ person, contact }) => only === undefined || (person === only.person && contact === only.contact),
    )
  const pages = followUpPages({ kind, occasion }, about, actor, keepsIncidents)
  if (pages.length === 0) return
  await sql`WITH pages AS (${pagesInsert(pages, at)}) SELECT pg_notify(${pagesChannel}, '')`.execute(db)
}
