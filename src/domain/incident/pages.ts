import { isCall } from '../escalate/escalate.ts'
import { exhaustedRetry } from './fallback.ts'
import { goOn } from './escalation.ts'
import type { PageEvent } from './event.ts'
import { handOverDeclined, handOverPatienceMs } from './hand-over.ts'
import { ownerSilent } from './release.ts'
import type { Page } from '../page/page.ts'
import { countOccasion, type Move, move, set, stay, tell, want } from './turn.ts'

/* What became of pages. */

export function pageEnded({ type, successor, ...page }: PageEvent): Move {
  const { kind, state } = page
  const reached = state === 'sent' || state === 'delivered' || state === 'unknown'
  const change = { id: page.page, reached, successor }
  return (turn) =>
    move(
      turn,
      tell({ type, ...page }),
      kind === 'page' && reached ? set({ reached: true, vain: 0 }) : stay,
      stepPage(change),
      askedPage(change),
      handOverPage(change),
      reached ? bringUpToDate(page) : stay,
    )
}

interface PageChange {
  readonly id: string
  readonly reached: boolean
  readonly successor: string | null
}

/** Pages that may still reach somebody: `null` once one did, none when nobody can be reached any more. */
function left(
  pages: readonly string[] | null,
  { id, reached, successor }: PageChange,
): readonly string[] | null {
  if (pages === null || !pages.includes(id)) return pages
  if (reached) return null
  return pages.flatMap((one) => (one === id ? (successor ?? []) : one))
}

/** A step that could reach nobody is passed at once; a policy that could reach nobody at all begins again after a while. */
function stepPage(change: PageChange): Move {
  return (turn) => {
    const { escalation } = turn.state
    if (escalation.kind === 'exhausted') {
      const pages = left(escalation.pages, change) ?? []
      return move(turn, set({ escalation: { ...escalation, pages } }), exhaustedRetry)
    }
    if (escalation.kind !== 'waiting') return turn
    const pages = left(escalation.pages, change)
    if (pages === escalation.pages) return turn
    return pages?.length === 0 ? goOn(false)(turn) : set({ escalation: { ...escalation, pages } })(turn)
  }
}

function askedPage(change: PageChange): Move {
  return (turn) => {
    const { escalation } = turn.state
    if (escalation.kind !== 'asking-owner') return turn
    const pages = left(escalation.pages, change)
    return pages?.length === 0 ? ownerSilent(turn) : set({ escalation: { ...escalation, pages } })(turn)
  }
}

function handOverPage(change: PageChange): Move {
  return (turn) => {
    const { handOver } = turn.state
    if (handOver === null || handOver.pages === null) return turn
    const pages = left(handOver.pages, change)
    if (pages === null)
      return set({ handOver: { ...handOver, pages, dueAt: turn.at + handOverPatienceMs } })(turn)
    return pages.length === 0 ? handOverDeclined(turn) : set({ handOver: { ...handOver, pages } })(turn)
  }
}

/** Whoever hears only after it was acknowledged or resolved hears that, too, also when an earlier message told them so: this one asks anew. */
function bringUpToDate({ kind, person, contact }: Pick<PageEvent, 'kind' | 'person' | 'contact'>): Move {
  return (turn) => {
    const { closing, owner, occasions, cycles } = turn.state
    if (!isCall({ kind })) return turn
    if (closing !== null) return followUpTo('resolved', closing.by)(turn)
    // What asks or tells the owner goes on being true.
    if (kind !== 'page' && kind !== 'notice') return turn
    const isAwaited = cycles.some(({ people }) => people.includes(person))
    if (owner === null || isAwaited || occasions.acknowledged === 0) return turn
    return followUpTo('acknowledged', owner.person)(turn)
  }

  function followUpTo(follows: 'acknowledged' | 'resolved', actor: string | null): Move {
    return (turn) => {
      const occasion = turn.state.occasions[follows]
      const only = { person, contact }
      return move(
        turn,
        want({ type: 'follow-up', kind: follows, occasion, actor, only }),
        countOccasion(follows),
      )
    }
  }
}

/** What the machine hears of a page that has ended. `successor`: the page that takes its place. */
export function pageEventOf(page: Page, successor: string | null = null): PageEvent {
  const { id, kind, step, round, person, channel, contact, attempts, lastError, providerId } = page
  return {
    type: 'page-ended',
    page: id,
    kind,
    step,
    round,
    person,
    channel,
    contact,
    state: page.state as PageEvent['state'],
    attempts,
    reason: lastError,
    providerId,
    successor,
  }
}
