import type { EscalationPolicy } from '../../../src/domain/configuration/escalation-policy.ts'
import type { NotificationRule } from '../../../src/domain/configuration/people.ts'
import type { CommandEvent, MachineEvent } from '../../../src/domain/incident/event.ts'
import {
  type Delivery,
  type PagingContextAt,
  type Simulated,
  simulate,
} from '../../../src/domain/incident/simulate.ts'
import { newIncident, type Settings } from '../../../src/domain/incident/state.ts'
import type { Page } from '../../../src/domain/page/page.ts'
import type { Severity } from '../../../src/domain/values/severity.ts'

export const minute = 60_000

export const settings: Settings = {
  policy: 'default',
  stableForMs: 10 * minute,
  headStartMs: 0,
  remediates: false,
  stillFiringAfterMs: 30 * minute,
}

/** Ana for five minutes, then ben for ten, then dora. */
export const twoSteps: EscalationPolicy = {
  name: 'default',
  steps: [
    { notify: ['ana'], ackTimeoutMs: 5 * minute },
    { notify: ['ben'], ackTimeoutMs: 10 * minute },
  ],
  repeat: 0,
  fallback: ['dora'],
}

/** Commands as tests write them: `by` minutes after the beginning. */
type Given<Event> = Event extends CommandEvent
  ? Omit<Event, 'actor' | 'commandId'> & { commandId?: string }
  : never
export type GivenCommand = Given<CommandEvent>

let commands = 0

/** What somebody does so many minutes after the beginning. */
export function does(minutes: number, actor: string, command: GivenCommand): MachineEvent {
  return { commandId: `command-${++commands}`, ...command, at: minutes * minute, actor } as MachineEvent
}

export interface AlertsNow {
  readonly severity?: Severity
  readonly total?: number
  readonly settings?: Partial<Settings>
  readonly type?: 'opened' | 'alerts-changed'
  readonly fired?: boolean
  readonly muted?: boolean
  readonly openedBefore?: readonly number[]
}

/** So many alerts fire from then on. */
export function fires(
  minutes: number,
  firing: number,
  {
    severity = 'P1',
    total = Math.max(firing, 1),
    type = 'alerts-changed',
    fired = firing > 0,
    muted = false,
    ...more
  }: AlertsNow = {},
): MachineEvent {
  const now = { ...settings, ...more.settings }
  return {
    at: minutes * minute,
    type,
    firing,
    total,
    severity,
    fired,
    settings: now,
    ...(muted ? { muted } : {}),
    ...(more.openedBefore === undefined ? {} : { openedBefore: more.openedBefore }),
  }
}

export interface TestWorld {
  readonly policies?: readonly EscalationPolicy[]
  /** Nothing counts after so many minutes. */
  readonly untilMin?: number
  readonly opened?: AlertsNow & { readonly firing?: number }
  readonly notify?: Readonly<Record<string, readonly NotificationRule[]>>
  readonly deliver?: (page: Page, at: number) => Delivery
  readonly paging?: (at: number) => Partial<PagingContextAt>
}

/** One incident, opened at minute 0, in which that happens. Ana has two contacts, carl none. */
export function storyOf(events: readonly MachineEvent[], world: TestWorld = {}): Simulated {
  const { policies = [twoSteps], untilMin = 24 * 60, opened = {}, notify = {}, deliver, paging } = world
  const contacts: Readonly<Record<string, readonly string[]>> = { ana: ['slack', 'webhook'], carl: [] }
  const { firing = 1, ...more } = opened
  const first = fires(0, firing, { ...more, type: 'opened' })
  return simulate({
    start: newIncident(42, more.severity ?? 'P1', { ...settings, ...more.settings }),
    events: [first, ...events],
    until: untilMin * minute,
    policyOf: (name) => policies.find((one) => one.name === name) ?? twoSteps,
    ...(deliver === undefined ? {} : { deliver }),
    pagingAt: (at) => ({
      service: 'shop',
      maintenance: [],
      teams: {},
      calendars: {},
      alertsBegan: [],
      onCall: () => undefined,
      reachable: (person) => {
        const rules = notify[person]
        return {
          contacts: (contacts[person] ?? ['webhook']).map((channel) => ({ channel })),
          ...(rules === undefined ? {} : { notify: rules }),
        }
      },
      ...paging?.(at),
    }),
  })
}

/** `5 step ben`, `5 page ben`: what came of it, as words. */
export function told({ entries }: Simulated): string[] {
  return entries.map((entry) => {
    const who =
      'person' in entry ? [entry.person] : 'people' in entry ? entry.people : 'by' in entry ? [entry.by] : []
    const place = 'step' in entry && entry.kind !== 'page' ? [`${entry.kind} ${entry.step}`] : [entry.kind]
    const about = entry.kind === 'message' ? [entry.about] : []
    return [entry.at / minute, ...place, ...about, ...who].join(' ')
  })
}

/** The same of pages alone: `5 ben`. */
export function pagesTold({ entries }: Simulated): string[] {
  return entries.flatMap((entry) =>
    entry.kind === 'page' || entry.kind === 'message' || entry.kind === 'notice'
      ? [`${entry.at / minute} ${entry.person}`]
      : [],
  )
}
