import { incidentName } from '../investigate/evidence.ts'
import { alertsChanged, opened, setSeverity, waitRead } from './alerts.ts'
import { type Answer, done, type GivenCommand, refused } from './answer.ts'
import { automationSays, resumeAutomation, stopAutomation, taskEnded } from './automation.ts'
import { resolve, reviewWhenDone, stableDue, successorDue, successorOpened } from './closing.ts'
import { lookAtRules, rulesRead } from './cycles.ts'
import type { Effect } from './effect.ts'
import { enterStep, escalationDue, noticesRead, stepRead } from './escalation.ts'
import { fallbackRead } from './fallback.ts'
import { groupDue, groupRead } from './group-notices.ts'
import { escalateNow } from './escalate-now.ts'
import type { CommandEvent, MachineEvent } from './event.ts'
import { handOver, handOverDue } from './hand-over.ts'
import { merge, split, unmerge } from './merging.ts'
import { personRead } from './owner-told.ts'
import { acknowledge, snooze, takeOver } from './ownership.ts'
import { pageEnded } from './pages.ts'
import { applyPolicy } from './policy.ts'
import { acknowledgementDue } from './release.ts'
import type { MachineState } from './state.ts'
import { answer, type Move, move, set, tell, type AttributedFact, type Turn } from './turn.ts'

/** What an event comes to. */
export interface Decision {
  readonly state: MachineState
  readonly effects: readonly Effect[]
  readonly facts: readonly AttributedFact[]
  /** Of a command; `null` for everything else, and where a reading has to come first. */
  readonly answer: Answer | null
}

/** Commands that are remembered, so that a repeat of one is answered as the first was. */
const commandsRemembered = 50

/**
 * The incident: what becomes of it when something happens. Pure and total: the same state and event always come to the same decision, and an event
 * that makes no sense any more changes nothing.
 */
export function decide(state: MachineState, event: MachineEvent): Decision {
  const before: Turn = { at: event.at, state, effects: [], facts: [], answer: null }
  const { at: _at, ...after } = move(before, moveOf(event), set({ decisions: state.decisions + 1 }))
  const given = commandOf(state, event)
  if (given === null || after.answer === null) return after
  return { ...after, state: remember(after.state, given, after.answer) }
}

/** The command that a decision answers. Whether somebody can be asked to take an incident is known only when they were read. */
function commandOf({ handOver: asked }: MachineState, event: MachineEvent): GivenCommand | null {
  if ('commandId' in event) return { type: event.type, actor: event.actor, commandId: event.commandId }
  if (event.type !== 'person-read' || asked === null) return null
  return { type: 'hand-over', actor: asked.by, commandId: asked.commandId }
}

function isSameCommand(a: GivenCommand, b: GivenCommand): boolean {
  return a.commandId === b.commandId && a.actor === b.actor && a.type === b.type
}

function moveOf(event: MachineEvent): Move {
  switch (event.type) {
    case 'opened':
      return opened(event)
    case 'alerts-changed':
      return alertsChanged(event)
    case 'tick':
      return tick
    case 'configuration-changed':
      return configurationChanged
    case 'step-read':
      return stepRead(event.reading)
    case 'wait-read':
      return waitRead(event)
    case 'fallback-read':
      return fallbackRead(event)
    case 'notices-read':
      return noticesRead(event)
    case 'group-read':
      return groupRead(event)
    case 'rules-read':
      return rulesRead(event)
    case 'person-read':
      return personRead(event)
    case 'successor-opened':
      return successorOpened(event)
    case 'page-ended':
      return pageEnded(event)
    case 'task-ended':
      return taskEnded(event)
    case 'automation-says':
      return automationSays(event)
    default:
      return command(event)
  }
}

/**
 * Everything that fell due. At one instant people come before timers: a command of the same instant was decided before. What ends the incident comes
 * first: nobody is paged as it ends.
 */
const tick: Move = (turn) =>
  move(
    turn,
    stableDue,
    acknowledgementDue,
    escalationDue,
    groupDue,
    lookAtRules('due'),
    handOverDue,
    reviewWhenDone,
    successorDue,
  )

/** What people's rules and maintenance windows say now. */
const configurationChanged: Move = (turn) => {
  const { escalation } = turn.state
  const held = escalation.kind === 'held' ? [enterStep(escalation.position, false)] : []
  return move(turn, lookAtRules('changed'), ...held)
}

function command(event: CommandEvent): Move {
  return (turn) => {
    const { answered, incident, phase } = turn.state
    const before = answered.find((one) => isSameCommand(one, event))
    if (before !== undefined) return answer(before.answer)(turn)
    if (phase === 'resolved')
      return answer(refused(`${incidentName(incident)} is resolved; a closed incident never re-opens`))(turn)
    return carryOut(event)(turn)
  }
}

function carryOut(event: CommandEvent): Move {
  switch (event.type) {
    case 'acknowledge':
      return acknowledge(event)
    case 'take-over':
      return takeOver(event)
    case 'snooze':
      return snooze(event)
    case 'hand-over':
      return handOver(event)
    case 'escalate':
      return escalateNow(event)
    case 'resolve':
      return resolve(event)
    case 'set-severity':
      return setSeverity(event)
    case 'apply-policy':
      return applyPolicy(event)
    case 'merge':
      return merge(event)
    case 'unmerge':
      return unmerge(event)
    case 'split':
      return split(event)
    case 'stop-automation':
      return stopAutomation(event)
    case 'resume-automation':
      return resumeAutomation(event)
    case 'note':
      return note(event)
  }
}

function note({ text, identified, actor }: Extract<CommandEvent, { type: 'note' }>): Move {
  const said = identified === true ? 'noted as what was wrong' : 'noted'
  return (turn) =>
    move(turn, tell({ type: identified === true ? 'identified' : 'note', text }, actor), answer(done(said)))
}

/** Keeps the answer of a command, so that a repeat of it is answered alike. A question is asked again. */
function remember(state: MachineState, command: GivenCommand, given: Answer): MachineState {
  const isKnown = state.answered.some((one) => isSameCommand(one, command))
  if (given.kind === 'still-firing' || isKnown) return state
  const answered = [...state.answered, { ...command, answer: given }].slice(-commandsRemembered)
  return { ...state, answered }
}
