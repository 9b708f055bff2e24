import type { Fact } from '../facts/fact.ts'
import { firewatch } from './timeline.ts'
import type { Answer } from './answer.ts'
import type { Effect } from './effect.ts'
import type { MachineState, Occasion, Task } from './state.ts'
import { taskId } from './state.ts'

/** A fact, and whose doing it is. */
export interface AttributedFact {
  readonly fact: Fact
  readonly actor: string
}

/** One decision while it is made: never changed, only followed by the next. */
export interface Turn {
  /** Epoch milliseconds. */
  readonly at: number
  readonly state: MachineState
  readonly effects: readonly Effect[]
  readonly facts: readonly AttributedFact[]
  /** Of a command; `null` for everything else. */
  readonly answer: Answer | null
}

export type Move = (turn: Turn) => Turn

export function move(turn: Turn, ...moves: readonly Move[]): Turn {
  return moves.reduce((before, next) => next(before), turn)
}

export const stay: Move = (turn) => turn

export function set(patch: Partial<MachineState>): Move {
  return (turn) => ({ ...turn, state: { ...turn.state, ...patch } })
}

export function want(...effects: readonly Effect[]): Move {
  return (turn) => ({ ...turn, effects: [...turn.effects, ...effects] })
}

export function tell(fact: Fact, actor: string = firewatch): Move {
  return (turn) => ({ ...turn, facts: [...turn.facts, { fact, actor }] })
}

export function answer(given: Answer): Move {
  return (turn) => ({ ...turn, answer: given })
}

export function begin(task: Task): Move {
  return (turn) => {
    const isKnown = turn.state.tasks.some((one) => taskId(one) === taskId(task))
    return isKnown ? turn : set({ tasks: [...turn.state.tasks, task] })(turn)
  }
}

/** Counts one more of these occasions. */
export function countOccasion(occasion: Occasion): Move {
  return (turn) => {
    const { occasions } = turn.state
    return set({ occasions: { ...occasions, [occasion]: occasions[occasion] + 1 } })(turn)
  }
}

/** The last instant that a date can hold. */
const lastInstant = 8.64e15

/** An instant as facts carry it. */
export function instant(at: number): string {
  return new Date(Math.min(at, lastInstant)).toISOString()
}
