import type { Calendar } from '../configuration/people.ts'
import type { EscalationPolicy, NotifyTarget } from '../configuration/escalation-policy.ts'
import {
  ackTimeoutOf,
  type EscalationPosition,
  firstPosition,
  nextPosition,
  outsideSteps,
  pagesFor,
  type Recipient,
  stepAt,
} from '../escalate/escalate.ts'
import { holdOf } from '../escalate/hold.ts'
import { rulesFor } from '../escalate/rules.ts'
import { type ResolvedTargets, resolveTargets, targetName } from '../escalate/targets.ts'
import { nextInside } from '../on-call/business-hours.ts'
import type { Reading } from './effect.ts'
import type { PersonPageKind, ReadingEvent, StepReading, WhomReading } from './event.ts'
import type { GroupLook, PagingWorld } from './paging-world.ts'
import { dueOf, rulesReading, soonestRule } from './rules-reading.ts'

/*
 * What a decision asks for, worked out from what is configured and who is on call at that moment. Whoever keeps incidents (the store, a
 * simulation) gathers the world; these functions are the same for all of them.
 */

/** Answers a reading at `at`, epoch milliseconds. */
export function readingOf(
  world: PagingWorld,
  reading: Exclude<Reading, { type: 'open-successor' }>,
  at: number,
): ReadingEvent {
  switch (reading.type) {
    case 'read-step':
      return { type: 'step-read', reading: stepReading(world, reading, at) }
    case 'read-wait':
      return {
        type: 'wait-read',
        position: reading.position,
        ackTimeoutMs: timeoutOf(world, reading.position.step),
      }
    case 'read-fallback': {
      return { type: 'fallback-read', policy: world.policy.name, whom: fallbackOf(world, reading.round) }
    }
    case 'read-notices':
      return { type: 'notices-read', whom: noticesOf(world) }
    case 'read-rules':
      return rulesReading(world, reading, at)
    case 'read-group':
      return groupReading(world, reading)
    case 'read-person':
      return personReading(world, reading)
  }
}

function stepReading(
  world: PagingWorld,
  { position, urged, begun }: Extract<Reading, { type: 'read-step' }>,
  at: number,
): StepReading {
  const { policy, severity } = world
  const step = stepAt(policy, position.step)
  const next = nextSince(policy, position, begun)
  const targets = next === null ? policy.fallback : (stepAt(policy, next.step)?.notify ?? [])
  const following = targets.map(targetName)
  if (step === undefined) return { position, ...nobody, next, following }
  const hold = holdOf(step, holdFacts(world, at), urged)
  if (hold !== undefined) return { position, hold }
  const whom = whomOf(world, step.notify, position)
  const ackTimeoutMs = ackTimeoutOf(policy, step, severity)
  return {
    position,
    ...whom,
    hold: null,
    ackTimeoutMs,
    next,
    following,
    ...expectedAt(world, targets, at + ackTimeoutMs),
    each: step.acknowledge === 'each',
    nextRuleInMs: soonestRule(world, whom.paged, 0),
  }
}

/** Whom targets will come to, as schedules stand now. */
function expectedAt(world: PagingWorld, targets: readonly NotifyTarget[], at: number) {
  if (targets.every((target) => typeof target === 'string')) return {}
  const resolved = resolveTargets(targets, world, (schedule) => world.onCall(schedule, at))
  return { expected: peopleOf(resolved) }
}

/** Rounds are counted over the whole incident, and the policy's repeats from where its steps were begun. */
function nextSince(
  policy: EscalationPolicy,
  { step, round }: EscalationPosition,
  begun: number,
): EscalationPosition | null {
  const next = nextPosition(policy, { step, round: round - begun })
  return next === null ? null : { ...next, round: next.round + begun }
}

/** A step that the policy does not have: passed over. */
const nobody = {
  hold: null,
  notified: [],
  paged: [],
  empty: [],
  pages: [],
  ackTimeoutMs: 0,
  each: false,
  nextRuleInMs: null,
} as const

function holdFacts({ service, maintenance, suppression, calendars, alertsBegan }: PagingWorld, at: number) {
  const opensAt = (calendar: Calendar, instant: number) => nextInside(calendar, instant)
  return {
    at,
    service,
    maintenance,
    calendars,
    alertsBegan,
    opensAt,
    ...(suppression === undefined ? {} : { suppression }),
  }
}

/** Whom targets come to, and their pages that are due at once. */
function whomOf(
  world: PagingWorld,
  targets: readonly NotifyTarget[],
  position: EscalationPosition,
): WhomReading {
  const resolved = resolveTargets(targets, world, world.onCall)
  const recipients = dueOf(world, peopleOf(resolved), null, 0)
  const pages = pagesFor(world.incident, position, recipients, world.reachable)
  return { ...resolved, paged: reachablePeople(world, resolved), pages }
}

/** The last resort is paged at once: those whose own rules are for later, by the first of them. */
function fallbackOf(world: PagingWorld, round: number): WhomReading {
  const { policy, severity, reachable, incident } = world
  const resolved = resolveTargets(policy.fallback, world, world.onCall)
  const recipients = peopleOf(resolved).flatMap((person): Recipient[] => {
    const due = dueOf(world, [person], null, 0)
    if (due.length > 0) return due
    const first = rulesFor(reachable(person) ?? { contacts: [] }, severity)[0]
    return first === undefined ? [] : [{ person, contact: first.contact }]
  })
  const pages = pagesFor(incident, { step: outsideSteps, round }, recipients, reachable)
  return { ...resolved, paged: reachablePeople(world, resolved), pages }
}

/** Notices go out once, whatever becomes of the steps. */
function noticesOf(world: PagingWorld): WhomReading {
  const { executives = [] } = world.policy
  const resolved = resolveTargets(executives, world, world.onCall)
  const recipients = peopleOf(resolved).map((person) => ({ person, contact: 0 }))
  const address = { kind: 'notice', step: outsideSteps, round: 0 } as const
  const pages = pagesFor(world.incident, address, recipients, world.reachable)
  return { ...resolved, paged: [...new Set(pages.map(({ person }) => person))], pages }
}

function personReading(
  world: PagingWorld,
  { kind, person, occasion }: Extract<Reading, { type: 'read-person' }>,
): ReadingEvent {
  const address = { kind, step: outsideSteps, round: occasion }
  const pages = pagesFor(world.incident, address, [{ person, contact: 0 }], world.reachable)
  return { type: 'person-read', kind, person, pages, waitMs: waitOf(world, kind) }
}

/** What the store found of its alerts, and a page for each room. A world without alerts of its own has none to tell of. */
function groupReading(
  world: PagingWorld,
  { rooms, occasion }: Extract<Reading, { type: 'read-group' }>,
): ReadingEvent {
  const address = { kind: 'group', step: outsideSteps, round: occasion } as const
  const recipients = rooms.map((person) => ({ person, contact: 0 }))
  const pages = pagesFor(world.incident, address, recipients, world.reachable)
  return { type: 'group-read', ...(world.group ?? nothingInGroup), pages }
}

const nothingInGroup: GroupLook = {
  standing: { firing: 0, newlyFiring: 0, newlyResolved: 0, suppressed: 0 },
  longestMs: 0,
}

/** An owner is waited for as long as the first step of the policy would be. */
function waitOf(world: PagingWorld, kind: PersonPageKind): number {
  return kind === 'worse' ? timeoutOf(world, firstPosition.step) : 0
}

/** How long a step of the policy waits at the severity of now; one that it does not have, not at all. */
function timeoutOf({ policy, severity }: PagingWorld, number: number): number {
  const step = stepAt(policy, number)
  return step === undefined ? 0 : ackTimeoutOf(policy, step, severity)
}

/** Those whose rules lead to a contact, now or later. */
function reachablePeople({ severity, reachable }: PagingWorld, resolved: ResolvedTargets): string[] {
  return peopleOf(resolved).filter((person) => {
    const how = reachable(person)
    return how !== undefined && rulesFor(how, severity).some(({ contact }) => how.contacts[contact])
  })
}

function peopleOf({ notified }: ResolvedTargets): string[] {
  return notified.map(({ person }) => person)
}
