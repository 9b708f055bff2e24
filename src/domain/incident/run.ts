import type { Answer } from './answer.ts'
import { decide } from './decide.ts'
import type { Change, Effect, Reading } from './effect.ts'
import type { MachineEvent, ReadingEvent } from './event.ts'
import type { MachineState } from './state.ts'
import type { AttributedFact } from './turn.ts'

/** An event with all that it led to: the readings that its decisions asked for are answered, and what is left is to be carried out. */
export interface Outcome {
  readonly state: MachineState
  /** The event and the readings that followed from it, in their order: decided anew from the state before, they come to `state`. */
  readonly events: readonly MachineEvent[]
  readonly facts: readonly AttributedFact[]
  readonly changes: readonly Change[]
  readonly answer: Answer | null
}

/** More readings than a policy of any length asks for at once; beyond that something goes in circles. */
const mostReadings = 10_000

/** Answers a reading; `null` when there is nothing to say. */
type Reader<Answered> = (reading: Reading, state: MachineState) => Answered

/** Takes one event, and answers every reading that it leads to, until the machine is at rest. */
export async function run(
  state: MachineState,
  event: MachineEvent,
  read: Reader<Promise<ReadingEvent | null>>,
): Promise<Outcome> {
  const steps = stepsOf(state, event)
  let step = steps.next()
  while (step.done !== true) step = steps.next(await read(step.value.reading, step.value.state))
  return step.value
}

/** The same where every reading can be answered at once. */
export function runSync(
  state: MachineState,
  event: MachineEvent,
  read: Reader<ReadingEvent | null>,
): Outcome {
  const steps = stepsOf(state, event)
  let step = steps.next()
  while (step.done !== true) step = steps.next(read(step.value.reading, step.value.state))
  return step.value
}

/** The state that events lead to. What is stored is what they were, so a stored state can be proved. */
export function replay(state: MachineState, events: readonly MachineEvent[]): MachineState {
  return events.reduce((before, event) => decide(before, event).state, state)
}

interface Asked {
  readonly reading: Reading
  readonly state: MachineState
}

/** Hands out the readings that a decision asks for one by one, and goes on with each answer as the next event. */
function* stepsOf(state: MachineState, event: MachineEvent): Generator<Asked, Outcome, ReadingEvent | null> {
  let outcome: Outcome = { state, events: [], facts: [], changes: [], answer: null }
  const waiting: MachineEvent[] = [event]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { changed, readings } = take(outcome, next)
    outcome = changed
    if (outcome.events.length > mostReadings)
      throw new Error(`the decisions of INC-${state.incident} go in circles`)
    for (const reading of readings) {
      const answered = yield { reading, state: outcome.state }
      if (answered !== null) waiting.push({ at: event.at, ...answered })
    }
  }
  return outcome
}

function take(outcome: Outcome, event: MachineEvent): { changed: Outcome; readings: readonly Reading[] } {
  const { state, effects, facts, answer } = decide(outcome.state, event)
  const changed = {
    state,
    events: [...outcome.events, event],
    facts: [...outcome.facts, ...facts],
    changes: [...outcome.changes, ...effects.filter(isChange)],
    answer: answer ?? outcome.answer,
  }
  return { changed, readings: effects.filter((effect) => !isChange(effect)) as readonly Reading[] }
}

const changes: readonly string[] = [
  'queue-pages',
  'cancel-pages',
  'follow-up',
  'close-look',
] satisfies Change['type'][]

function isChange(effect: Effect): effect is Change {
  return changes.includes(effect.type)
}
