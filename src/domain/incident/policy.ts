import { done } from './answer.ts'
import type { EscalationPosition } from '../escalate/escalate.ts'
import { goOn, restart } from './escalation.ts'
import type { CommandEvent } from './event.ts'
import { answer, type Move, move, set, tell } from './turn.ts'

/** Until this, an incident goes by the policy that it started with, whatever the configuration says since. */
export function applyPolicy(command: Extract<CommandEvent, { type: 'apply-policy' }>): Move {
  const { actor, policy, keep, settings } = command
  return (turn) =>
    move(
      turn,
      set({ settings }),
      tell({ type: 'policy-applied', policy, keep }, actor),
      placed(command),
      answer(done(`policy ${policy} applies from now on`)),
    )
}

function placed({ actor, kept }: Extract<CommandEvent, { type: 'apply-policy' }>): Move {
  return (turn) => {
    const { owner, phase, round, begun, at, escalation } = turn.state
    // Steps that were begun anew, and of which none was entered, are begun anew under it.
    const isKept = kept !== null && at !== null && at.round >= begun
    // Nobody is being paged: it counts from when somebody is again.
    if (owner !== null || phase !== 'open')
      return isKept && kept.entered
        ? followedBy(kept.next)(turn)
        : set({ next: { step: 1, round }, begun: round })(turn)
    if (escalation.kind === 'head-start') return turn
    if (!isKept || !kept.entered)
      return restart('policy-applied', actor, isKept && !kept.entered ? kept.position : undefined)(turn)
    return move(turn, followedBy(kept.next), goOnWith)
  }
}

/** What follows the present step. A place at which pages were sent already is gone to in a round of its own, so that they are pages of their own. */
function followedBy(next: EscalationPosition | null): Move {
  return (turn) => {
    const { at, round, begun, escalation } = turn.state
    if (next === null || at === null) return set({ next })(turn)
    const isPaged = escalation.kind === 'exhausted' || (next.round === at.round && next.step <= at.step)
    if (!isPaged) return set({ next })(turn)
    return set({ next: { ...next, round }, begun: begun + round - next.round })(turn)
  }
}

/** A step that waits for an answer goes on waiting; one that was to come next, or nothing any more, gives way to what comes next now. */
const goOnWith: Move = (turn) => {
  const { escalation, next } = turn.state
  switch (escalation.kind) {
    case 'waiting':
      // Whom that comes to is known when it is entered.
      return set({ escalation: { ...escalation, following: [], expected: [] } })(turn)
    case 'exhausted':
      return next === null ? turn : goOn(false)(turn)
    case 'held':
      return goOn(false)(turn)
    default:
      return turn
  }
}
