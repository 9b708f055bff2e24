import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EscalationPolicy } from '../../../src/domain/configuration/escalation-policy.ts'
import { decide } from '../../../src/domain/incident/decide.ts'
import type { Change } from '../../../src/domain/incident/effect.ts'
import type { CommandEvent } from '../../../src/domain/incident/event.ts'
import { duesOf, isOver, outlineOf } from '../../../src/domain/incident/outline.ts'
import { replay } from '../../../src/domain/incident/run.ts'
import type { MachineState } from '../../../src/domain/incident/state.ts'
import { nowDoing } from '../../../src/domain/incident/now-doing.ts'
import { sentenceOf } from '../../../src/domain/facts/sentence.ts'
import { createRandomWorld, type RandomWorld, type Taken } from './random-world.ts'

/** What happens next in a random story; `wait` lets time pass, and with it whatever falls due. */
type Deed =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'alerts'; readonly firing: number; readonly severity: 'P0' | 'P1' | 'P2' | 'P3' }
  | { readonly kind: 'command'; readonly command: Plain<CommandEvent>; readonly actor: string }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'page'; readonly which: number; readonly state: 'sent' | 'failed' | 'unknown' }
  | {
      readonly kind: 'task'
      readonly which: number
      readonly end: 'helped' | 'handed-over' | 'nothing-to-try'
    }
  | { readonly kind: 'configuration'; readonly rules: number; readonly maintenanceMs: number }
type Plain<Event> = Event extends CommandEvent ? Omit<Event, 'actor' | 'commandId'> : never

const minute = 60_000
const people = ['ana', 'ben', 'carl', 'dora']
const person = fc.constantFrom(...people)
const severity = fc.constantFrom('P0' as const, 'P1' as const, 'P2' as const, 'P3' as const)
const duration = fc.integer({ min: 1, max: 90 }).map((minutes) => minutes * minute)

const command: fc.Arbitrary<Plain<CommandEvent>> = fc.oneof(
  fc.record({
    type: fc.constantFrom('acknowledge' as const, 'take-over' as const),
    forMs: fc.option(duration),
  }),
  fc.record({ type: fc.constant('snooze' as const), forMs: duration }),
  fc.record({ type: fc.constant('hand-over' as const), to: person }),
  fc.constant({ type: 'escalate' } as const),
  fc.record({
    type: fc.constant('escalate' as const),
    asOf: fc.record({ step: fc.integer({ min: 1, max: 3 }), round: fc.integer({ min: 0, max: 3 }) }),
  }),
  fc.record({ type: fc.constant('resolve' as const), anyway: fc.boolean() }),
  fc
    .record({ type: fc.constant('set-severity' as const), severity })
    .map((one) => ({ ...one, settings: noSettings })),
  fc
    .record({ policy: fc.constantFrom('default', 'other'), keep: fc.boolean() })
    .map((one) => ({ ...one, type: 'apply-policy' as const, kept: null, settings: noSettings })),
  fc.constantFrom(
    { type: 'stop-automation', reason: 'odd' } as const,
    { type: 'resume-automation', reason: 'fine' } as const,
    { type: 'note', text: 'looks like the disk' } as const,
    { type: 'merge', into: 7, target: 'told', reason: 'the same disk' } as const,
    { type: 'merge', into: 7, target: 'not-told', reason: 'the same disk' } as const,
    { type: 'unmerge', reason: 'another disk' } as const,
  ),
)
/** The world has what counts. */
const noSettings = { policy: '', stableForMs: 0, headStartMs: 0, remediates: false, stillFiringAfterMs: null }

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.integer({ min: 0, max: 20 * minute }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('alerts' as const),
      firing: fc.integer({ min: 0, max: 5 }),
      severity,
    }),
  },
  // Ends of incidents are rarer than what goes on in them.
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('command' as const),
      command: command.filter(({ type }) => type !== 'resolve'),
      actor: person,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('command' as const), command, actor: person }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'repeat' } as const) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('page' as const),
      which: fc.nat(20),
      state: fc.constantFrom('sent' as const, 'failed' as const, 'unknown' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('task' as const),
      which: fc.nat(5),
      end: fc.constantFrom('helped' as const, 'handed-over' as const, 'nothing-to-try' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('configuration' as const),
      rules: fc.nat(3),
      maintenanceMs: fc.constantFrom(0, 0, 15 * minute),
    }),
  },
)

const target = fc.constantFrom('ana', 'ben', 'carl', 'dora')
const step = fc.record(
  {
    notify: fc.uniqueArray(target, { minLength: 1, maxLength: 2 }),
    ackTimeoutMs: duration,
    acknowledge: fc.constant('each' as const),
    when: fc.constant({ moreThan: 2, withinMs: 10 * minute }),
  },
  { requiredKeys: ['notify', 'ackTimeoutMs'] },
)
const policy: fc.Arbitrary<EscalationPolicy> = fc.record({
  name: fc.constant('default'),
  steps: fc.array(step, { minLength: 1, maxLength: 3 }),
  repeat: fc.nat(2),
  fallback: fc.uniqueArray(target, { maxLength: 1 }),
  executives: fc.constant(['dora']),
})

const story = fc.record({
  policy,
  other: policy.map((one) => ({ ...one, name: 'other' })),
  headStartMs: fc.constantFrom(0, 3 * minute),
  remediates: fc.boolean(),
  stillFiringAfterMs: fc.constantFrom(null, 10 * minute),
  deeds: fc.array(deed, { minLength: 1, maxLength: 60 }),
})

/** Tells a random story, and looks at every decision. */
function tell(
  given: typeof story extends fc.Arbitrary<infer Story> ? Story : never,
  look: (world: RandomWorld, taken: Taken) => void,
) {
  const world = createRandomWorld(given, (taken) => look(world, taken))
  world.open()
  for (const one of given.deeds) {
    switch (one.kind) {
      case 'wait':
        world.wait(one.ms)
        break
      case 'alerts':
        world.alerts(one.firing, one.severity)
        break
      case 'command':
        world.command(one.command, one.actor)
        break
      case 'repeat':
        world.repeat()
        break
      case 'page':
        world.endPage(one.which, one.state)
        break
      case 'task':
        world.endTask(one.which, one.end)
        break
      case 'configuration':
        world.configure(one.rules, one.maintenanceMs)
        break
    }
  }
  return world
}

const runs = { numRuns: 1_000 }

describe('every incident, whatever happens to it', { timeout: 60_000 }, () => {
  it('is decided on without an error, as plain JSON that stays small', () => {
    fc.assert(
      fc.property(story, (given) => {
        tell(given, (_world, { state, facts }) => {
          expect(JSON.parse(JSON.stringify(state))).toEqual(state)
          expect(JSON.stringify(state).length).toBeLessThan(16 * 1_024)
          for (const { fact, actor } of facts)
            expect(sentenceOf(fact, actor)).not.toMatch(/undefined|null|NaN/)
          expect(nowDoing(state)).not.toMatch(/undefined|null|NaN/)
        })
      }),
      runs,
    )
  })

  it('can be proved by its events', () => {
    fc.assert(
      fc.property(story, (given) => {
        const world = tell(given, () => undefined)
        expect(replay(world.start, world.events)).toEqual(world.state())
      }),
      runs,
    )
  })

  it('has something to wait for, or a reason, while it fires and nobody owns it', () => {
    fc.assert(
      fc.property(story, (given) => {
        tell(given, (world, { state }) => {
          if (state.phase !== 'open' || state.owner !== null) return
          expect(world.hasReason() ? 'a reason' : JSON.stringify(state.escalation)).toBe('a reason')
        })
      }),
      runs,
    )
  })

  it('has nothing overdue once its clock ticked', () => {
    fc.assert(
      fc.property(story, (given) => {
        tell(given, (_world, { state, event }) => {
          if (event.type === 'tick') expect(duesOf(state).filter(({ at }) => at <= event.at)).toEqual([])
        })
      }),
      runs,
    )
  })

  it('ends once it is resolved: nothing is due but its review and the look at what still fires', () => {
    fc.assert(
      fc.property(story, (given) => {
        const world = tell(given, (_world, { state, changes }) => {
          if (state.phase !== 'resolved') return
          const due = duesOf(state).map(({ at }) => at)
          const allowed = [state.closing?.reviewAt, state.closing?.successorAt].filter((at) => at != null)
          expect(due).toEqual(allowed)
          expect(changes.filter(({ type }) => type === 'queue-pages')).toEqual([])
        })
        if (world.state().phase !== 'resolved') world.resolve()
        world.finish()
        expect(isOver(outlineOf(world.state()))).toBe(true)
      }),
      runs,
    )
  })

  it('queues every page once', () => {
    fc.assert(
      fc.property(story, (given) => {
        const seen = new Set<string>()
        tell(given, (_world, { changes }) => {
          for (const { id } of pagesIn(changes)) {
            expect(seen.has(id) ? id : 'new').toBe('new')
            seen.add(id)
          }
        })
      }),
      runs,
    )
  })

  it('pages nobody for what they own, unless it got worse or grew', () => {
    fc.assert(
      fc.property(story, (given) => {
        tell(given, (_world, { before, state, changes, event }) => {
          const owner = before.owner?.person
          if (owner === undefined || state.owner?.person !== owner) return
          const toOwner = pagesIn(changes).filter((page) => page.person === owner && page.kind === 'page')
          expect(toOwner).toEqual([])
          for (const { kind } of pagesIn(changes)) {
            if (kind === 'worse') expect(state.severity < before.severity).toBe(true)
            if (kind === 'again') expect(before.phase).toBe('monitoring')
            if (kind !== 'grown') continue
            expect(state.alerts.firing).toBeGreaterThan(before.owner?.toldFiring ?? Infinity)
            // At the end of a group interval they hear of what joined before.
            if (event.type !== 'tick') expect(state.alerts.firing).toBeGreaterThan(before.alerts.firing)
          }
        })
      }),
      runs,
    )
  })

  it('answers a repeated command as the first, and changes nothing', () => {
    fc.assert(
      fc.property(story, (given) => {
        const world = tell(given, () => undefined)
        const repeated = world.commands().at(-1)
        if (repeated === undefined || !isRemembered(world.state(), repeated)) return
        const before = world.state()
        const { state, effects, facts, answer } = decide(before, { ...repeated, at: repeated.at + minute })
        expect(state).toEqual({ ...before, decisions: before.decisions + 1 })
        expect([effects, facts]).toEqual([[], []])
        expect(answer).toEqual(
          before.answered.find(({ commandId }) => commandId === repeated.commandId)?.answer,
        )
      }),
      runs,
    )
  })

  it('reads a state and an event without changing them', () => {
    fc.assert(
      fc.property(story, (given) => {
        tell(given, (_world, { before, event }) => {
          const [frozenState, frozenEvent] = [structuredClone(before), structuredClone(event)]
          decide(before, event)
          expect([before, event]).toEqual([frozenState, frozenEvent])
        })
      }),
      { numRuns: 200 },
    )
  })
})

function isRemembered({ answered }: MachineState, { commandId }: CommandEvent): boolean {
  return answered.some((one) => one.commandId === commandId)
}

function pagesIn(changes: readonly Change[]) {
  return changes.flatMap((change) => (change.type === 'queue-pages' ? change.pages : []))
}
