import { ApplicationFailure, isCancellation, proxyActivities, setHandler } from '@temporalio/workflow'
import type { IncidentActivities } from '../activities/incident.ts'
import { incidentName } from '../src/domain/evidence.ts'
import type { Command, CommandAnswer, NoteCommand } from '../src/domain/incident-messages.ts'
import { continueEscalation, stopEscalation, tellEverybody } from './incident-paging.ts'
import { say, type Situation } from './incident-situation.ts'
import * as messages from './messages.ts'

const activities = proxyActivities<IncidentActivities>({ startToCloseTimeout: '10s' })

/** Takes what alerts and people have to say, from the first moment of the workflow on. */
export function listen(situation: Situation): void {
  const validator = (command: Command) => refuseWhenOver(situation, command)
  setHandler(messages.alertsChangedSignal, ({ incident }) => {
    if (incident === situation.incident) situation.changed = true
    else situation.successor = incident
  })
  setHandler(messages.acknowledgeUpdate, (command) => acknowledge(situation, command), { validator })
  setHandler(messages.acknowledgeLaterSignal, async (command) => {
    if (command.incident === situation.incident && situation.state !== 'resolved')
      await acknowledge(situation, command)
  })
  setHandler(messages.resolveUpdate, (command) => resolve(situation, command), { validator })
  setHandler(messages.noteUpdate, (command) => note(command), { validator })
  setHandler(messages.escalateNowUpdate, (command) => escalateNow(situation, command), { validator })
  setHandler(messages.stopAutomationUpdate, (command) => stopAutomation(situation, command), { validator })
  setHandler(messages.statusQuery, () => ({
    incident: situation.incident,
    state: situation.state,
    acknowledgedBy: situation.acknowledged?.actor ?? null,
    automationStoppedBy: situation.automationStoppedBy,
    nowDoing: situation.nowDoing,
  }))
}

function refuseWhenOver(situation: Situation, command: Command): void {
  if (
    command.incident !== situation.incident ||
    situation.state === 'resolved' ||
    situation.resolvedBy !== null
  ) {
    throw ApplicationFailure.nonRetryable(
      `${incidentName(command.incident)} is resolved; a closed incident never re-opens`,
      'IncidentResolved',
    )
  }
}

async function acknowledge(situation: Situation, command: Command): Promise<CommandAnswer> {
  if (situation.acknowledged !== null) {
    return { changed: false, message: `already acknowledged by ${situation.acknowledged.actor}` }
  }
  situation.acknowledged = command
  stopEscalation(situation, `${command.actor} acknowledged`)
  await activities.recordAcknowledgement(command)
  await say(situation, `${command.actor} has it`)
  inBackground(tellEverybody(situation, 'acknowledged'))
  return { changed: true, message: `${incidentName(command.incident)} acknowledged; nobody else is paged` }
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
  await activities.recordCommand({ ...command, summary: `${command.actor} escalates at once` })
  continueEscalation(situation)
  return { changed: true, message: 'the next escalation step is paged now' }
}

async function stopAutomation(situation: Situation, command: Command): Promise<CommandAnswer> {
  if (situation.automationStoppedBy !== null) {
    return { changed: false, message: `automation was stopped by ${situation.automationStoppedBy} before` }
  }
  situation.automationStoppedBy = command.actor
  await activities.recordCommand({
    ...command,
    summary: `${command.actor} stopped automation: no new attempt begins`,
  })
  return {
    changed: true,
    message: 'no new remediation attempt begins; a running one finishes and is verified',
  }
}

/** What need not be over before the command is answered. Cancelled with the workflow; any other failure is Temporal's to show. */
function inBackground(work: Promise<void>): void {
  work.catch((error: unknown) => {
    if (!isCancellation(error)) throw error
  })
}
