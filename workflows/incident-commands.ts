import { ApplicationFailure, proxyActivities, setHandler } from '@temporalio/workflow'
import type { IncidentActivities } from '../activities/incident.ts'
import { incidentName } from '../src/domain/evidence.ts'
import { incidentNotBegun } from '../src/domain/incident.ts'
import type { Command, CommandAnswer, NoteCommand } from '../src/domain/incident-messages.ts'
import { continueEscalation, stopEscalation, tellEverybody } from './incident-paging.ts'
import { inBackground, nowDoing, say, type Situation } from './incident-situation.ts'
import * as messages from './messages.ts'

const activities = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumInterval: '10s' },
})

/** Ids of commands to escalate that are remembered, so that a repeat of one is known also by the next run. */
const commandsRemembered = 20

/** Takes what alerts and people have to say, from the first moment of the workflow on. */
export function listen(situation: Situation): void {
  const validator = (command: Command) => refuseUnlessOpen(situation, command)
  setHandler(messages.alertsChangedSignal, ({ incident }) => {
    if (incident === situation.incident) situation.changed = true
    // One that is named late is over; one that is to come under the same key follows when this one ends.
    else if (incident > situation.incident) situation.successor = incident
  })
  setHandler(messages.acknowledgeUpdate, (command) => acknowledge(situation, command), { validator })
  setHandler(messages.acknowledgeLaterSignal, (command) => acknowledgeLater(situation, command))
  setHandler(messages.resolveUpdate, (command) => resolve(situation, command), { validator })
  setHandler(messages.noteUpdate, (command) => note(command), { validator })
  setHandler(messages.escalateNowUpdate, (command) => escalateNow(situation, command), { validator })
  setHandler(messages.stopAutomationUpdate, (command) => stopAutomation(situation, command), { validator })
  setHandler(messages.statusQuery, () => ({
    incident: situation.incident,
    state: situation.state,
    acknowledgedBy: situation.acknowledgedBy,
    automationStoppedBy: situation.automationStoppedBy,
    nowDoing: nowDoing(situation),
  }))
}

function refuseUnlessOpen(situation: Situation, { incident }: Command): void {
  const name = incidentName(incident)
  if (incident > situation.incident) {
    const message = `${name} is about to begin: the incident before it is just being closed; try again in a moment`
    throw ApplicationFailure.nonRetryable(message, incidentNotBegun)
  }
  if (isOver(situation) || incident < situation.incident) {
    throw ApplicationFailure.nonRetryable(
      `${name} is resolved; a closed incident never re-opens`,
      'IncidentResolved',
    )
  }
}

function isOver({ state, resolvedBy }: Situation): boolean {
  return state === 'resolved' || resolvedBy !== null
}

/**
 * Takes an acknowledgement.
 * Paging stops before anything is written down, for the next page may be due at this moment.
 */
export async function acknowledge(situation: Situation, command: Command): Promise<CommandAnswer> {
  const { actor, incident } = command
  if (situation.acknowledgedBy !== null) {
    return { changed: false, message: `already acknowledged by ${situation.acknowledgedBy}` }
  }
  situation.acknowledgedBy = actor
  situation.peopleTookOver = true
  stopEscalation(situation, `${actor} acknowledged`)
  say(situation, 'people', `${actor} has it`)
  await activities.recordAcknowledgement(command)
  inBackground(situation, () => tellEverybody(situation, 'acknowledged'))
  return { changed: true, message: `${incidentName(incident)} acknowledged; nobody else is paged` }
}

async function acknowledgeLater(situation: Situation, command: Command): Promise<void> {
  if (command.incident === situation.incident && !isOver(situation)) await acknowledge(situation, command)
  if (command.incident <= situation.incident) return
  situation.successor = command.incident
  situation.successorAcknowledged ??= command
}

async function resolve(situation: Situation, command: Command): Promise<CommandAnswer> {
  situation.resolvedBy = command
  return { changed: true, message: `${incidentName(command.incident)} is being resolved; its review follows` }
}

async function note(command: NoteCommand): Promise<CommandAnswer> {
  await activities.recordNote(command)
  return { changed: true, message: 'noted' }
}

async function escalateNow(situation: Situation, command: Command): Promise<CommandAnswer> {
  if (situation.escalateCommands.includes(command.commandId)) {
    return { changed: false, message: 'this was asked for and done before' }
  }
  situation.escalateCommands = [...situation.escalateCommands, command.commandId].slice(-commandsRemembered)
  continueEscalation(situation)
  const summary = `${command.actor} escalates at once`
  await activities.recordCommand({ ...command, kind: 'escalation', summary })
  return { changed: true, message: 'the next escalation step is paged now' }
}

async function stopAutomation(situation: Situation, command: Command): Promise<CommandAnswer> {
  if (situation.automationStoppedBy !== null) {
    return { changed: false, message: `automation was stopped by ${situation.automationStoppedBy} before` }
  }
  situation.automationStoppedBy = command.actor
  const summary = `${command.actor} stopped automation: no new attempt begins`
  await activities.recordCommand({ ...command, kind: 'remediation', summary })
  return {
    changed: true,
    message: 'no new remediation attempt begins; a running one finishes and is verified',
  }
}
