import { type RawBuilder, sql } from 'kysely'
import type { Fact } from '../domain/facts/fact.ts'
import { nowDoing } from '../domain/incident/now-doing.ts'
import { outlineOf, pagingDue } from '../domain/incident/outline.ts'
import type { Outcome } from '../domain/incident/run.ts'
import type { MachineState } from '../domain/incident/state.ts'
import type { NewPage } from '../domain/escalate/escalate.ts'
import type { Database } from './database.ts'
import { pagesChannel } from './page-outbox.ts'
import { workflowsChannel } from './workflow-notifications.ts'

/** A decision as it is stored. */
export interface StoredDecision {
  readonly incident: number
  readonly before: MachineState | null
  readonly outcome: Pick<Outcome, 'state' | 'events' | 'facts' | 'changes'>
  /** Epoch milliseconds. */
  readonly at: number
  /** The incident's workflow hears of it with this very call. */
  readonly told: boolean
  /** What else of the row changes. */
  readonly columns?: RowChange
}

/** Columns beside the state that commands and alerts set; absent ones stay. */
export interface RowChange {
  readonly severitySetBy?: string
  /** From now on its policy is that of the revision: the one of this name, or by its route when that is `null`. */
  readonly policy?: { readonly revision: string; readonly name: string | null }
  readonly runbook?: string | null
  /** More fires than before, so that people know it by another. */
  readonly title?: string
  /** ISO 8601: an alert that joined began before all others. */
  readonly startedAt?: string
}

/**
 * Stores a decision in one statement: the state and what lists read of it, the events that led to it, facts, and pages. As it commits, it wakes
 * whoever sends pages, and whoever notifies workflows. Its incident is locked.
 */
export async function storeDecision(db: Database, decision: StoredDecision): Promise<void> {
  const { incident, before, outcome, at, told } = decision
  const pages = outcome.changes.flatMap((change) => (change.type === 'queue-pages' ? change.pages : []))
  const stirred = isStirred(before, outcome.state)
  const woken = [
    ...(pages.length === 0 ? [] : [pagesChannel]),
    ...(stirred && !told ? [workflowsChannel] : []),
  ]
  await sql`
    WITH stored AS (${incidentUpdate(decision, stirred)}),
    events AS (${eventsInsert(incident, outcome)}),
    facts AS (${factsInsert(incident, outcome, at)})
    ${pages.length === 0 ? sql`` : sql`, pages AS (${pagesInsert(pages, at)})`}
    SELECT pg_notify(channel, '') FROM unnest(${woken}::text[]) AS channel
  `.execute(db)
}

function incidentUpdate(
  { incident, outcome, at, told, columns = {} }: StoredDecision,
  stirred: boolean,
): RawBuilder<unknown> {
  const { state } = outcome
  const { owner, closing, phase } = state
  const [paging] = pagingDue(state)
  const date = (instant: number | null | undefined) => (instant == null ? null : new Date(instant))
  return sql`
    UPDATE incidents SET
      machine = ${JSON.stringify(state)}::jsonb,
      state = ${phase}, severity = ${state.severity},
      version = version + 1,
      acknowledged_at = coalesce(acknowledged_at, ${date(owner?.since)}::timestamptz),
      acknowledged_by = ${owner?.person ?? null},
      acknowledged_until = ${date(owner?.until)}::timestamptz,
      mitigated_at = CASE WHEN ${phase === 'open'} THEN NULL ELSE coalesce(mitigated_at, ${date(at)}::timestamptz) END,
      resolved_at = ${date(closing?.at)}::timestamptz,
      resolved_by = ${closing === null ? null : (closing.by ?? 'firewatch')},
      now_doing = ${nowDoing(state)},
      next_due_at = ${date(paging?.at)}::timestamptz,
      stirred_decisions = CASE WHEN ${stirred} THEN ${state.decisions} ELSE stirred_decisions END,
      told_decisions = CASE WHEN ${told} THEN ${state.decisions} ELSE told_decisions END
      ${columnUpdates(columns)}
    WHERE number = ${incident}`
}

function columnUpdates({ severitySetBy, policy, runbook, title, startedAt }: RowChange): RawBuilder<unknown> {
  return sql.join(
    [
      ...(severitySetBy === undefined ? [] : [sql`, severity_set_by = ${severitySetBy}`]),
      ...(policy === undefined
        ? []
        : [sql`, policy_revision = ${policy.revision}, policy_name = ${policy.name}`]),
      ...(runbook === undefined ? [] : [sql`, runbook = ${runbook}`]),
      ...(title === undefined ? [] : [sql`, title = ${title}`]),
      ...(startedAt === undefined
        ? []
        : [sql`, started_at = least(started_at, ${new Date(startedAt)}::timestamptz)`]),
    ],
    sql``,
  )
}

/** Whether its workflow has to hear of it: it runs other tasks, or wakes up at another time, or shows another phase. */
function isStirred(before: MachineState | null, after: MachineState): boolean {
  if (before === null) return true
  const [was, is] = [outlineOf(before), outlineOf(after)]
  const isLater = is.due !== null && was.due !== null && is.due.at >= was.due.at
  // A workflow that wakes up too early finds nothing to do, and waits on: it need not hear of that.
  const wakesInTime = is.due === null || isLater
  const tasks = is.tasks.filter(
    (task) => !was.tasks.some((one) => JSON.stringify(one) === JSON.stringify(task)),
  )
  return !wakesInTime || tasks.length > 0 || (is.phase === 'resolved' && was.phase !== 'resolved')
}

function eventsInsert(
  incident: number,
  { state, events }: Pick<Outcome, 'state' | 'events'>,
): RawBuilder<unknown> {
  const first = state.decisions - events.length + 1
  return sql`
    INSERT INTO incident_events (incident, seq, event)
    SELECT ${incident}, ${first}::integer + nr - 1, event
    FROM unnest(${events.map((event) => JSON.stringify(event))}::jsonb[]) WITH ORDINALITY AS given (event, nr)`
}

function factsInsert(
  incident: number,
  { state, facts }: Pick<Outcome, 'state' | 'facts'>,
  at: number,
): RawBuilder<unknown> {
  return sql`
    INSERT INTO timeline (incident, event_key, at, actor, fact)
    SELECT ${incident}, key, ${new Date(at)}::timestamptz, actor, fact FROM unnest(
      ${facts.map((_, index) => `decision/${state.decisions}/${index}`)}::text[],
      ${facts.map(({ actor }) => actor)}::text[],
      ${facts.map(({ fact }) => JSON.stringify(fact satisfies Fact))}::jsonb[]
    ) AS given (key, actor, fact)
    ON CONFLICT (incident, event_key) DO NOTHING`
}

/** One that is there already keeps what it says. */
export function pagesInsert(pages: readonly NewPage[], at: number): RawBuilder<unknown> {
  return sql`
    INSERT INTO pages (id, incident, kind, step, round, person, channel, contact, rule_after_ms, state, created_at, due_at)
    SELECT id, incident, kind, step, round, person, channel, contact, rule_after_ms, 'queued', ${new Date(at)}::timestamptz, ${new Date(at)}::timestamptz
    FROM unnest(
      ${pages.map(({ id }) => id)}::text[],
      ${pages.map(({ incident }) => incident)}::bigint[],
      ${pages.map(({ kind }) => kind)}::text[],
      ${pages.map(({ step }) => step)}::integer[],
      ${pages.map(({ round }) => round)}::integer[],
      ${pages.map(({ person }) => person)}::text[],
      ${pages.map(({ channel }) => channel)}::text[],
      ${pages.map(({ contact }) => contact)}::integer[],
      ${pages.map(({ ruleAfterMs }) => ruleAfterMs)}::bigint[]
    ) AS given (id, incident, kind, step, round, person, channel, contact, rule_after_ms)
    ON CONFLICT (id) DO NOTHING`
}
