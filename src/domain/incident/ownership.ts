import type { Severity } from '../values/severity.ts'
import { done, refused, unchanged } from './answer.ts'
import { firstPosition, type EscalationPosition } from '../escalate/escalate.ts'
import { holdSentence } from '../escalate/hold.ts'
import { formatDuration } from '../values/duration.ts'
import { incidentName } from '../investigate/evidence.ts'
import type { CancelReason } from './effect.ts'
import { enterStep, goOn, restart, stopPaging } from './escalation.ts'
import type { CommandEvent, ReadingEvent } from './event.ts'
import type { Cycle, MachineState } from './state.ts'
import { answer as answered, countOccasion, instant, type Move, move, set, tell, want } from './turn.ts'

/* Whose incident it is: acknowledging, taking over, handing over, snoozing, and what ends that. */

/** How long somebody has to take what is handed over to them. */
export const handOverPatienceMs = 5 * 60_000

type Command<Type extends CommandEvent['type']> = Extract<CommandEvent, { type: Type }>

export function acknowledge(command: Command<'acknowledge'>): Move {
  return (turn) => {
    const { owner, handOver, escalation, incident } = turn.state
    const { actor, forMs } = command
    if (handOver?.to === actor) return takeOver({ ...command, type: 'take-over' })(turn)
    if (owner?.person === actor && escalation.kind === 'asking-owner') return confirm(actor, forMs)(turn)
    if (owner !== null && escalation.kind !== 'asking-owner') {
      return hears(turn.state, actor)
        ? acknowledgeToo(actor)(turn)
        : answered(unchanged(`already acknowledged by ${owner.person}`))(turn)
    }
    const awaiting = awaitedAfter(turn.state, actor)
    const until = untilOf(turn.at, forMs)
    const rest =
      awaiting.length === 0
        ? 'nobody else is paged'
        : `${awaiting.join(', ')} must acknowledge too, and is paged on`
    return move(
      turn,
      own(actor, forMs, 'acknowledged'),
      tell({ type: 'acknowledged', until, awaiting }, actor),
      answered(done(`${incidentName(incident)} acknowledged; ${rest}`)),
    )
  }
}

/** Makes `actor` the owner and stops paging, but for those who must acknowledge too. */
function own(actor: string, forMs: number | null, why: CancelReason): Move {
  return (turn) => {
    const { state, at } = turn
    const cycles = cyclesAfter(state, actor)
    const until = forMs === null ? null : at + forMs
    return move(
      turn,
      set({
        owner: { person: actor, since: at, until, toldFiring: state.alerts.firing },
        handOver: null,
        cycles,
        automation: { ...state.automation, peopleTookOver: true },
      }),
      stopPaging(why, actor, peopleOf(cycles)),
      tellAcknowledged,
    )
  }
}

/** Everybody who heard of it hears that somebody has it. */
const tellAcknowledged: Move = (turn) => {
  const { occasions, owner } = turn.state
  return move(
    turn,
    want({
      type: 'follow-up',
      kind: 'acknowledged',
      occasion: occasions.acknowledged,
      actor: owner?.person ?? null,
    }),
    countOccasion('acknowledged'),
  )
}

/** The owner has it still, although it became worse. */
function confirm(actor: string, forMs: number | null): Move {
  return (turn) =>
    move(
      turn,
      own(actor, forMs, 'acknowledged'),
      tell({ type: 'confirmed' }, actor),
      answered(done('acknowledged: you still have it')),
    )
}

/** One of those who must each acknowledge did. */
function acknowledgeToo(actor: string): Move {
  return (turn) => {
    const cycles = cyclesAfter(turn.state, actor)
    const awaiting = peopleOf(cycles)
    const asked = turn.state.handOver === null ? [] : [turn.state.handOver.to]
    return move(
      turn,
      set({ cycles }),
      want({ type: 'cancel-pages', why: 'acknowledged-too', actor, except: [...awaiting, ...asked] }),
      tell({ type: 'acknowledged-too', awaiting }, actor),
      answered(done('acknowledged too')),
    )
  }
}

/** Makes somebody the owner, whoever was before. */
export function takeOver({ actor, forMs }: Command<'take-over'>): Move {
  return (turn) => {
    const before = turn.state.owner?.person ?? null
    if (before === actor)
      return turn.state.escalation.kind === 'asking-owner'
        ? confirm(actor, forMs)(turn)
        : answered(unchanged('you have it already'))(turn)
    return move(
      turn,
      own(actor, forMs, 'took-over'),
      tell({ type: 'took-over', from: before, until: untilOf(turn.at, forMs) }, actor),
      answered(done(before === null ? 'you have it' : `you have it now, instead of ${before}`)),
    )
  }
}

/** Quiet for a while; then it escalates again. */
export function snooze({ actor, forMs }: Command<'snooze'>): Move {
  return (turn) =>
    move(
      turn,
      own(actor, forMs, 'snoozed'),
      tell({ type: 'snoozed', forMs, until: instant(turn.at + forMs) }, actor),
      answered(
        done(`you have it; it escalates again in ${formatDuration(forMs)} unless it is resolved by then`),
      ),
    )
}

/** Asks somebody to take it. Whoever has it keeps it until they do: an incident is never without an owner for being passed on. */
export function handOver({ actor, to, commandId }: Command<'hand-over'>): Move {
  return (turn) => {
    const { owner, occasions } = turn.state
    if (to === owner?.person) return answered(unchanged(`${to} has it already`))(turn)
    return move(
      turn,
      set({ handOver: { commandId, by: actor, to, pages: [], dueAt: null } }),
      want({ type: 'read-person', kind: 'hand-over', person: to, occasion: occasions.handOver }),
      countOccasion('handOver'),
    )
  }
}

/** What was read of somebody who is to be asked or told. */
export function personRead(reading: Extract<ReadingEvent, { type: 'person-read' }>): Move {
  switch (reading.kind) {
    case 'hand-over':
      return handOverRead(reading)
    case 'worse':
      return ownerRead(reading)
    case 'grown':
      return want({ type: 'queue-pages', pages: reading.pages })
  }
}

function handOverRead({ person, pages }: Extract<ReadingEvent, { type: 'person-read' }>): Move {
  return (turn) => {
    const { handOver: asked } = turn.state
    // It was declined, and this page tells whoever has it.
    if (asked === null || asked.to !== person) return want({ type: 'queue-pages', pages })(turn)
    if (pages.length === 0) {
      const refusal = refused(`${person} has no contact, so cannot be asked to take it`)
      return move(turn, set({ handOver: null }), answered(refusal))
    }
    return move(
      turn,
      set({ handOver: { ...asked, pages: pages.map(({ id }) => id) } }),
      want({ type: 'queue-pages', pages }),
      tell({ type: 'handed-over', to: person }, asked.by),
      answered(done(`paged ${person}, who owns it once they acknowledge`)),
    )
  }
}

/** Whoever was asked to take it did not. */
export const handOverDeclined: Move = (turn) => {
  const { handOver: asked, owner, occasions } = turn.state
  if (asked === null) return turn
  return move(
    turn,
    set({ handOver: null }),
    tell({ type: 'hand-over-declined', to: asked.to, owner: owner?.person ?? null }),
    want({
      type: 'read-person',
      kind: 'hand-over',
      person: owner?.person ?? asked.by,
      occasion: occasions.handOver,
    }),
    countOccasion('handOver'),
  )
}

export const handOverDue: Move = (turn) => {
  const due = turn.state.handOver?.dueAt ?? null
  return due !== null && due <= turn.at ? handOverDeclined(turn) : turn
}

/** It became worse after somebody acknowledged: they are paged again, and who does not answer loses it to the policy of the higher severity. */
export function askOwner(from: Severity): Move {
  return (turn) => {
    const { owner, severity, occasions } = turn.state
    if (owner === null) return turn
    return move(
      turn,
      // The same message tells them how many fire now.
      set({ owner: { ...owner, toldFiring: Math.max(owner.toldFiring, turn.state.alerts.firing) } }),
      tell({ type: 'owner-asked', owner: owner.person, from, to: severity }),
      want({ type: 'read-person', kind: 'worse', person: owner.person, occasion: occasions.worse }),
      countOccasion('worse'),
    )
  }
}

function ownerRead({ pages, waitMs }: Extract<ReadingEvent, { type: 'person-read' }>): Move {
  return (turn) => {
    if (turn.state.owner === null) return turn
    if (pages.length === 0) return ownerSilent(turn)
    return move(
      turn,
      set({
        escalation: { kind: 'asking-owner', dueAt: turn.at + waitMs, pages: pages.map(({ id }) => id) },
      }),
      want({ type: 'queue-pages', pages }),
    )
  }
}

/** The owner did not answer, or could not be reached. */
export const ownerSilent: Move = (turn) => move(turn, release('became-worse'), restart('severity-rose', null))

/** More fires than the owner was told of: by half more, so that a storm is a handful of messages. */
export const tellGrowth: Move = (turn) => {
  const { owner, alerts, occasions, escalation } = turn.state
  if (owner === null || escalation.kind === 'asking-owner') return turn
  const { toldFiring, person } = owner
  if (alerts.firing < Math.max(toldFiring + 1, Math.ceil(toldFiring * 1.5))) return turn
  return move(
    turn,
    set({ owner: { ...owner, toldFiring: alerts.firing } }),
    tell({ type: 'grown', owner: person, from: toldFiring, to: alerts.firing }),
    want({ type: 'read-person', kind: 'grown', person, occasion: occasions.grown }),
    countOccasion('grown'),
  )
}

/** Nobody owns it any more. */
export function release(why: 'ran-out' | 'escalated' | 'became-worse', actor?: string): Move {
  return (turn) => {
    const { owner, phase } = turn.state
    if (owner === null) return turn
    const told = { type: 'released', owner: owner.person, why, firing: phase === 'open' } as const
    return move(turn, set({ owner: null }), tell(told, actor))
  }
}

/** An acknowledgement ran out. While every alert is clear nobody is paged; but should it fire again, nobody owns it any more. */
export const acknowledgementDue: Move = (turn) => {
  const { owner, phase, escalation } = turn.state
  const until = owner?.until ?? null
  if (until === null || until > turn.at) return askedOwnerDue(turn)
  const released = release('ran-out')(turn)
  if (phase !== 'open') return released
  return restart(escalation.kind === 'asking-owner' ? 'severity-rose' : 'escalated', null)(released)
}

const askedOwnerDue: Move = (turn) => {
  const { escalation } = turn.state
  return escalation.kind === 'asking-owner' && escalation.dueAt <= turn.at ? ownerSilent(turn) : turn
}

/** Escalates at once: ends the wait of the present step, or goes on after it when nobody is being paged any more. */
export function escalateNow({ actor, asOf }: Command<'escalate'>): Move {
  return (turn) => {
    const { escalation, at } = turn.state
    if (asOf !== undefined && at !== null && isPast(at, asOf)) {
      const why = `already escalated: step ${at.step} was entered after the message that this answers`
      return answered(refused(why))(turn)
    }
    if (escalation.kind === 'held' && escalation.firm)
      return answered(refused(`nobody can be paged now: ${holdSentence(escalation.cause)}`))(turn)
    return move(
      turn,
      tell({ type: 'escalated' }, actor),
      release('escalated', actor),
      urgedOn,
      answered(done('the next escalation step is paged now')),
    )
  }
}

function isPast(at: EscalationPosition, asOf: EscalationPosition): boolean {
  return at.round > asOf.round || (at.round === asOf.round && at.step > asOf.step)
}

/** Where a person's urging leads from wherever the escalation stands. */
const urgedOn: Move = (turn) => {
  const { escalation, next, round } = turn.state
  const first = { ...firstPosition, round }
  switch (escalation.kind) {
    case 'waiting':
      return goOn(true)(turn)
    case 'held':
    case 'entering':
      return enterStep(escalation.position, true)(turn)
    case 'head-start':
    case 'exhausted':
      return enterStep(first, true)(turn)
    // Somebody had acknowledged and asks for more: whoever is paged now owns it by acknowledging.
    case 'idle':
    case 'asking-owner':
      return enterStep(next ?? first, true)(turn)
  }
}

function hears({ cycles }: MachineState, person: string): boolean {
  return cycles.some(({ people }) => people.includes(person))
}

function cyclesAfter({ cycles }: MachineState, actor: string): readonly Cycle[] {
  return cycles
    .map((cycle) => ({
      ...cycle,
      people: cycle.each ? cycle.people.filter((person) => person !== actor) : [],
    }))
    .filter(({ people }) => people.length > 0)
}

function peopleOf(cycles: readonly Cycle[]): readonly string[] {
  return [...new Set(cycles.flatMap(({ people }) => people))]
}

function awaitedAfter(state: MachineState, actor: string): readonly string[] {
  return peopleOf(cyclesAfter(state, actor))
}

function untilOf(at: number, forMs: number | null): string | null {
  return forMs === null ? null : instant(at + forMs)
}
