import type { HoldCause } from '../escalate/hold.ts'
import type { Severity } from '../values/severity.ts'
import { startRemediation } from './automation.ts'
import { lookAtRules } from './cycles.ts'
import { enterStep, notice, restart, startEscalation, stopPaging } from './escalation.ts'
import type { AlertsEvent, CommandEvent, ReadingEvent } from './event.ts'
import { askOwner, tellOwner } from './owner-told.ts'
import { flappingClears, goOnPaging, isPaused, opensAnew, stableMs } from './flapping.ts'
import { groupChanged } from './group-notices.ts'
import { answer, begin, type Move, move, set, stay, tell, want } from './turn.ts'
import { done } from './answer.ts'
import { incidentName } from '../investigate/evidence.ts'

/* What changes of alerts and of severity come to. */

export function opened(event: AlertsEvent): Move {
  const { succeeds, firing } = event
  return (turn) =>
    move(
      turn,
      take(event),
      opensAnew(event.openedBefore),
      event.splitFrom === undefined ? stay : splitFrom(event.splitFrom, firing),
      succeeds === undefined ? stay : tell({ type: 'succeeds', incident: succeeds, firing }),
      respond,
      // Behind the steps: a room that they page is not told of the same at once.
      groupChanged,
    )
}

function splitFrom({ incident, by, reason }: NonNullable<AlertsEvent['splitFrom']>, alerts: number): Move {
  return tell({ type: 'split-from', incident, alerts, reason }, by)
}

export function alertsChanged(event: AlertsEvent): Move {
  return (turn) => move(turn, followAlerts(event), groupChanged)
}

function followAlerts(event: AlertsEvent): Move {
  return (turn) => {
    const before = turn.state
    const { firing, total } = event
    if (before.phase === 'resolved') return set({ alerts: { firing, total } })(turn)
    const after = take(event)(turn)
    if (event.firing === 0) return before.phase === 'open' ? becomeClear(after) : stayClear(event)(after)
    const fires = before.phase === 'monitoring' ? reopen(after) : after
    const rises = risen(before.severity, before.settings.policy)(fires)
    return move(rises, tellOwner(before.phase === 'monitoring', event), retryHeldStep)
  }
}

/** Takes over what the event says. A severity that a person set stays. */
function take({ firing, total, severity, settings }: AlertsEvent): Move {
  return (turn) => {
    const { severity: from, severityFixed } = turn.state
    const to = severityFixed ? from : severity
    const changed = to === from ? stay : tell({ type: 'severity-changed', from, to })
    return move(turn, set({ alerts: { firing, total }, settings, severity: to }), changed)
  }
}

/** What is done about an incident that begins to fire. */
const respond: Move = (turn) =>
  move(
    turn,
    set({ openings: turn.state.openings + 1 }),
    startRemediation,
    startEscalation,
    notice,
    begin({ kind: 'investigate', stage: 'opened' }),
  )

const becomeClear: Move = (turn) => {
  const cleared = flappingClears(turn)
  const stableForMs = stableMs(cleared.state)
  return move(
    cleared,
    set({ phase: 'monitoring', stableAt: turn.at + stableForMs, handOver: null }),
    stopPaging('clear', null),
    tell({ type: 'cleared', stableForMs }),
    begin({ kind: 'investigate', stage: 'mitigated' }),
  )
}

/** Where something fired and cleared in between, the time of staying clear begins again. That a sender repeats what is clear says nothing new. */
function stayClear({ fired = false }: AlertsEvent): Move {
  return (turn) => {
    if (!fired) return turn
    const opened = opensAnew()(turn)
    return set({ stableAt: turn.at + stableMs(opened.state) })(opened)
  }
}

const reopen: Move = (turn) => {
  const opened = move(turn, set({ phase: 'open', stableAt: null }), tell({ type: 'reopened' }), opensAnew())
  return isPaused(opened.state) ? goOnPaging(opened) : respond(opened)
}

/**
 * The severity rose. Whoever owns it is asked again, unless it is their own word; those who must acknowledge beside them hear by their rules for it. While
 * nobody owns it, the policy of the higher severity begins, unless its people are being paged by it already.
 */
function risen(from: Severity, policyBefore: string, by?: string): Move {
  return (turn) => {
    const { severity, owner, escalation, settings, at } = turn.state
    const isWorse = severity < from
    if (!isWorse) return turn
    const noticed = notice(turn)
    if (owner !== null)
      return move(noticed, owner.person === by ? stay : askOwner(from), lookAtRules('severity-rose'))
    const isUnderWay = escalation.kind === 'waiting' || (escalation.kind === 'held' && at !== null)
    const continues = escalation.kind === 'entering' || (isUnderWay && settings.policy === policyBefore)
    // That nobody could be reached for what was less is no reason to wait long for what is worse.
    return move(noticed, set({ vain: 0 }), continues ? hurry : restart('severity-rose', null))
  }
}

/** Whoever is being paged hears from now on as the higher severity wants it: by their rules for it, and no longer awaited than it allows. */
const hurry: Move = (turn) => {
  const { escalation } = turn.state
  const waits = escalation.kind === 'waiting'
  return move(
    turn,
    waits ? want({ type: 'read-wait', position: escalation.position }) : stay,
    lookAtRules('severity-rose'),
  )
}

/** How long the step that waits may wait at the severity of now; it has waited since it was entered. */
export function waitRead({ position, ackTimeoutMs }: Extract<ReadingEvent, { type: 'wait-read' }>): Move {
  return (turn) => {
    const { escalation } = turn.state
    const isIt =
      escalation.kind === 'waiting' &&
      escalation.position.step === position.step &&
      escalation.position.round === position.round
    if (!isIt) return turn
    return set({ escalation: { ...escalation, dueAt: Math.min(escalation.dueAt, turn.at + ackTimeoutMs) } })(
      turn,
    )
  }
}

/** What holds a step back because of the alerts that there are. */
const byAlerts: readonly HoldCause['kind'][] = ['alert-rate', 'silenced', 'inhibited', 'grouping', 'merged']

/** A step that is held back because of its alerts is looked at again. */
const retryHeldStep: Move = (turn) => {
  const { escalation } = turn.state
  const waits = escalation.kind === 'held' && byAlerts.includes(escalation.cause.kind)
  return waits ? enterStep(escalation.position, false)(turn) : turn
}

/** A person's word on the severity: from now on alerts do not change it. */
export function setSeverity({
  actor,
  severity: to,
  settings,
}: Extract<CommandEvent, { type: 'set-severity' }>): Move {
  return (turn) => {
    const { severity: from, settings: before, incident, phase } = turn.state
    return move(
      turn,
      set({ severity: to, severityFixed: true, settings }),
      tell({ type: 'severity-set', from, to }, actor),
      phase === 'open' ? risen(from, before.policy, actor) : stay,
      answer(done(`${incidentName(incident)} is ${to} now`)),
    )
  }
}
