import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { incidentWorkflowId } from '../../src/domain/incident/incident.ts'
import type { MachineEvent } from '../../src/domain/incident/event.ts'
import { duesOf } from '../../src/domain/incident/outline.ts'
import { decide } from '../../src/domain/incident/decide.ts'
import { type MachineState, newIncident } from '../../src/domain/incident/state.ts'
import { CommandRefused } from '../../src/postgres/command-refused.ts'
import type { SendOutcome } from '../../src/domain/page/page.ts'
import type { IncidentWorld } from '../support/incident-world.ts'
import type { IncidentStory } from '../support/incidents.ts'
import { failedTasks, type IncidentWorkflows, startIncidentWorkflows } from '../support/incident-workflows.ts'

/*
 * The same as `test/domain/incident/properties.test.ts`, on a sample and on real parts: PostgreSQL, Temporal, the sender of pages and the workflow, where
 * several things happen at once and timers fall due when they do.
 */

let workflows: IncidentWorkflows

beforeAll(async () => {
  workflows = await startIncidentWorkflows()
})
afterAll(() => workflows?.stop())

type Deed =
  | { readonly kind: 'alerts'; readonly status: 'firing' | 'resolved'; readonly which: readonly string[] }
  | { readonly kind: 'severity'; readonly severity: 'P0' | 'P1' | 'P2' }
  | { readonly kind: 'command'; readonly verb: 'acknowledge' | 'takeOver' | 'escalateNow' | 'note' }
  | { readonly kind: 'hand-over' | 'snooze' | 'resolve' | 'configuration' | 'worker' | 'look' }
  | { readonly kind: 'provider'; readonly answers: SendOutcome['kind'] }

interface AttributedDeed {
  readonly deed: Deed
  readonly actor: string
}

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('alerts' as const),
      status: fc.constantFrom('firing' as const, 'firing' as const, 'resolved' as const),
      which: fc.uniqueArray(fc.constantFrom('ios', 'android', 'web'), { minLength: 1 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('command' as const),
      verb: fc.constantFrom(
        'acknowledge' as const,
        'takeOver' as const,
        'escalateNow' as const,
        'note' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('severity' as const),
      severity: fc.constantFrom('P0' as const, 'P1' as const, 'P2' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'hand-over' as const,
        'snooze' as const,
        'resolve' as const,
        'configuration' as const,
        'worker' as const,
        'look' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('provider' as const),
      answers: fc.constantFrom('sent' as const, 'retry' as const, 'final' as const, 'unknown' as const),
    }),
  },
)
const told: fc.Arbitrary<AttributedDeed> = fc.record({ deed, actor: fc.constantFrom('ana', 'ben', 'dora') })
/** What is in one round happens at once. */
const rounds = fc.array(fc.array(told, { minLength: 1, maxLength: 3 }), { minLength: 4, maxLength: 10 })

const steps = [
  { notify: ['ana'], ackTimeoutMs: 150 },
  { notify: ['ben', 'carl'], ackTimeoutMs: 250 },
]
const until = (look: () => unknown) => expect.poll(look, { timeout: 30_000, interval: 25 })

async function refusable(given: Promise<unknown>): Promise<void> {
  await given.catch((error: unknown) => {
    if (!(error instanceof CommandRefused)) throw error
  })
}

function answerOf(kind: SendOutcome['kind']): SendOutcome {
  if (kind === 'retry') return { kind, error: 'answered 503', retryAfterMs: 30 }
  if (kind === 'wait') return { kind, waitMs: 20, reason: 'pace' }
  return kind === 'sent' ? { kind } : { kind, error: 'broke' }
}

/** Something happens; `configuration` and `worker` happen to everybody. */
async function happen(
  story: IncidentStory,
  world: IncidentWorld,
  { deed: one, actor }: AttributedDeed,
): Promise<void> {
  switch (one.kind) {
    case 'alerts':
      return story.apply(one.which.map((name) => story.alert(one.status, name, 'critical')))
    case 'severity':
      return refusable(story.give('setSeverity', actor, { severity: one.severity }))
    case 'command':
      return refusable(story.give(one.verb, actor, { text: 'the disk' } as never))
    case 'hand-over':
      return refusable(story.give('handOver', actor, { to: actor === 'ana' ? 'ben' : 'ana' }))
    case 'snooze':
      return refusable(story.give('snooze', actor, { forMs: 200 }))
    case 'resolve':
      return refusable(story.give('resolve', actor, { anyway: true }))
    case 'configuration':
      return story.tellConfigurationChanged()
    case 'worker':
      return workflows.replaceWorker()
    case 'look':
      return until(async () => nothingOverdue(story)).toEqual([])
    case 'provider':
      world.outcome = () => answerOf(one.answers)
  }
}

/** What should have happened a second ago. */
async function nothingOverdue(story: IncidentStory): Promise<string[]> {
  const overdue = duesOf(await story.machine()).filter(({ at }) => at < Date.now() - 1_000)
  return overdue.map(({ what }) => what)
}

async function incidentsOf(story: IncidentStory): Promise<number[]> {
  const all = await workflows.records.incidents.list({ limit: 1_000 })
  return all.filter(({ groupingKey }) => groupingKey === story.groupingKey).map(({ number }) => number)
}

/** Everything is clear and resolved, and every workflow has ended. */
async function finish(story: IncidentStory, world: IncidentWorld): Promise<void> {
  world.outcome = () => ({ kind: 'sent' })
  await story.apply(['ios', 'android', 'web'].map((name) => story.alert('resolved', name, 'critical')))
  await refusable(story.give('resolve', 'ana', { anyway: true }))
  // What was resolved while alerts fired may just have opened the next.
  for (let ended = -1; ended < (await incidentsOf(story)).length; ) {
    const numbers = await incidentsOf(story)
    for (const number of numbers) await ends(number)
    ended = numbers.length
  }
}

async function ends(number: number): Promise<void> {
  const handle = workflows.temporal.client.workflow.getHandle(incidentWorkflowId(number))
  const status = () =>
    handle.describe().then(
      (described) => described.status.name,
      () => 'not begun',
    )
  const standing = async () => ({
    status: await status(),
    machine: await workflows.records.incidents.machine(number),
  })
  await until(standing).toMatchObject({ status: 'COMPLETED', machine: { phase: 'resolved' } })
  const pages = () => workflows.records.pages.ofIncident(number)
  await until(async () => (await pages()).filter(({ finishedAt }) => finishedAt === null)).toEqual([])
}

/** Decides its stored events anew, and looks at every decision. */
async function provenState(number: number): Promise<MachineState> {
  const [opened, ...later] = await workflows.records.incidents.eventsOf(number)
  if (opened?.type !== 'opened') throw new Error('its first event does not open it')
  let state = newIncident(number, opened.severity, opened.settings)
  for (const event of [opened, ...later]) state = decideAndLook(state, event)
  return state
}

function decideAndLook(before: MachineState, event: MachineEvent): MachineState {
  const { state, effects } = decide(before, event)
  const queued = effects.flatMap((effect) => (effect.type === 'queue-pages' ? effect.pages : []))
  const owner = before.owner?.person
  if (owner !== undefined && state.owner?.person === owner)
    expect(queued.filter(({ person, kind }) => person === owner && kind === 'page')).toEqual([])
  if (state.phase === 'open' && state.owner === null && state.escalation.kind === 'waiting')
    expect(duesOf(state)).not.toEqual([])
  return state
}

describe('random stories on real parts', { timeout: 90_000 }, () => {
  it.each(fc.sample(rounds, { numRuns: 12, seed: 8 }))(
    'end well, whatever happens at once: %#',
    async (...story) => {
      const { world, story: told } = await workflows.begin({
        policy: { steps, fallback: ['dora'], acknowledgedForMs: 400 },
        route: { stableForMs: 100, stillFiringAfterMs: 300 },
      })
      await told.fire('ios')
      for (const round of story) {
        await Promise.all(round.map((one) => happen(told, world, one)))
      }
      await finish(told, world)

      for (const number of await incidentsOf(told)) {
        const handle = workflows.temporal.client.workflow.getHandle(incidentWorkflowId(number))
        expect(await failedTasks(handle)).toEqual([])
        expect(await provenState(number)).toEqual(await workflows.records.incidents.machine(number))
        const entries = await workflows.records.timeline.ofIncident(number)
        const ends = entries.flatMap(({ fact }) => (fact.type === 'page-ended' ? [fact.page] : []))
        expect(ends.toSorted()).toEqual([...new Set(ends)].toSorted())
        const pages = await workflows.records.pages.ofIncident(number)
        expect(pages.filter(({ state }) => state === 'queued' || state === 'sending')).toEqual([])
      }
      const before = (await told.newest()).number
      await told.fire('ios')
      expect((await told.newest()).number).toBeGreaterThan(before)
      await finish(told, world)
    },
  )
})
