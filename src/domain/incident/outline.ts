import { formatDuration } from '../values/duration.ts'
import { holdSentence } from '../escalate/hold.ts'
import { incidentName } from '../investigate/evidence.ts'
import { stableMs } from './flapping.ts'
import type { MachineState, Phase, Task } from './state.ts'

/** Something that happens by itself when its time comes. */
export interface Due {
  readonly what: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** What an incident's workflow needs to know: what to run, until when to wait, and what to show. */
export interface Outline {
  readonly phase: Phase
  readonly tasks: readonly Task[]
  /** What falls due first; `null`: only people and alerts change anything. */
  readonly due: Due | null
}

export function outlineOf(state: MachineState): Outline {
  return { phase: state.phase, tasks: state.tasks, due: firstDue(state) }
}

/** True while something may still happen in it by itself. */
export function isOver({ phase, tasks, due }: Outline): boolean {
  return phase === 'resolved' && tasks.length === 0 && due === null
}

/** What falls due first. */
export function firstDue(state: MachineState): Due | null {
  return duesOf(state).toSorted((a, b) => a.at - b.at)[0] ?? null
}

/**
 * Everything that is to happen by itself, in no order.
 * @param timeZone of whoever reads it; where that is not known, UTC
 */
export function duesOf(state: MachineState, timeZone?: string): Due[] {
  const { owner, cycles, handOver, stableAt, closing, incident, group } = state
  const due = (what: string, at: number | null | undefined): Due[] => (at == null ? [] : [{ what, at }])
  return [
    ...pagingDue(state, timeZone),
    ...due('is there news for the rooms that follow it?', group?.dueAt),
    ...due(`${owner?.person} owns it until then`, owner?.until),
    ...cycles.flatMap((cycle) => due(`personal rules of step ${cycle.step}`, cycle.dueAt)),
    ...due(`${handOver?.to} is asked to take it`, handOver?.dueAt),
    ...due(`stays clear for ${formatDuration(stableMs(state))}?`, stableAt),
    ...due('evidence under way is awaited for the review', closing?.reviewAt),
    ...due(`do alerts of ${incidentName(incident)} still fire?`, closing?.successorAt),
  ]
}

/** When paging does something next by itself. */
export function pagingDue({ escalation }: MachineState, timeZone?: string): Due[] {
  switch (escalation.kind) {
    case 'head-start':
      return [{ what: 'head start of remediation before the first page', at: escalation.dueAt }]
    case 'held': {
      const { dueAt, position, cause } = escalation
      const what = `step ${position.step} is held back: ${holdSentence(cause, timeZone)}`
      return dueAt === null ? [] : [{ what, at: dueAt }]
    }
    case 'waiting': {
      const { position, people, dueAt } = escalation
      return [
        { what: `step ${position.step}: waits for an acknowledgement by ${people.join(', ')}`, at: dueAt },
      ]
    }
    case 'exhausted':
      return escalation.retryAt === null
        ? []
        : [{ what: 'nobody was reached: the steps begin again', at: escalation.retryAt }]
    case 'asking-owner':
      return [{ what: 'it became worse: waits for its owner', at: escalation.dueAt }]
    case 'entering':
    case 'idle':
      return []
  }
}
