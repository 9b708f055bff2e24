import type { ReadingEvent } from './event.ts'
import { instant, type Move, move, set, tell, want } from './turn.ts'

/* What follows the last step of a policy. */

/** Before a policy that reached nobody at all is gone through again: five minutes, doubled each time, an hour at most. */
function retryExhaustedMs(vain: number): number {
  return Math.min(5 * 60_000 * 2 ** vain, 3_600_000)
}

/** Pages the fallback of a policy that is exhausted. */
export function fallbackRead({ policy, whom }: Extract<ReadingEvent, { type: 'fallback-read' }>): Move {
  return (turn) => {
    const { round, escalation: asked } = turn.state
    if (asked.kind !== 'exhausted') return turn
    const { pages, notified, paged, empty } = whom
    const ended = move(
      turn,
      want({ type: 'queue-pages', pages }),
      set({ escalation: { kind: 'exhausted', pages: pages.map(({ id }) => id), retryAt: null } }),
      exhaustedRetry,
    )
    const { escalation } = ended.state
    const retryAt = escalation.kind === 'exhausted' ? escalation.retryAt : null
    return move(
      ended,
      tell({
        type: 'exhausted',
        policy,
        round: Math.max(round - 1, 0),
        notified,
        paged,
        empty,
        ...(retryAt === null ? {} : { retryAt: instant(retryAt) }),
      }),
    )
  }
}

/** A policy none of whose pages reached anybody begins again after a while: silence is no reason to stop. */
export const exhaustedRetry: Move = (turn) => {
  const { escalation, reached, vain } = turn.state
  if (escalation.kind !== 'exhausted') return turn
  const isVain = !reached && escalation.pages.length === 0
  const retryAt = isVain ? (escalation.retryAt ?? turn.at + retryExhaustedMs(vain)) : null
  return set({ escalation: { ...escalation, retryAt } })(turn)
}
