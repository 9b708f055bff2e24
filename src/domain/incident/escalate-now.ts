import { type EscalationPosition, firstPosition } from '../escalate/escalate.ts'
import { holdSentence } from '../escalate/hold.ts'
import { done, refused } from './answer.ts'
import { enterStep, goOn } from './escalation.ts'
import type { CommandEvent } from './event.ts'
import { release } from './release.ts'
import { answer as answered, type Move, move, tell } from './turn.ts'

/* A person asks for more people. */

/** Escalates at once: ends the wait of the present step, or goes on after it when nobody is being paged any more. */
export function escalateNow({ actor, asOf }: Extract<CommandEvent, { type: 'escalate' }>): Move {
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
