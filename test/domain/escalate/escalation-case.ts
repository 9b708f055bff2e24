import type { EscalationPolicy, EscalationStep } from '../../../src/domain/configuration/escalation-policy.ts'
import type { NotificationRule } from '../../../src/domain/configuration/people.ts'
import type { CommandEvent, MachineEvent } from '../../../src/domain/incident/event.ts'
import type { PagingContextAt, Simulation } from '../../../src/domain/incident/simulate.ts'
import { newIncident, type Settings } from '../../../src/domain/incident/state.ts'
import { type Fields, listOf, textOf } from '../../support/cases.ts'

/** A world as a case of the area `escalation` describes it, whatever combination of fields it uses; its clock begins at 0. */
export interface EscalationCase {
  readonly world: Omit<Simulation, 'until'>
  readonly policy: EscalationPolicy
  /** What people do and what changes, in the order of time. */
  readonly events: readonly MachineEvent[]
  readonly rulesOf: (person: string, at: number) => readonly NotificationRule[] | undefined
  /** How long the policy takes when nobody answers, with half an hour more for personal rules. */
  readonly wholeMs: number
  /** Names of contacts, in the order of their numbers. */
  readonly contacts: readonly string[]
}

const secondMs = 1_000
const minuteMs = 60 * secondMs
const dayMs = 24 * 60 * minuteMs

/** A case that says nothing of a fallback has this one: what a policy without an answer comes to can then be seen. */
export const silentFallback = 'fallback'

export function escalationCase(input: Fields): EscalationCase {
  const contacts = contactNames(input)
  const policy = policyOf(input)
  const policies = [policy, ...policyChanges(input).map(([, changed]) => changed)]
  const settings = settingsOf(policy)
  const events = eventsOf(input).toSorted((a, b) => a.at - b.at)
  return {
    contacts,
    policy,
    events,
    rulesOf: (person, at) => rulesOf(input, contacts, person, at),
    wholeMs: wholeMs(policy),
    world: {
      start: newIncident(1, 'P1', settings),
      events: [{ at: 0, type: 'opened', firing: 1, total: 1, severity: 'P1', settings }, ...events],
      policyOf: (name) => policies.find((one) => one.name === name) ?? policy,
      pagingAt: (at) => pagingAt(input, contacts, at),
      down: listOf(input['downMin']).length < 2 ? [] : [downtime(input['downMin'])],
    },
  }
}

function settingsOf({ name }: EscalationPolicy): Settings {
  return { policy: name, stableForMs: dayMs, headStartMs: 0, remediates: false, stillFiringAfterMs: null }
}

function pagingAt(input: Fields, contacts: readonly string[], at: number): PagingContextAt {
  const ends = timeOf(input, 'maintenanceEnds')
  const maintenance = ends === undefined ? [] : [{ from: 0, to: ends, reason: 'maintenance' }]
  const ways = Array.from({ length: Math.max(contacts.length, 1) }, () => ({ channel: 'webhook' }))
  return {
    service: 'service',
    maintenance,
    teams: {},
    calendars: {},
    alertsBegan: [],
    onCall: (schedule) => onCall(input, schedule, at),
    reachable: (person) => {
      const notify = rulesOf(input, contacts, person, at)
      return { contacts: ways, ...(notify === undefined ? {} : { notify }) }
    },
  }
}

function downtime(down: unknown): { from: number; to: number } {
  const [from = 0, to = 0] = listOf<number>(down)
  return { from: from * minuteMs, to: to * minuteMs }
}

function wholeMs({ steps, repeat }: EscalationPolicy): number {
  const once = steps.reduce((sum, { ackTimeoutMs = 0 }) => sum + ackTimeoutMs, 0)
  return once * (repeat + 1) + dayMs
}

/** A time under `ackSec`, `ackMin`, `ackHours` …, in milliseconds. */
export function timeOf(input: Fields, name: string): number | undefined {
  for (const [suffix, unit] of [
    ['Sec', secondMs],
    ['Min', minuteMs],
    ['Hours', 60 * minuteMs],
  ] as const) {
    const value = input[`${name}${suffix}`]
    if (typeof value === 'number') return value * unit
  }
  return undefined
}

function policyOf(input: Fields): EscalationPolicy {
  if (input['policy1'] !== undefined) return policyInWords(textOf(input['policy1']))
  const delays = delaysOf(input)
  const written = listOf(input['steps'])
  const hasSecond = input['step2At'] !== undefined || timeOf(input, 'autoEscalation') !== undefined
  const count = Math.max(written.length, delays.length, hasSecond ? 2 : 1)
  const steps = Array.from(
    { length: count },
    (_, index): EscalationStep => ({
      notify: targetsOf(input, written[index], index),
      ackTimeoutMs: delayIn(written[index]) ?? delays[index] ?? delays.at(-1) ?? stepWait(input),
      ...(isMultiple(input) ? { acknowledge: 'each' } : {}),
    }),
  )
  const fallback = listOf<string>(input['fallback'] ?? silentFallback)
  return { name: 'default', steps, repeat: Number(input['repeat'] ?? 0), fallback }
}

function stepWait(input: Fields): number {
  const [first, second] = [input['step1At'], input['step2At']]
  if (typeof first === 'number' && typeof second === 'number') return (second - first) * minuteMs
  const auto = timeOf(input, 'autoEscalation')
  return auto ?? timeOf(input, 'stepDelay') ?? timeOf(input, 'delay') ?? dayMs
}

function delaysOf(input: Fields): number[] {
  const minutes = listOf<number>(input['delaysMin']).map((delay) => delay * minuteMs)
  return minutes.length > 0 ? minutes : listOf<number>(input['delaysSec']).map((delay) => delay * secondMs)
}

function delayIn(step: unknown): number | undefined {
  return typeof step === 'object' && step !== null ? timeOf(step as Fields, 'delay') : undefined
}

/** Whom a step pages: as the case says, or somebody of its own. */
function targetsOf(input: Fields, written: unknown, index: number): EscalationStep['notify'] {
  if (typeof written === 'string') return [written]
  if (typeof written === 'object' && written !== null) {
    const { onCall: people, notify } = written as Fields
    return listOf<string>(people ?? notify)
  }
  if (input['before'] !== undefined) return [{ schedule: 'hand-off' }]
  const users = listOf<string>(input['users'])
  return users.length > 0 ? users : [`person${index + 1}`]
}

function isMultiple(input: Fields): boolean {
  return input['multiAck'] === true || listOf(input['users']).length > 1
}

/** `ana (30,60)`: who is paged, and how long each step waits, in minutes. */
function policyInWords(words: string): EscalationPolicy {
  const [, name = '', delays = ''] = /^(\w+)\s*\(([\d,\s]+)\)$/.exec(words) ?? []
  if (name === '') throw new Error(`"${words}" is no policy such as "ana (30,60)"`)
  const steps = delays.split(',').map((delay) => ({ notify: [name], ackTimeoutMs: Number(delay) * minuteMs }))
  return { name: words, steps, repeat: 0, fallback: [silentFallback] }
}

function onCall(input: Fields, schedule: string, atMs: number): readonly string[] | undefined {
  if (schedule !== 'hand-off') return undefined
  const handoff = timeOf(input, 'handoffAt') ?? timeOf(input, 'handoff') ?? Infinity
  return listOf<string>(input[atMs < handoff ? 'before' : 'after'])
}

/** `push@0` */
function ruleOf(written: string): { name: string; afterMs: number } {
  const [name = '', after = '0'] = written.split('@')
  return { name, afterMs: Number(after) * minuteMs }
}

const ruleFields = ['rules', 'existing', 'added']

function contactNames(input: Fields): string[] {
  const names = ruleFields.flatMap((field) => listOf<string>(input[field]).map((rule) => ruleOf(rule).name))
  return [...new Set(names)]
}

function rulesOf(
  input: Fields,
  contacts: readonly string[],
  person: string,
  atMs: number,
): readonly NotificationRule[] | undefined {
  if (person === silentFallback) return undefined
  const added = atMs >= (timeOf(input, 'addedAt') ?? Infinity) ? listOf<string>(input['added']) : []
  const named = [...listOf<string>(input['rules'] ?? input['existing']), ...added].map(ruleOf)
  const minutes = listOf<number>(input['rulesMin']).map((after) => ({
    contact: 0,
    afterMs: after * minuteMs,
  }))
  const rules = [
    ...named.map(({ name, afterMs }) => ({ contact: contacts.indexOf(name), afterMs })),
    ...minutes,
  ]
  return rules.length === 0 ? undefined : rules
}

/** A command as it is told; who gives it and its number come later. */
type GivenCommand = { readonly at: number; readonly actor?: string } & Command<CommandEvent>
type Command<Event> = Event extends CommandEvent ? Omit<Event, 'actor' | 'commandId'> : never

function eventsOf(input: Fields): MachineEvent[] {
  const told = [
    ...acknowledgements(input),
    ...escalations(input),
    ...policyChanges(input).map(
      ([at, policy]): GivenCommand => ({
        at,
        type: 'apply-policy',
        policy: policy.name,
        keep: false,
        kept: null,
        settings: settingsOf(policy),
      }),
    ),
    ...listOf<readonly unknown[]>(input['events']).flatMap(eventInWords),
    ...[timeOf(input, 'resolve')].flatMap((at) => (at === undefined ? [] : [resolved(at)])),
  ]
  const changed = timeOf(input, 'addedAt')
  return [
    ...told.map((one, index) => ({ actor: 'ana', commandId: `command-${index}`, ...one }) as MachineEvent),
    ...(changed === undefined ? [] : [{ at: changed, type: 'configuration-changed' } as const]),
  ]
}

function acknowledged(at: number, actor: string): GivenCommand {
  return { at, type: 'acknowledge', actor, forMs: null }
}

function resolved(at: number): GivenCommand {
  return { at, type: 'resolve', anyway: true }
}

function acknowledgements(input: Fields): GivenCommand[] {
  const at = timeOf(input, 'ack')
  const by = textOf(input['ackBy'], 'person1')
  const spoken = listOf<string>(input['ack']).map((written) => {
    const { name, afterMs } = ruleOf(written)
    return acknowledged(afterMs, name)
  })
  if (at !== undefined) return [...spoken, acknowledged(at, by)]
  return input['ackBy'] === undefined ? spoken : [...spoken, acknowledged(minuteMs, by)]
}

function escalations(input: Fields): GivenCommand[] {
  const manual = timeOf(input, 'manualEscalate') ?? timeOf(input, 'escalate')
  const reply = timeOf(input, 'reply')
  const escalate = (at: number): GivenCommand => ({ at, type: 'escalate' })
  return [
    ...(input['thenEscalate'] === true ? [escalate(2 * minuteMs)] : []),
    ...(manual === undefined ? [] : [escalate(manual)]),
    ...(reply === undefined ? [] : [{ at: reply, type: 'escalate', asOf: { step: 1, round: 0 } } as const]),
  ]
}

function policyChanges(input: Fields): (readonly [number, EscalationPolicy])[] {
  return (
    [
      ['policy2', timeOf(input, 'swapAt')],
      ['policy1', timeOf(input, 'backAt')],
    ] as const
  ).flatMap(([name, at]) => (at === undefined ? [] : [[at, policyInWords(textOf(input[name]))] as const]))
}

function eventInWords([second, words]: readonly unknown[]): GivenCommand[] {
  const at = Number(second) * secondMs
  const text = textOf(words)
  const by = /^ack(?:nowledge)?(?: by)? (\w+)$/.exec(text)?.[1]
  if (by !== undefined) return [acknowledged(at, by)]
  if (text === 'resolve' || text === 'close') return [resolved(at)]
  if (text === 'escalate') return [{ at, type: 'escalate' }]
  if (text === 'trigger') return []
  throw new Error(`"${text}" is no event that this reader knows`)
}
