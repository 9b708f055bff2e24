import { done, refused, unchanged } from './answer.ts'
import type { CommandEvent, ReadingEvent } from './event.ts'
import type { HandOver } from './state.ts'
import { answer as answered, countOccasion, type Move, move, set, stay, tell, want } from './turn.ts'

/* Handing an incident over: somebody is asked, and whoever has it keeps it until they take it. */

/** How long somebody has to take what is handed over to them. */
export const handOverPatienceMs = 5 * 60_000

/** Asks somebody to take it. Whoever has it keeps it until they do: an incident is never without an owner for being passed on. */
export function handOver({ actor, to, commandId }: Extract<CommandEvent, { type: 'hand-over' }>): Move {
  return (turn) => {
    const { owner, occasions, handOver: before } = turn.state
    if (to === owner?.person) return answered(unchanged(`${to} has it already`))(turn)
    return move(
      turn,
      set({
        handOver: {
          commandId,
          by: actor,
          to,
          pages: [],
          dueAt: null,
          ...(before === null ? {} : { instead: before }),
        },
      }),
      want({ type: 'read-person', kind: 'hand-over', person: to, occasion: occasions.handOver }),
      countOccasion('handOver'),
    )
  }
}

/** What was read of whoever is asked to take it. */
export function handOverRead({ person, pages }: Extract<ReadingEvent, { type: 'person-read' }>): Move {
  return (turn) => {
    const { handOver: asked } = turn.state
    // It was declined, and this page tells whoever has it.
    if (asked === null || asked.to !== person) return want({ type: 'queue-pages', pages })(turn)
    if (pages.length === 0) {
      const refusal = refused(`${person} has no contact, so cannot be asked to take it`)
      return move(turn, set({ handOver: asked.instead ?? null }), answered(refusal))
    }
    const { instead, ...taken } = asked
    return move(
      turn,
      set({ handOver: { ...taken, pages: pages.map(({ id }) => id) } }),
      noLongerAsked(instead, asked.by),
      want({ type: 'queue-pages', pages }),
      tell({ type: 'handed-over', to: person }, asked.by),
      answered(done(`paged ${person}, who owns it once they acknowledge`)),
    )
  }
}

/** Somebody else is asked now: what has not reached whoever was asked before does not go out any more. */
function noLongerAsked(before: HandOver | undefined, actor: string): Move {
  const only = before?.pages ?? []
  if (only.length === 0) return stay
  return want({ type: 'cancel-pages', why: 'handed-over', actor, except: [], notices: 'go-on', only })
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
