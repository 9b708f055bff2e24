import type { RulesLook } from './effect.ts'
import type { ReadingEvent, StepReading } from './event.ts'
import type { Cycle } from './state.ts'
import { countOccasion, type Move, move, set, want } from './turn.ts'

/* Everybody's own rules beside the steps: a cycle is the people of one step, each by their own rules. */

type EnteredReading = Extract<StepReading, { readonly hold: null }>

/** Beside the steps, those that a step pages hear on by their own rules. */
export function addCycle({
  position,
  paged,
  each,
  nextRuleInMs,
}: Pick<EnteredReading, 'position' | 'paged' | 'each' | 'nextRuleInMs'>): Move {
  return (turn) => {
    const cycle: Cycle = {
      ...position,
      id: turn.state.occasions.cycle,
      enteredAt: turn.at,
      each,
      people: paged,
      sinceMs: 0,
      dueAt: nextRuleInMs === null ? null : turn.at + nextRuleInMs,
    }
    const before = turn.state.cycles.flatMap((earlier) => beside(earlier, cycle))
    return move(turn, countOccasion('cycle'), set({ cycles: [...before, cycle].slice(-mostCycles) }))
  }
}

/** More than a policy has steps and repeats in any use; beyond that somebody urges it on again and again. */
const mostCycles = 40

/** What an earlier cycle still has to say beside a new one: those in both, with no rule of their own left in the earlier, hear by the new. */
function beside(earlier: Cycle, { people: again, each }: Cycle): Cycle[] {
  if (earlier.dueAt !== null || (earlier.each && !each)) return [earlier]
  const people = earlier.people.filter((person) => !again.includes(person))
  return people.length === 0 ? [] : [{ ...earlier, people }]
}

/** Looks at people's own rules: those of cycles in which one fell due, or of all when others count. */
export function lookAtRules(why: RulesLook): Move {
  return (turn) => {
    const isDue = ({ dueAt }: Cycle) => dueAt !== null && dueAt <= turn.at
    const due = turn.state.cycles.filter((cycle) => why !== 'due' || isDue(cycle))
    return want(...due.map((cycle) => ({ type: 'read-rules', cycle, why }) as const))(turn)
  }
}

export function rulesRead({
  cycle: id,
  pages,
  lookedMs,
  nextRuleInMs,
}: Extract<ReadingEvent, { type: 'rules-read' }>): Move {
  return (turn) => {
    if (!turn.state.cycles.some((cycle) => cycle.id === id)) return turn
    const cycles = turn.state.cycles.map((cycle) =>
      cycle.id === id
        ? {
            ...cycle,
            sinceMs: lookedMs,
            dueAt: nextRuleInMs === null ? null : cycle.enteredAt + lookedMs + nextRuleInMs,
          }
        : cycle,
    )
    return move(turn, want({ type: 'queue-pages', pages }), set({ cycles }))
  }
}
