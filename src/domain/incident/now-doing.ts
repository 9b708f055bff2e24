import { formatDuration } from '../values/duration.ts'
import { holdSentence } from '../escalate/hold.ts'
import type { MachineState } from './state.ts'

/** What automation does, and what is done about people, as one line for lists and pages. `at`: when it is read, epoch milliseconds. */
export function nowDoing(state: MachineState, at: number): string {
  return [state.automation.doing, people(state, at)].filter((text) => text !== '').join(' · ')
}

function people(state: MachineState, at: number): string {
  const { phase, settings, closing, owner, handOver } = state
  if (phase === 'resolved')
    return `${closing?.by == null ? 'It stayed clear' : `${closing.by} resolved it`}; its review follows`
  if (handOver !== null) return `${handOver.by} hands over to ${handOver.to}`
  const paging = pagingText(state, at)
  if (paging !== '') return paging
  if (owner !== null) return ownedBy(state, owner.person)
  return phase === 'monitoring'
    ? `Every alert is clear; watching for ${formatDuration(settings.stableForMs)}`
    : ''
}

function ownedBy({ cycles, phase, settings }: MachineState, owner: string): string {
  if (phase === 'monitoring')
    return `Every alert is clear; watching for ${formatDuration(settings.stableForMs)}; ${owner} has it`
  const awaited = [...new Set(cycles.flatMap((cycle) => cycle.people))]
  return awaited.length === 0 ? `${owner} has it` : `${owner} has it; awaiting ${awaited.join(', ')}`
}

function afterStep({ next }: MachineState, following: readonly string[]): string {
  if (following.length > 0) return `next ${following.join(', ')}`
  return next === null ? 'the last step ends' : `step ${next.step}`
}

function pagingText(state: MachineState, at: number): string {
  const { escalation, owner } = state
  const inTime = (due: number) => formatDuration(Math.max(Math.round((due - at) / 1_000), 1) * 1_000)
  switch (escalation.kind) {
    case 'head-start':
      return `Remediation tries first; paging begins in ${inTime(escalation.dueAt)}`
    case 'held':
      return `Step ${escalation.position.step} waits: ${holdSentence(escalation.cause)}`
    case 'waiting': {
      const { people: paged, position, following, dueAt } = escalation
      const after = afterStep(state, following)
      return `Paging ${paged.join(', ')} (step ${position.step}); ${after} in ${inTime(dueAt)}`
    }
    case 'exhausted':
      return escalation.retryAt === null
        ? 'Every step is exhausted and nobody acknowledged'
        : `Nobody could be reached; the steps begin again in ${inTime(escalation.retryAt)}`
    case 'asking-owner':
      return `It became worse: asking ${owner?.person ?? 'its owner'}; escalates in ${inTime(escalation.dueAt)} unless acknowledged`
    case 'entering':
    case 'idle':
      return ''
  }
}
