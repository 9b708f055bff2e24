import { formatDuration } from '../values/duration.ts'
import { enterStep } from './escalation.ts'
import type { Cycle, Escalation, MachineState } from './state.ts'
import { type Move, move, set, tell } from './turn.ts'

/*
 * What fires and clears again and again. Its clearing is believed only after a longer time, so that it stays one incident; while it is clear nobody is
 * paged, and once it fires again paging goes on where it stood, instead of waking the same people anew. Source of the two thresholds: Nagios Core, "Detection
 * and Handling of State Flapping".
 */

/** So many openings within this time are flapping. */
export interface FlappingRule {
  readonly times: number
  readonly withinMs: number
}

export interface Flapping {
  /** Epoch milliseconds. */
  readonly since: number
  /** Paging as it stood when everything cleared; `null` while it fires, or where nobody was being paged. */
  readonly paused: PausedPaging | null
}

interface PausedPaging {
  readonly at: number
  readonly escalation: Escalation
  readonly cycles: readonly Cycle[]
}

/** More than any rule asks for. */
const mostOpenings = 50

/** @param before when the incident before it of the same alerts began to fire */
export function opensAnew(before: readonly number[] = []): Move {
  return (turn) => {
    const { flapping, settings, openedAt } = turn.state
    const rule = settings.flapping
    const since = rule === undefined ? -Infinity : turn.at - rule.withinMs
    const opened = [...before, ...openedAt, turn.at].filter((one) => one > since).slice(-mostOpenings)
    const counted = set({ openedAt: opened })(turn)
    if (rule === undefined || flapping !== null || recent(counted.state, turn.at) < rule.times) return counted
    return move(
      counted,
      set({ flapping: { since: turn.at, paused: null } }),
      tell({ type: 'flapping-began', times: recent(counted.state, turn.at), withinMs: rule.withinMs }),
    )
  }
}

/** It cleared. What flapped and has fired half as often of late, or no rule counts for, does not flap any more. */
export const flappingClears: Move = (turn) => {
  const { flapping, settings, escalation, cycles, owner } = turn.state
  if (flapping === null) return turn
  const rule = settings.flapping
  if (rule === undefined || recent(turn.state, turn.at) < Math.ceil(rule.times / 2))
    return move(turn, set({ flapping: null }), tell({ type: 'flapping-ended' }))
  const isPaging =
    owner === null &&
    (escalation.kind === 'waiting' || escalation.kind === 'held' || escalation.kind === 'exhausted')
  return set({ flapping: { ...flapping, paused: isPaging ? { at: turn.at, escalation, cycles } : null } })(
    turn,
  )
}

/** Whether paging is to go on where it stood, instead of beginning anew. */
export function isPaused({ flapping, owner, escalation }: MachineState): boolean {
  return flapping?.paused != null && owner === null && escalation.kind === 'idle'
}

/** Whoever was paged is waited for as long as was left when it cleared. */
export const goOnPaging: Move = (turn) => {
  const { flapping } = turn.state
  if (flapping?.paused == null) return turn
  const { at, escalation, cycles } = flapping.paused
  const restored = set({ flapping: { ...flapping, paused: null }, cycles })(turn)
  const shifted =
    'dueAt' in escalation && escalation.dueAt !== null
      ? { ...escalation, dueAt: escalation.dueAt + turn.at - at }
      : escalation
  return escalation.kind === 'held'
    ? enterStep(escalation.position, false)(restored)
    : set({ escalation: shifted as Escalation })(restored)
}

/** How long all alerts must stay clear: for what flaps, as long as its openings are counted over. */
export function stableMs({ settings, flapping }: Pick<MachineState, 'settings' | 'flapping'>): number {
  const { stableForMs, flapping: rule } = settings
  return flapping === null || rule === undefined ? stableForMs : Math.max(stableForMs, rule.withinMs)
}

/** How often it began to fire of late. */
function recent({ openedAt, settings }: MachineState, at: number): number {
  const { withinMs = 0 } = settings.flapping ?? {}
  return openedAt.filter((one) => one > at - withinMs).length
}

/** `It flaps: it began to fire 5 times within 1 h`, at `at`, epoch milliseconds; empty where it does not. */
export function flappingWords(state: MachineState): string {
  const { flapping, settings, openedAt } = state
  if (flapping === null || settings.flapping === undefined) return ''
  const last = openedAt.at(-1) ?? 0
  return `It flaps: fired ${recent(state, last)} times within ${formatDuration(settings.flapping.withinMs)}`
}
