import type { EscalationPolicy } from '../configuration/escalation-policy.ts'
import type { Reachable } from './targets.ts'
import { channelOfPerson } from './targets.ts'
import type { MachineEvent } from '../incident/event.ts'
import { type PagingContextAt, simulate } from '../incident/simulate.ts'
import type { SimulatedEntry } from '../incident/simulate-entries.ts'
import { newIncident, type Settings } from '../incident/state.ts'
import { onCallAt } from '../on-call/segments.ts'
import { recurringAt } from './maintenance.ts'
import { type PagingContext, schedulesOf } from './paging-context.ts'
import type { Severity } from '../values/severity.ts'
import { own } from '../values/own.ts'

/** What a policy is tried on; instants in epoch milliseconds. */
export interface Trial {
  readonly policy: EscalationPolicy
  readonly incident: number
  readonly service: string
  /** When its alerts began. */
  readonly alertsBegan: readonly number[]
  /** What came from outside: alerts, people, remediation that ended. What follows from it is worked out by the tried policy. */
  readonly events: readonly MachineEvent[]
  readonly until: number
}

type AlertsEvent = Extract<MachineEvent, { type: 'opened' | 'alerts-changed' }>

/** A policy that is tried without an incident pages as in this one. */
const settings: Settings = {
  policy: '',
  stableForMs: 0,
  headStartMs: 0,
  remediates: false,
  stillFiringAfterMs: null,
}

/** One alert that begins to fire, and nobody who answers. */
export function alertAt(at: number, severity: Severity): MachineEvent {
  return { at, type: 'opened', firing: 1, total: 1, severity, settings }
}

/** Who would be paged, when and over what: the same decisions as those of the paging engine, over a clock of their own. */
export function tryPolicy(context: PagingContext, trial: Trial): SimulatedEntry[] {
  const events = trial.events.flatMap((event) => underPolicy(event, trial.policy))
  const opened = events.find((event): event is AlertsEvent => event.type === 'opened')
  if (opened === undefined) return []
  const { entries } = simulate({
    start: newIncident(trial.incident, opened.severity, opened.settings),
    events,
    until: trial.until,
    policyOf: () => trial.policy,
    pagingAt: pagingOf(context, trial),
  })
  return withoutVainRounds(entries)
}

/**
 * What people and alerts did, as it counts under another policy: its acknowledgements hold as long as it says, an answer to a message of the other
 * policy's steps is an answer, and nobody applies a third.
 */
function underPolicy(event: MachineEvent, { name, acknowledgedForMs }: EscalationPolicy): MachineEvent[] {
  switch (event.type) {
    case 'opened':
    case 'alerts-changed':
    case 'set-severity':
      return [{ ...event, settings: { ...event.settings, policy: name } }]
    case 'acknowledge':
    case 'take-over':
      return [{ ...event, forMs: acknowledgedForMs ?? null }]
    case 'escalate': {
      const { at, type, actor, commandId } = event
      return [{ at, type, actor, commandId }]
    }
    case 'snooze':
    case 'hand-over':
    case 'resolve':
    case 'stop-automation':
    case 'resume-automation':
    case 'task-ended':
      return [event]
    default:
      return []
  }
}

function pagingOf(context: PagingContext, { service, alertsBegan }: Trial): (at: number) => PagingContextAt {
  const schedules = schedulesOf(context.schedules)
  const { calendars } = context
  const teams = Object.fromEntries(
    Object.entries(context.teams).map(([name, { members }]) => [name, { name, title: name, members }]),
  )
  const announced = own(context.maintenance, service) ?? []
  const recurring = own(context.recurringMaintenance ?? {}, service) ?? []
  const reachable = (person: string) => reachableIn(context, person)
  return (at) => ({
    service,
    teams,
    maintenance: [...announced, ...recurringAt(recurring, at)],
    calendars,
    alertsBegan,
    reachable,
    onCall: (name, then = at) => {
      const schedule = schedules.get(name)
      return schedule === undefined ? undefined : onCallAt(schedule, then).people
    },
  })
}

function reachableIn({ users, channels }: PagingContext, person: string): Reachable | undefined {
  const room = channelOfPerson(person)
  if (room !== undefined) {
    const channel = own(channels, room)
    return channel === undefined ? undefined : { contacts: [{ channel }] }
  }
  const user = own(users, person)
  if (user === undefined) return undefined
  const contacts = user.channels.map((channel) => ({ channel }))
  return user.notify === undefined ? { contacts } : { contacts, notify: user.notify }
}

/** A policy that reaches nobody begins again and again: the first time tells it, later ones only once they reach somebody. */
function withoutVainRounds(entries: readonly SimulatedEntry[]): SimulatedEntry[] {
  const rounds: SimulatedEntry[][] = [[]]
  for (const entry of entries) {
    if (entry.kind === 'retried') rounds.push([])
    rounds.at(-1)?.push(entry)
  }
  return rounds.filter((round, index) => index === 0 || !round.every(isVain)).flat()
}

function isVain({ kind }: SimulatedEntry): boolean {
  return kind === 'retried' || kind === 'skipped' || kind === 'exhausted' || kind === 'undelivered'
}
