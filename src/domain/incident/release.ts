import { restart } from './escalation.ts'
import { type Move, move, set, tell } from './turn.ts'

/* What ends somebody's ownership: time, silence, and escalation. */

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

/** The owner did not answer, or could not be reached. */
export const ownerSilent: Move = (turn) => move(turn, release('became-worse'), restart('severity-rose', null))
