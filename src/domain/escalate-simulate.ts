import type { EscalationPolicy, NotificationRule } from './configuration.ts'
import { ackTimeoutOf, stepAt } from './escalate.ts'
import { type Hold, holdOf } from './escalate-hold.ts'
import { simulateEscalation } from './escalate-model.ts'
import type { ModelEntry, ModelEvent, ModelWorld } from './escalate-model-world.ts'
import { channelOfPerson, resolveTargets } from './escalate-targets.ts'
import { nextInside } from './on-call/business-hours.ts'
import { onCallAt } from './on-call/segments.ts'
import { type PagingContext, schedulesOf } from './paging-context.ts'
import type { Severity } from './severity.ts'

/** What a policy is tried on; instants in epoch milliseconds. */
export interface Trial {
  readonly policy: EscalationPolicy
  readonly service: string
  /** Since when which severity, oldest first; what is before the first has its severity. */
  readonly severities: readonly { readonly at: number; readonly severity: Severity }[]
  /** When its alerts began. */
  readonly alertsBegan: readonly number[]
  /** From when to when paging goes on, each time from the first step. */
  readonly runs: readonly TrialRun[]
}

export interface TrialRun {
  readonly from: number
  readonly to: number
  readonly deeds: readonly Deed[]
}

/** What somebody did, or what came about. */
export interface Deed {
  readonly at: number
  readonly kind: 'acknowledge' | 'escalate' | 'resolve'
  readonly by: string
}

/** What would happen, in the order of time. `channel` is the kind of the contact; none: the person has no such contact. */
export type TrialEntry = { readonly at: number; readonly channel?: string } & (
  | Timeless<ModelEntry>
  | { readonly kind: 'notice'; readonly person: string }
)

type Timeless<Entry> = Entry extends unknown ? Omit<Entry, 'atMs'> : never

/** Who would be paged, when and over what: the same decisions as those of the paging engine, over a clock of their own. */
export function tryPolicy(context: PagingContext, trial: Trial): TrialEntry[] {
  return trial.runs.flatMap((run, index) => {
    const { entries } = simulateEscalation(worldOf(context, trial, run))
    const told = entries.map(({ atMs, ...entry }): TrialEntry => {
      const at = run.from + atMs
      return entry.kind === 'page'
        ? { at, ...entry, ...channelOf(context, entry.person, entry.contact) }
        : { at, ...entry }
    })
    return index === 0 ? [...notices(context, trial, run), ...told] : told
  })
}

function worldOf(context: PagingContext, trial: Trial, { from, to, deeds }: TrialRun): ModelWorld {
  const { policy } = trial
  const waits = policy.steps.some(({ when }) => when !== undefined)
  const began = waits ? trial.alertsBegan.filter((at) => from < at && at < to) : []
  return {
    policy,
    severity: severityAt(trial, from),
    events: [
      ...deeds.map(({ at, kind, by }) => ({ atMs: at - from, kind, by })),
      // A step that waits for more alerts is looked at when one begins.
      ...began.map((at): ModelEvent => ({ atMs: at - from, kind: 'look-again' })),
    ],
    untilMs: to - from,
    resolve: (targets, atMs) => resolveAt(context, targets, from + atMs),
    rulesOf: (person, atMs) => rulesAt(context, person, severityAt(trial, from + atMs)),
    ackTimeoutMs: (current, step, atMs) => {
      const entered = stepAt(current, step)
      return entered === undefined ? 0 : ackTimeoutOf(current, entered, severityAt(trial, from + atMs))
    },
    holdOf: (current, step, atMs, urged) => holdAt(context, trial, { current, step, at: from + atMs, urged }),
  }
}

function severityAt({ severities: [first, ...later] }: Trial, at: number): Severity {
  return (later.findLast((one) => one.at <= at) ?? first)?.severity ?? 'P1'
}

function resolveAt(context: PagingContext, targets: EscalationPolicy['fallback'], at: number) {
  const schedules = schedulesOf(context.schedules)
  const teams = Object.fromEntries(
    Object.entries(context.teams).map(([name, { members }]) => [name, { name, title: name, members }]),
  )
  const resolved = resolveTargets(targets, { teams }, (name) => {
    const schedule = schedules.get(name)
    return schedule === undefined ? undefined : onCallAt(schedule, at).people
  })
  // As the engine does: whoever cannot be reached at all is not waited for.
  const notified = resolved.notified.filter(({ person }) => channelsOf(context, person).length > 0)
  const without = resolved.notified.filter((one) => !notified.includes(one))
  return { notified, empty: [...resolved.empty, ...without.map(({ person }) => `no contact for ${person}`)] }
}

/** The model knows one severity, so rules of others are left out here. Nobody goes without: whose rules are silent hear by the first contact. */
function rulesAt(
  { users }: PagingContext,
  person: string,
  severity: Severity,
): readonly NotificationRule[] | undefined {
  const { notify } = (Object.hasOwn(users, person) ? users[person] : undefined) ?? {}
  const mine = notify?.filter(({ severities }) => severities?.includes(severity) ?? true) ?? []
  return mine.length === 0 ? undefined : mine.map(({ contact, afterMs }) => ({ contact, afterMs }))
}

function holdAt(
  { maintenance, calendars }: PagingContext,
  { service, alertsBegan }: Trial,
  where: {
    readonly current: EscalationPolicy
    readonly step: number
    readonly at: number
    readonly urged: boolean
  },
): Hold | undefined {
  const { current, step, at, urged } = where
  const entered = stepAt(current, step)
  if (entered === undefined) return undefined
  const working = Object.hasOwn(maintenance, service) ? (maintenance[service] ?? []) : []
  const facts = { at, service, maintenance: working, calendars, alertsBegan, opensAt: nextInside }
  return holdOf(entered, facts, urged)
}

/** Executives are told of a P0 when it is one, whatever becomes of the steps. */
function notices(context: PagingContext, trial: Trial, { from, to }: TrialRun): TrialEntry[] {
  const { executives = [] } = trial.policy
  const later = trial.severities.find(({ at, severity }) => severity === 'P0' && at > from && at < to)
  const at = severityAt(trial, from) === 'P0' ? from : later?.at
  if (at === undefined) return []
  return resolveAt(context, executives, at).notified.map(({ person }) => ({
    at,
    kind: 'notice',
    person,
    ...channelOf(context, person, 0),
  }))
}

function channelOf(context: PagingContext, person: string, contact: number): { channel?: string } {
  const channel = channelsOf(context, person)[contact]
  return channel === undefined ? {} : { channel }
}

function channelsOf({ users, channels }: PagingContext, person: string): readonly string[] {
  const room = channelOfPerson(person)
  if (room !== undefined)
    return Object.hasOwn(channels, room) ? [channels[room]].filter((kind) => kind !== undefined) : []
  return (Object.hasOwn(users, person) ? users[person] : undefined)?.channels ?? []
}
