import { formatDuration } from '../values/duration.ts'
import { holdSentence } from '../escalate/hold.ts'
import { flappingWords, stableMs } from './flapping.ts'
import type { MachineState } from './state.ts'

/**
 * What automation does, and what is done about people, as one line. What comes next, and when, is {@link nextOf}.
 * @param timeZone of whoever reads it; where that is not known, UTC
 */
export function nowDoing(state: MachineState, timeZone?: string): string {
  return [state.automation.doing, flaps(state), people(state, timeZone)]
    .filter((text) => text !== '')
    .join(' · ')
}

function flaps(state: MachineState): string {
  return state.phase === 'resolved' ? '' : flappingWords(state)
}

function people(state: MachineState, timeZone: string | undefined): string {
  const { phase, owner, handOver } = state
  if (phase === 'resolved') return resolvedWords(state)
  if (handOver !== null) return `${handOver.by} hands over to ${handOver.to}`
  const paging = pagingText(state, timeZone)
  if (paging !== '') return paging
  if (owner !== null) return ownedBy(state, owner.person)
  return phase === 'monitoring' ? watchingWords(state) : ''
}

function resolvedWords({ closing }: MachineState): string {
  const by = closing?.by ?? null
  return by === null ? 'Resolved: every alert stayed clear' : `Resolved by ${by}`
}

function watchingWords(state: MachineState): string {
  return `Every alert is clear; watching for ${formatDuration(stableMs(state))}`
}

function ownedBy(state: MachineState, owner: string): string {
  if (state.phase === 'monitoring') return `${watchingWords(state)}; ${owner} has it`
  const awaited = awaitedPeople(state)
  return awaited.length === 0 ? `${owner} has it` : `${owner} has it; awaiting ${awaited.join(', ')}`
}

/** Who must acknowledge too, each once. */
export function awaitedPeople({ cycles }: MachineState): string[] {
  return [...new Set(cycles.flatMap((cycle) => cycle.people))]
}

function pagingText({ escalation, owner }: MachineState, timeZone: string | undefined): string {
  switch (escalation.kind) {
    case 'head-start':
      return 'Remediation tries first; nobody is paged yet'
    case 'held':
      return `Step ${escalation.position.step} waits: ${holdSentence(escalation.cause, timeZone)}`
    case 'waiting':
      return `Paging ${escalation.people.join(', ')} (step ${escalation.position.step})`
    case 'exhausted':
      return escalation.retryAt === null
        ? 'Every step is exhausted and nobody acknowledged'
        : 'Nobody could be reached'
    case 'asking-owner':
      return `It became worse: asking ${owner?.person ?? 'its owner'}`
    case 'entering':
    case 'idle':
      return ''
  }
}
