import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import type { EscalationPolicy } from '../../src/domain/configuration/escalation-policy.ts'
import type { MachineEvent } from '../../src/domain/incident/event.ts'
import { simulate } from '../../src/domain/incident/simulate.ts'
import type { Page } from '../../src/domain/page/page.ts'
import type { Schedule } from '../../src/domain/on-call/schedule.ts'
import { type Case, type Fields, listOf, readCases } from '../support/cases.ts'
import { type IncidentRules, minute } from '../support/incident-configuration.ts'
import { type Incidents, type IncidentStory, startIncidents } from '../support/incidents.ts'
import { user } from '../support/pages.ts'
import { type EscalationCase, escalationCase, timeOf } from '../domain/escalate/escalation-case.ts'

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

const earlyMs = 1_000
const hook = { channel: 'webhook', url: '${env:HOOK}' } as const

const isStory = ({ area, input }: Case) =>
  area === 'escalation' &&
  // Held steps and edited ones are tables; a worker that is away is a story of its own.
  ['resumesAt', 'window', 'alertsMin', 'deleted', 'downMin'].every((field) => input[field] === undefined)

describe('the store pages whom the simulation says', () => {
  const stories = readCases<Case>('on-call').filter(isStory)
  it.skipIf(stories.length > 0)('has no stories in this directory', () => expect(stories).toEqual([]))

  it.each(stories.map((story) => [story.id, story.title, story.input] as const))(
    '%s %s',
    async (_id, _title, input) => {
      const given = escalationCase(input)
      const untilMs = storyMs(given) + minute / 2
      const { pages } = simulate({ ...given.world, until: untilMs })
      expect(await pagesOnStore(input, given, untilMs)).toEqual(rowsOf(pages, 0))
    },
  )
})

/** Until the last thing that happens, or the policy has come to its end. */
function storyMs({ policy, events, wholeMs }: EscalationCase): number {
  const last = Math.max(0, ...events.map(({ at }) => at))
  const policyMs =
    policy.steps.reduce((sum, { ackTimeoutMs = 0 }) => sum + ackTimeoutMs, 0) * (policy.repeat + 1)
  return Math.min(Math.max(last + 60 * minute, policyMs), wholeMs, 6 * 60 * minute)
}

/** `[minute, person, contact]` */
type Row = readonly [number, string, number]

/** Pages of steps that a provider took. */
function rowsOf(pages: readonly Page[], start: number): Row[] {
  return pages
    .filter(({ kind, state }) => kind === 'page' && state === 'sent')
    .map(({ createdAt, person, contact }): Row => {
      return [Math.round((Date.parse(createdAt) - start) / minute), person, contact]
    })
    .toSorted(inOrder)
}

function inOrder(a: Row, b: Row): number {
  return a[0] - b[0] || a[1].localeCompare(b[1]) || a[2] - b[2]
}

async function pagesOnStore(input: Fields, given: EscalationCase, untilMs: number): Promise<Row[]> {
  const start = incidents.now()
  const rulesAt = (atMs: number, policy: EscalationPolicy): IncidentRules => ({
    policy: { ...policy, name: 'default' },
    // What follows an incident is no part of these stories.
    route: { stillFiringAfterMs: 365 * 24 * 60 * minute },
    more: configurationAt(input, given, { start, atMs }),
  })
  let { policy } = given
  const { world, story } = await incidents.begin(rulesAt(0, policy))
  await story.fire()
  let nowMs = 0
  for (const event of given.events) {
    // At one instant people come before timers.
    const at = Math.max(event.at - earlyMs, nowMs)
    await incidents.sleep(at - nowMs)
    nowMs = at
    if (event.type === 'apply-policy') policy = given.world.policyOf(event.policy)
    world.rules = rulesAt(event.at, policy)
    await incidents.save(world)
    await happen(story, event)
  }
  await incidents.sleep(untilMs - nowMs)
  return rowsOf(await story.stored(), start)
}

/** What people do; a refusal is told by the simulation, and by pages that do not come. */
async function happen(story: IncidentStory, event: MachineEvent): Promise<void> {
  const refused = (error: unknown) => expect(error).toMatchObject({ name: 'CommandRefused' })
  switch (event.type) {
    case 'acknowledge':
      await story.give('acknowledge', event.actor).catch(refused)
      return
    case 'resolve':
      await story.give('resolve', event.actor, { anyway: true }).catch(refused)
      return
    case 'escalate':
      await story
        .give('escalateNow', event.actor, event.asOf === undefined ? {} : { asOf: event.asOf })
        .catch(refused)
      return
    case 'apply-policy':
      await story.give('applyPolicy', event.actor, { keep: event.keep }).catch(refused)
      return
    case 'configuration-changed':
      return story.tellConfigurationChanged()
    default:
      throw new Error(`a case has ${event.type}, which nobody does here`)
  }
}

interface Moment {
  readonly start: number
  readonly atMs: number
}

/** People with their rules as they are then, the schedule of a hand-off, and maintenance. */
function configurationAt(
  input: Fields,
  given: EscalationCase,
  { start, atMs }: Moment,
): Partial<Configuration> {
  const { contacts, policy, events, world } = given
  const names = [...peopleIn(policy), ...policiesIn(events, world).flatMap(peopleIn), ...handOff(input)]
  const users = Object.fromEntries(
    [...new Set(names)].map((name) => {
      const notify = given.rulesOf(name, atMs)
      const ways = Array.from({ length: Math.max(contacts.length, 1) }, () => hook)
      return [name, { ...user(name, ways), ...(notify === undefined ? {} : { notify }) }]
    }),
  )
  const ends = timeOf(input, 'maintenanceEnds')
  const maintenance = ends === undefined ? [] : [{ from: 0, to: start + ends, reason: 'maintenance' }]
  return {
    users,
    schedules: { 'hand-off': scheduleOf(input, start) },
    services: { feed: { name: 'feed', maintenance } },
  }
}

function policiesIn(
  events: readonly MachineEvent[],
  { policyOf }: EscalationCase['world'],
): EscalationPolicy[] {
  return events.flatMap((event) => (event.type === 'apply-policy' ? [policyOf(event.policy)] : []))
}

function peopleIn({ steps, fallback }: EscalationPolicy): string[] {
  return [...steps.flatMap(({ notify }) => notify), ...fallback].filter(
    (target) => typeof target === 'string',
  )
}

function handOff(input: Fields): string[] {
  return [...listOf<string>(input['before']), ...listOf<string>(input['after'])]
}

function scheduleOf(input: Fields, start: number): Schedule {
  const handoff = start + (timeOf(input, 'handoffAt') ?? 0)
  const day = 24 * 60 * minute
  const shifts = [
    { from: start - day, to: handoff, people: listOf<string>(input['before']) },
    { from: handoff, to: start + 7 * day, people: listOf<string>(input['after']) },
  ]
  return {
    name: 'hand-off',
    title: 'Hand-off',
    timeZone: 'UTC',
    layers: [{ name: 'only', priority: 1, windows: [], turns: { kind: 'shifts', shifts } }],
    overrides: [],
    temporary: [],
    swaps: [],
  }
}
