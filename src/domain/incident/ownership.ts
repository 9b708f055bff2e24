import { done, unchanged } from './answer.ts'
import { formatDuration } from '../values/duration.ts'
import { incidentName } from '../investigate/evidence.ts'
import type { CancelReason } from './effect.ts'
import { stopPaging } from './escalation.ts'
import type { CommandEvent } from './event.ts'
import type { Cycle, MachineState } from './state.ts'
import { answer as answered, countOccasion, instant, type Move, move, set, tell, want } from './turn.ts'

/* Whose incident it is: acknowledging, taking over, snoozing. */

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
        owner: { person: actor, since: at, until, toldFiring: state.alerts.firing, toldAgainAt: null },
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
      want({
        type: 'cancel-pages',
        why: 'acknowledged-too',
        actor,
        except: [...awaiting, ...asked],
        notices: 'go-on',
      }),
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
