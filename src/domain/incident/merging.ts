import type { HoldCause } from '../escalate/hold.ts'
import { incidentName } from '../investigate/evidence.ts'
import { answer, instant, type Move, move, set, stay, tell } from './turn.ts'
import { done, refused, unchanged } from './answer.ts'
import { enterStep, restart } from './escalation.ts'
import type { CommandEvent } from './event.ts'
import { groupChanged } from './group-notices.ts'
import type { Incident } from './incident.ts'
import type { MachineState } from './state.ts'

/*
 * An incident that is part of another is not closed: it keeps its number, its alerts and all that happened in it, and pages nobody while the other does. That is
 * asked whenever a step of it is due, so what was merged wrongly is taken apart by a word.
 */

/** A person said what it is part of. */
export interface MergedInto {
  readonly incident: number
  readonly by: string
  readonly reason: string
  /** ISO 8601 in UTC. */
  readonly at: string
}

/** Where an incident stands that another is to become part of. */
export type MergeTarget =
  /** Its people know of it. */
  | 'told'
  | 'resolved'
  /** Nothing fires in it any more. */
  | 'clear'
  /** It is part of the one that is to be merged into it. */
  | 'part-of-this'
  /** It is held back itself, or has reached nobody. */
  | 'not-told'
  | 'missing'

/** An open incident that is part of another, as lists name it. */
export type IncidentPart = Pick<Incident, 'number' | 'title' | 'service' | 'severity'>

type Command<Type extends CommandEvent['type']> = Extract<CommandEvent, { type: Type }>

export function merge({ into, target, reason, actor }: Command<'merge'>): Move {
  return (turn) => {
    const { incident, merged, owner, phase } = turn.state
    const problem = mergeProblem(incident, into, target)
    if (problem !== undefined) return answer(refused(problem))(turn)
    if (merged?.incident === into)
      return answer(unchanged(`it is part of ${incidentName(into)} already`))(turn)
    const now = { incident: into, by: actor, reason, at: instant(turn.at) }
    return move(
      turn,
      set({ merged: now, apart: false }),
      tell({ type: 'merged', into, reason }, actor),
      // Whoever has it keeps it; those who are being paged about it are left alone.
      owner === null && phase === 'open' ? restart('merged', actor) : stay,
      answer(
        done(
          `${incidentName(incident)} is part of ${incidentName(into)} now, and pages nobody while that does`,
        ),
      ),
    )
  }
}

function mergeProblem(incident: number, into: number, target: MergeTarget): string | undefined {
  const name = incidentName(into)
  if (incident === into) return `${name} cannot be part of itself`
  switch (target) {
    case 'told':
      return undefined
    case 'missing':
      return `there is no incident ${name}`
    case 'resolved':
      return `${name} is resolved: what still fires needs an incident that is open`
    case 'clear':
      return `${name} is clear, so it pages nobody: what still fires needs one that fires`
    case 'part-of-this':
      return `${name} is part of ${incidentName(incident)}: take that apart first`
    case 'not-told':
      return `nobody has heard of ${name} yet, so nobody would hear of ${incidentName(incident)} either`
  }
}

/** From now on it is an incident of its own, whatever it depends on. */
export function unmerge({ reason, actor }: Command<'unmerge'>): Move {
  return (turn) => {
    const { escalation, incident } = turn.state
    const whole = wholeOf(turn.state)
    if (whole === null)
      return answer(unchanged(`${incidentName(incident)} is part of no other incident`))(turn)
    const isHeld = escalation.kind === 'held' && escalation.cause.kind === 'merged'
    return move(
      turn,
      set({ merged: null, apart: true }),
      tell({ type: 'unmerged', from: whole.into, reason }, actor),
      isHeld ? enterStep(escalation.position, false) : stay,
      answer(done(`${incidentName(incident)} is an incident of its own again, and pages by itself`)),
    )
  }
}

export type MergedCause = Extract<HoldCause, { kind: 'merged' }>

/** What a person's word holds back by. */
export function mergedCause({ incident: into, by, reason }: MergedInto): MergedCause {
  return { kind: 'merged', into, why: { kind: 'person', by, reason } }
}

/** What an incident is part of, by a person's word or as its paging found; `null`: it stands by itself. */
export function wholeOf({
  merged,
  escalation,
}: Pick<MachineState, 'merged' | 'escalation'>): MergedCause | null {
  if (merged !== null) return mergedCause(merged)
  return escalation.kind === 'held' && escalation.cause.kind === 'merged' ? escalation.cause : null
}

/** Whether somebody knows of it, so that what is part of it may keep quiet: it fires, and somebody has it, or was paged and can be reached. */
export function isTold({
  phase,
  owner,
  at,
  escalation,
}: Pick<MachineState, 'phase' | 'owner' | 'at' | 'escalation'>): boolean {
  if (phase !== 'open') return false
  if (owner !== null) return true
  const isVain = escalation.kind === 'exhausted' && escalation.retryAt !== null
  return at !== null && !isVain
}

/** Some of its alerts are an incident of their own from now on. */
export function split({ into, alerts, left, reason, actor }: Command<'split'>): Move {
  return (turn) => {
    const { incident } = turn.state
    const what = alerts === 1 ? '1 alert is' : `${alerts} alerts are`
    return move(
      turn,
      tell({ type: 'split-off', into, alerts, reason }, actor),
      set({ alerts: left }),
      groupChanged,
      answer(
        done(
          `${what} ${incidentName(into)} now, which pages by itself; ${incidentName(incident)} goes on with the rest`,
        ),
      ),
    )
  }
}
