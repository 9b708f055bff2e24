import { incidentName } from '../investigate/evidence.ts'
import { done } from './answer.ts'
import { stopPaging } from './escalation.ts'
import { stableMs } from './flapping.ts'
import { endGroup } from './group-notices.ts'
import type { CommandEvent, ReadingEvent } from './event.ts'
import { answer, begin, countOccasion, instant, type Move, move, set, stay, tell, want } from './turn.ts'

/* The end of an incident, and what follows it. */

/** How long the review waits for evidence that is still being collected and for an attempt that is still being verified. */
const reviewPatienceMs = 60_000

export function resolve({ actor, anyway }: Extract<CommandEvent, { type: 'resolve' }>): Move {
  return (turn) => {
    const { incident, alerts, settings } = turn.state
    const name = incidentName(incident)
    const { stillFiringAfterMs } = settings
    const firing = stillFiringAfterMs === null ? 0 : alerts.firing
    if (firing > 0 && !anyway) {
      const message = `${firing === 1 ? '1 alert' : `${firing} alerts`} of ${name} still ${firing === 1 ? 'fires' : 'fire'}; resolve it anyway?`
      return answer({ kind: 'still-firing', message })(turn)
    }
    const successorAt = stillFiringAfterMs === null || firing === 0 ? null : turn.at + stillFiringAfterMs
    const still = successorAt === null ? {} : { firing, successorAt: instant(successorAt) }
    return move(
      turn,
      tell({ type: 'resolved', why: 'person', ...still }, actor),
      close(actor, successorAt),
      answer(done(`${name} is resolved; its review follows`)),
    )
  }
}

/** Nothing fired for long enough. */
export const stableDue: Move = (turn) => {
  const { stableAt, alerts, phase } = turn.state
  if (phase !== 'monitoring' || stableAt === null || stableAt > turn.at || alerts.firing > 0) return turn
  return move(
    turn,
    tell({ type: 'resolved', why: 'stayed-clear', stableForMs: stableMs(turn.state) }),
    close(null, null),
  )
}

function close(by: string | null, successorAt: number | null): Move {
  return (turn) => {
    const { owner } = turn.state
    return move(
      turn,
      set({
        phase: 'resolved',
        stableAt: null,
        // Whoever had it to the end is kept; nothing runs out any more.
        owner: owner === null ? null : { ...owner, until: null },
        handOver: null,
        closing: { at: turn.at, by, reviewAt: turn.at + reviewPatienceMs, successorAt },
      }),
      stopPaging('resolved', by),
      endGroup,
      want({ type: 'follow-up', kind: 'resolved', occasion: turn.state.occasions.resolved, actor: by }),
      countOccasion('resolved'),
      reviewWhenDone,
    )
  }
}

/** The review gathers what can still be had soon; then it begins without the rest. */
export const reviewWhenDone: Move = (turn) => {
  const { closing, tasks } = turn.state
  if (closing === null || closing.reviewAt === null) return turn
  if (tasks.length > 0 && closing.reviewAt > turn.at) return turn
  return move(turn, set({ closing: { ...closing, reviewAt: null } }), begin({ kind: 'review' }))
}

/** Alerts that still fire over a person's resolve are looked at. */
export const successorDue: Move = (turn) => {
  const { closing } = turn.state
  const due = closing?.successorAt ?? null
  if (closing === null || due === null || due > turn.at) return turn
  return move(turn, set({ closing: { ...closing, successorAt: null } }), want({ type: 'open-successor' }))
}

export function successorOpened({
  incident,
  firing,
}: Extract<ReadingEvent, { type: 'successor-opened' }>): Move {
  return incident === null ? stay : tell({ type: 'succeeded-by', incident, firing })
}
