import { done } from './answer.ts'
import { restart } from './escalation.ts'
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
  const following = kept?.entered === true ? set({ next: kept.next }) : undefined
  return (turn) => {
    const { owner, phase } = turn.state
    // Nobody is being paged: it counts from when somebody is again.
    if (owner !== null || phase !== 'open')
      return (following ?? set({ next: { step: 1, round: turn.state.round } }))(turn)
    if (following !== undefined) return following(turn)
    return restart('policy-applied', actor, kept?.entered === false ? kept.position : undefined)(turn)
  }
}
