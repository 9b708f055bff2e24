import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Configuration, EscalationPolicy } from '../../src/domain/configuration.ts'
import { simulateEscalation } from '../../src/domain/escalate-model.ts'
import type { ModelEntry, ModelEvent } from '../../src/domain/escalate-model-world.ts'
import type { Schedule } from '../../src/domain/on-call/schedule.ts'
import { type Case, type Fields, listOf, readCases } from '../support/cases.ts'
import { type IncidentRules, minute } from '../support/incident-configuration.ts'
import { type Incidents, type IncidentStory, startIncidents } from '../support/incidents.ts'
import { user } from '../support/pages.ts'
import { startTimeSkipping } from '../support/temporal.ts'
import { type EscalationCase, escalationCase, timeOf } from '../domain/escalation-case.ts'

let incidents: Incidents

/**
 * Each story has a server of its own: after ten or so of them the time-skipping server was seen to hand out no further update, for good,
 * while queries and activities went on.
 */
const oneStory = { timeout: 60_000 }

beforeEach(async () => {
  incidents = await startIncidents(startTimeSkipping)
}, 60_000)
afterEach(() => incidents?.stop(), 60_000)

/** Told on the workflow itself, people do things this long before the timers that the model lets them win against. */
const earlyMs = 1_000
const hook = { channel: 'webhook', url: '${env:HOOK}' } as const

const isStory = ({ area, input }: Case) =>
  area === 'escalation' &&
  // Held steps and edited ones are tables; a worker that is away is a story of its own.
  ['resumesAt', 'window', 'alertsMin', 'deleted', 'downMin'].every((field) => input[field] === undefined)

describe('the workflow pages whom the model says', oneStory, () => {
  const stories = readCases<Case>('on-call').filter(isStory)
  it.skipIf(stories.length > 0)('has no stories in this directory', () => expect(stories).toEqual([]))

  it.each(stories.map((story) => [story.id, story.title, story.input] as const))(
    '%s %s',
    async (_id, _title, input) => {
      const given = escalationCase(input)
      const untilMs = storyMs(given) + minute / 2
      const wanted = simulateEscalation({ ...given.world, untilMs }).entries
      expect(await pagesOnWorkflow(input, given, untilMs)).toEqual(wanted.flatMap(pageIn).toSorted(inOrder))
    },
  )
})

/** Until the last thing that happens, or the policy has come to its end. */
function storyMs({ world, wholeMs }: EscalationCase): number {
  const last = Math.max(0, ...world.events.map(({ atMs }) => atMs))
  const { steps, repeat } = world.policy
  const policyMs = steps.reduce((sum, { ackTimeoutMs = 0 }) => sum + ackTimeoutMs, 0) * (repeat + 1)
  return Math.min(Math.max(last + 60 * minute, policyMs), wholeMs, 6 * 60 * minute)
}

/** `[minute, person, contact]` */
type Row = readonly [number, string, number]

function pageIn(entry: ModelEntry): Row[] {
  return entry.kind === 'page' ? [[Math.round(entry.atMs / minute), entry.person, entry.contact]] : []
}

function inOrder(a: Row, b: Row): number {
  return a[0] - b[0] || a[1].localeCompare(b[1]) || a[2] - b[2]
}

async function pagesOnWorkflow(input: Fields, given: EscalationCase, untilMs: number): Promise<Row[]> {
  const start = await incidents.now()
  const rulesAt = (atMs: number, policy: EscalationPolicy): IncidentRules => ({
    policy: { ...policy, name: 'default' },
    more: configurationAt(input, given, { start, atMs }),
  })
  let { policy } = given.world
  const { world, story } = await incidents.begin(rulesAt(0, policy))
  await story.fire()
  await story.until(() => story.status().then(({ state }) => state)).toBe('open')
  let nowMs = 0
  for (const event of given.world.events.toSorted((a, b) => a.atMs - b.atMs)) {
    const at = Math.max(event.atMs - earlyMs, nowMs)
    await incidents.sleep(at - nowMs)
    nowMs = at
    if (event.kind === 'apply-policy') policy = event.policy
    world.rules = rulesAt(event.atMs, policy)
    await incidents.save(world)
    await happen(story, event)
  }
  // With no workflow left to skip for, the server would let the time pass as it is.
  if ((await story.newest()).state !== 'resolved') await incidents.sleep(untilMs - nowMs)
  await story
    .until(async () => (await story.stored()).every(({ finishedAt }) => finishedAt !== null))
    .toBe(true)
  const pages = (await story.stored()).filter(({ kind, state }) => kind === 'page' && state === 'sent')
  return pages
    .map(
      ({ createdAt, person, contact }): Row => [
        Math.round((Date.parse(createdAt) - start) / minute),
        person,
        contact,
      ],
    )
    .toSorted(inOrder)
}

/** What people do; a refusal is told by the model, and by pages that do not come. */
async function happen(story: IncidentStory, event: ModelEvent): Promise<void> {
  const give = async (update: string, actor: string, more: object = {}) => {
    const command = { ...(await story.command(actor)), ...more }
    await story.handle.executeUpdate(update, { args: [command] }).catch((error: unknown) => {
      expect(String(error)).toMatch(/Workflow Update failed|not found|already completed/i)
    })
  }
  // The API refuses every command to an incident that is over.
  if ((await story.newest()).state === 'resolved') return
  switch (event.kind) {
    case 'acknowledge':
      return give('acknowledge', event.by)
    case 'resolve':
      await give('resolve', event.by ?? 'ana')
      await story.until(async () => (await story.newest()).state).toBe('resolved')
      return
    case 'escalate':
      return give('escalateNow', event.by ?? 'ana', event.asOf === undefined ? {} : { asOf: event.asOf })
    case 'apply-policy':
      return give('applyPolicy', 'ana', { keep: event.keep })
    case 'look-again':
      return story.handle.signal('configurationChanged')
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
  const { contacts, world } = given
  const names = [...peopleIn(world.policy), ...policiesIn(world.events).flatMap(peopleIn), ...handOff(input)]
  const users = Object.fromEntries(
    [...new Set(names)].map((name) => {
      const notify = world.rulesOf(name, atMs)
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

function policiesIn(events: readonly ModelEvent[]): EscalationPolicy[] {
  return events.flatMap((event) => (event.kind === 'apply-policy' ? [event.policy] : []))
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
