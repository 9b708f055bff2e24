import type { EscalationPolicy, EscalationStep, NotificationRule } from '../../src/domain/configuration.ts'
import { holdOf } from '../../src/domain/escalate-hold.ts'
import type { ModelEvent, ModelWorld } from '../../src/domain/escalate-model-world.ts'
import { resolveTargets } from '../../src/domain/escalate-targets.ts'
import { type Fields, listOf, textOf } from '../support/cases.ts'

/** A world as a case of the area `escalation` describes it, whatever combination of fields it uses. */
export interface EscalationCase {
  readonly world: Omit<ModelWorld, 'untilMs'>
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
  const maintenanceEnds = timeOf(input, 'maintenanceEnds')
  const maintenance =
    maintenanceEnds === undefined ? [] : [{ from: 0, to: maintenanceEnds, reason: 'maintenance' }]
  return {
    contacts,
    wholeMs: wholeMs(policy),
    world: {
      policy,
      severity: 'P1',
      events: eventsOf(input),
      resolve: (targets, atMs) =>
        resolveTargets(targets, { teams: {} }, (schedule) => onCall(input, schedule, atMs)),
      rulesOf: (person, atMs) => rulesOf(input, contacts, person, atMs),
      ackTimeoutMs: ({ steps }, step) => steps[step - 1]?.ackTimeoutMs ?? 5 * minuteMs,
      holdOf: ({ steps }, step, at, urged) => {
        const entered = steps[step - 1]
        const facts = {
          at,
          service: 'service',
          maintenance,
          calendars: {},
          alertsBegan: [],
          opensAt: () => at,
        }
        return entered === undefined ? undefined : holdOf(entered, facts, urged)
      },
      downMs: listOf(input['downMin']).length < 2 ? [] : [downtime(input['downMin'])],
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

function eventsOf(input: Fields): ModelEvent[] {
  return [
    ...acknowledgements(input),
    ...escalations(input),
    ...policyChanges(input),
    ...listOf<readonly unknown[]>(input['events']).flatMap(eventInWords),
    ...[timeOf(input, 'addedAt')].flatMap((atMs) =>
      atMs === undefined ? [] : [{ atMs, kind: 'look-again' } as const],
    ),
    ...[timeOf(input, 'resolve')].flatMap((atMs) =>
      atMs === undefined ? [] : [{ atMs, kind: 'resolve' } as const],
    ),
  ]
}

function acknowledgements(input: Fields): ModelEvent[] {
  const at = timeOf(input, 'ack')
  const by = textOf(input['ackBy'], 'person1')
  const spoken = listOf<string>(input['ack']).map((written): ModelEvent => {
    const { name, afterMs } = ruleOf(written)
    return { atMs: afterMs, kind: 'acknowledge', by: name }
  })
  if (at !== undefined) return [...spoken, { atMs: at, kind: 'acknowledge', by }]
  return input['ackBy'] === undefined ? spoken : [...spoken, { atMs: minuteMs, kind: 'acknowledge', by }]
}

function escalations(input: Fields): ModelEvent[] {
  const manual = timeOf(input, 'manualEscalate') ?? timeOf(input, 'escalate')
  const reply = timeOf(input, 'reply')
  return [
    ...(input['thenEscalate'] === true ? [{ atMs: 2 * minuteMs, kind: 'escalate' } as const] : []),
    ...(manual === undefined ? [] : [{ atMs: manual, kind: 'escalate' } as const]),
    ...(reply === undefined ? [] : [{ atMs: reply, kind: 'escalate', asOf: { step: 1, round: 0 } } as const]),
  ]
}

function policyChanges(input: Fields): ModelEvent[] {
  return (
    [
      ['policy2', timeOf(input, 'swapAt')],
      ['policy1', timeOf(input, 'backAt')],
    ] as const
  ).flatMap(([name, atMs]) =>
    atMs === undefined
      ? []
      : [{ atMs, kind: 'apply-policy', policy: policyInWords(textOf(input[name])), keep: false }],
  )
}

function eventInWords([second, words]: readonly unknown[]): ModelEvent[] {
  const atMs = Number(second) * secondMs
  const text = textOf(words)
  const by = /^ack(?:nowledge)?(?: by)? (\w+)$/.exec(text)?.[1]
  if (by !== undefined) return [{ atMs, kind: 'acknowledge', by }]
  if (text === 'resolve' || text === 'close') return [{ atMs, kind: 'resolve' }]
  if (text === 'escalate') return [{ atMs, kind: 'escalate' }]
  if (text === 'trigger') return []
  throw new Error(`"${text}" is no event that this reader knows`)
}
