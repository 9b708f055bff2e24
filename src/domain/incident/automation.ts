import { done, unchanged } from './answer.ts'
import { reviewWhenDone } from './closing.ts'
import { fromTheFirst } from './escalation.ts'
import type { CommandEvent, TaskEvent } from './event.ts'
import { type MachineState, taskId } from './state.ts'
import { answer, begin, type Move, move, set, stay, tell } from './turn.ts'

/* What runs beside people: remediation, the collection of evidence, the review. */

/** Goes down the remediation ladder beside paging: it neither waits for people nor makes them wait. */
export const startRemediation: Move = (turn) => {
  const { settings, tasks, openings, automation } = turn.state
  const runs = tasks.some(({ kind }) => kind === 'remediate')
  if (!settings.remediates || runs || keepsOut(turn.state)) return turn
  return move(
    turn,
    begin({ kind: 'remediate', opening: openings }),
    set({ automation: { ...automation, helped: false } }),
  )
}

/** Automation begins nothing new once people took over, stopped it, or were handed the incident. */
export function keepsOut({ automation }: Pick<MachineState, 'automation'>): boolean {
  return automation.peopleTookOver || automation.stoppedBy !== null || automation.handedOver
}

/** Whether automation works in the incident, or may yet begin to. */
export function isAutomated({
  phase,
  settings,
  tasks,
  automation,
}: Pick<MachineState, 'phase' | 'settings' | 'tasks' | 'automation'>): boolean {
  if (phase === 'resolved' || !settings.remediates) return false
  return tasks.some(({ kind }) => kind === 'remediate') || !keepsOut({ automation })
}

export function taskEnded({ task, result, failed }: Extract<TaskEvent, { type: 'task-ended' }>): Move {
  return (turn) => {
    const id = taskId(task)
    const tasks = turn.state.tasks.filter((one) => taskId(one) !== id)
    if (tasks.length === turn.state.tasks.length) return turn
    const ended = set({ tasks })(turn)
    return move(
      ended,
      failed === undefined ? stay : tell({ type: 'task-failed', task: task.kind, reason: failed }),
      task.kind === 'remediate' ? remediationEnded(task.opening, result) : stay,
      reviewWhenDone,
    )
  }
}

/** One that broke off without a result hands over: nobody knows what it would have done next. */
function remediationEnded(
  opening: number,
  result: Extract<TaskEvent, { type: 'task-ended' }>['result'],
): Move {
  const { end, explanation } = result ?? { end: 'handed-over', explanation: 'Remediation broke off' }
  const helped = end === 'helped' || end === 'cleared'
  return (turn) => {
    const { automation, phase, openings, escalation } = turn.state
    const told = set({
      automation: { ...automation, helped, handedOver: end === 'handed-over', doing: explanation },
    })(turn)
    if (phase !== 'open') return told
    // It fired again while the last attempt was still being verified: the recurrence is that attempt's failure.
    if (helped && openings > opening) return startRemediation(told)
    return escalation.kind === 'head-start' && !helped ? fromTheFirst(told) : told
  }
}

export function automationSays({ text }: Extract<TaskEvent, { type: 'automation-says' }>): Move {
  return (turn) => set({ automation: { ...turn.state.automation, doing: text } })(turn)
}

export function stopAutomation({ actor, reason }: Extract<CommandEvent, { type: 'stop-automation' }>): Move {
  return (turn) => {
    const { automation } = turn.state
    if (automation.stoppedBy !== null)
      return answer(unchanged(`automation was stopped by ${automation.stoppedBy} before`))(turn)
    return move(
      turn,
      set({ automation: { ...automation, stoppedBy: actor } }),
      tell({ type: 'automation-stopped', reason }, actor),
      answer(done('no new remediation attempt begins; a running one finishes and is verified')),
    )
  }
}

/** Automation may begin something new again, the next time it fires. */
export function resumeAutomation({
  actor,
  reason,
}: Extract<CommandEvent, { type: 'resume-automation' }>): Move {
  return (turn) => {
    const { automation } = turn.state
    if (automation.stoppedBy === null) return answer(unchanged('automation was not stopped here'))(turn)
    return move(
      turn,
      set({ automation: { ...automation, stoppedBy: null } }),
      tell({ type: 'automation-resumed', reason }, actor),
      answer(done('automation may work again in this incident')),
    )
  }
}
