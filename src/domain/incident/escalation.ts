import { canonicalJson, toJson } from '../values/canonical-json.ts'
import { firstPosition, type EscalationPosition } from '../escalate/escalate.ts'
import type { HoldCause } from '../escalate/hold.ts'
import { addCycle } from './cycles.ts'
import type { CancelReason } from './effect.ts'
import type { ReadingEvent, StepReading } from './event.ts'
import { instant, type Move, move, set, stay, tell, want } from './turn.ts'

/* Who is paged next: the steps. What follows the last of them is in fallback.ts. */

/** Pages people, unless somebody owns it: after remediation's head start, where it has one. */
export const startEscalation: Move = (turn) => {
  const { owner, settings, tasks, escalation } = turn.state
  // A person had it escalated while it was clear: their people are being paged already.
  const isUnderWay = escalation.kind === 'waiting' || escalation.kind === 'held'
  if (owner !== null || isUnderWay) return turn
  const tries = settings.headStartMs > 0 && tasks.some(({ kind }) => kind === 'remediate')
  if (!tries) return fromTheFirst(turn)
  return set({ escalation: { kind: 'head-start', dueAt: turn.at + settings.headStartMs } })(turn)
}

/** Begins the steps. Begun again, the rounds count on: the pages of each time through are pages of their own. */
export const fromTheFirst: Move = (turn) => {
  const { round } = turn.state
  const first = { ...firstPosition, round }
  return move(turn, set({ reached: false, begun: round, next: first }), enterStep(first, false))
}

/** Works out who is to be paged at a step; a person's urging passes all but maintenance. */
export function enterStep(position: EscalationPosition, urged: boolean): Move {
  return (turn) => {
    const { escalation, begun } = turn.state
    const isHeld = escalation.kind === 'held' && isSame(escalation.position, position)
    const heldBy = isHeld ? escalation.cause : null
    return move(
      turn,
      set({ escalation: { kind: 'entering', position, urged, heldBy } }),
      want({ type: 'read-step', position, urged, begun }),
    )
  }
}

function isSame(a: EscalationPosition, b: EscalationPosition): boolean {
  return a.step === b.step && a.round === b.round
}

/** After a step: the next one, or the end of the policy. */
export function goOn(urged: boolean): Move {
  return (turn) => {
    const { next } = turn.state
    return next === null ? exhaust(turn) : enterStep(next, urged)(turn)
  }
}

const exhaust: Move = (turn) =>
  move(
    turn,
    set({ escalation: { kind: 'exhausted', pages: [], retryAt: null } }),
    want({ type: 'read-fallback', round: Math.max(turn.state.round - 1, 0) }),
  )

export function stepRead(reading: StepReading): Move {
  return (turn) => {
    const { escalation } = turn.state
    if (escalation.kind !== 'entering') return turn
    return reading.hold === null ? entered(reading)(turn) : held(reading, escalation.heldBy)(turn)
  }
}

type HeldReading = Extract<StepReading, { hold: object }>
type EnteredReading = Extract<StepReading, { hold: null }>

/** Told once, however often it is looked at while the same holds it. */
function held({ position, hold }: HeldReading, heldBy: HoldCause | null): Move {
  return (turn) => {
    const { cause, inMs, firm } = hold
    const dueAt = inMs === null ? null : turn.at + inMs
    const told = {
      type: 'step-held',
      ...position,
      cause,
      dueAt: dueAt === null ? null : instant(dueAt),
    } as const
    const isTold = heldBy !== null && canonicalJson(toJson(heldBy)) === canonicalJson(toJson(cause))
    return move(
      turn,
      set({ escalation: { kind: 'held', position, dueAt, firm, cause } }),
      isTold ? stay : tell(told),
    )
  }
}

function entered(reading: EnteredReading): Move {
  const { position, next, paged, notified, empty, pages, ackTimeoutMs, following, expected } = reading
  const told = { type: 'step-entered', ...position, notified, paged, empty, ackTimeoutMs, following } as const
  const placed = set({ at: position, next, round: position.round + 1 })
  if (paged.length === 0) return (turn) => move(turn, placed, tell({ ...told, ackTimeoutMs: 0 }), goOn(false))
  // When their own rules page people later, nobody has failed to be reached yet.
  const awaited = pages.length === 0 ? null : pages.map(({ id }) => id)
  return (turn) =>
    move(
      turn,
      placed,
      tell(told),
      want({ type: 'queue-pages', pages }),
      set({
        escalation: {
          kind: 'waiting',
          position,
          dueAt: turn.at + ackTimeoutMs,
          people: paged,
          following,
          ...(expected === undefined ? {} : { expected }),
          pages: awaited,
        },
      }),
      addCycle(reading),
    )
}

/** Tells those whom the policy wants told of a P0, once. */
export const notice: Move = (turn) => {
  const { severity, noticed } = turn.state
  if (severity !== 'P0' || noticed) return turn
  return move(turn, set({ noticed: true }), want({ type: 'read-notices' }))
}

export function noticesRead({ whom }: Extract<ReadingEvent, { type: 'notices-read' }>): Move {
  const { notified, paged, empty, pages } = whom
  if (notified.length === 0 && empty.length === 0) return stay
  return (turn) =>
    move(turn, want({ type: 'queue-pages', pages }), tell({ type: 'noticed', notified, paged, empty }))
}

/** Pages nobody any more, and calls off what is not sent. `except`: whoever must acknowledge too goes on hearing. */
export function stopPaging(why: CancelReason, actor: string | null, except: readonly string[] = []): Move {
  return (turn) => {
    const { cycles, handOver } = turn.state
    // Whoever is asked to take it is asked still.
    const asked = handOver === null ? [] : [handOver.to]
    // Whoever is only told of a P0 is told also when somebody has it; of what is over nobody need hear first.
    const notices = why === 'clear' || why === 'resolved' ? 'stop' : 'go-on'
    return move(
      turn,
      set({ escalation: { kind: 'idle' }, cycles: except.length === 0 ? [] : cycles }),
      want({ type: 'cancel-pages', why, actor, except: [...new Set([...except, ...asked])], notices }),
    )
  }
}

/** Puts the steps from `position` in the place of those under way; absent: from the first on. */
export function restart(why: CancelReason, actor: string | null, position?: EscalationPosition): Move {
  return (turn) => {
    const { round, begun } = turn.state
    const stopped = stopPaging(why, actor)(turn)
    if (position === undefined) return fromTheFirst(stopped)
    const shifted = set({ begun: begun + round - position.round })(stopped)
    return enterStep({ ...position, round }, false)(shifted)
  }
}

/** What of the escalation fell due. */
export const escalationDue: Move = (turn) => {
  const { escalation } = turn.state
  const isDue = (at: number | null) => at !== null && at <= turn.at
  switch (escalation.kind) {
    case 'head-start':
      return isDue(escalation.dueAt) ? fromTheFirst(turn) : turn
    case 'held':
      return isDue(escalation.dueAt) ? enterStep(escalation.position, false)(turn) : turn
    case 'waiting':
      return isDue(escalation.dueAt) ? goOn(false)(turn) : turn
    case 'exhausted':
      if (!isDue(escalation.retryAt)) return turn
      return move(
        turn,
        // Nobody heard of the steps before, so nobody's rules go on.
        set({ vain: turn.state.vain + 1, cycles: [] }),
        tell({ type: 'retried', round: turn.state.round }),
        fromTheFirst,
      )
    // The owner's silence is a matter of ownership.
    case 'asking-owner':
    case 'entering':
    case 'idle':
      return turn
  }
}
