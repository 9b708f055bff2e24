import { ApplicationFailure, proxyActivities, setHandler } from '@temporalio/workflow'
import type { IncidentActivities } from '../activities/incident.ts'
import { incidentName } from '../src/domain/evidence.ts'
import { incidentNotBegun } from '../src/domain/incident.ts'
import type {
  ApplyPolicyCommand,
  Command,
  CommandAnswer,
  EscalateCommand,
  NoteCommand,
  SeverityCommand,
} from '../src/domain/incident-messages.ts'
import {
  acknowledge,
  acknowledgeLater,
  handOver,
  isOver,
  releaseOwner,
  snooze,
  takeOver,
} from './incident-ownership.ts'
import { continueEscalation, restartEscalation } from './incident-paging.ts'
import { nowDoing, type Situation } from './incident-situation.ts'
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
  setHandler(messages.takeOverUpdate, (command) => takeOver(situation, command), { validator })
  setHandler(messages.handOverUpdate, (command) => handOver(situation, command), { validator })
  setHandler(messages.snoozeUpdate, (command) => snooze(situation, command), { validator })
  setHandler(messages.setSeverityUpdate, (command) => setSeverity(situation, command), { validator })
  setHandler(messages.applyPolicyUpdate, (command) => applyPolicy(situation, command), { validator })
  setHandler(messages.configurationChangedSignal, () => {
    situation.configurationChanges++
  })
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

async function resolve(situation: Situation, command: Command): Promise<CommandAnswer> {
  situation.resolvedBy = command
  return { changed: true, message: `${incidentName(command.incident)} is being resolved; its review follows` }
}

async function note(command: NoteCommand): Promise<CommandAnswer> {
  await activities.recordNote(command)
  return { changed: true, message: 'noted' }
}

async function escalateNow(situation: Situation, command: EscalateCommand): Promise<CommandAnswer> {
  if (situation.escalateCommands.includes(command.commandId)) {
    return { changed: false, message: 'this was asked for and done before' }
  }
  refuseStale(situation, command)
  const { hold = null } = situation.paging ?? {}
  if (hold?.firm === true) throw refusal(`nobody can be paged now: ${hold.reason}`)
  situation.escalateCommands = [...situation.escalateCommands, command.commandId].slice(-commandsRemembered)
  const reopened = situation.acknowledgedBy !== null
  releaseOwner(situation)
  continueEscalation(situation)
  const summary = `${command.actor} escalates at once`
  await activities.recordCommand({ ...command, kind: 'escalation', summary })
  if (reopened) {
    const { incident } = situation
    const released = `nobody has it any more: ${command.actor} escalated it`
    await activities.releaseAcknowledgement({ incident, change: ++situation.changes, summary: released })
  }
  return { changed: true, message: 'the next escalation step is paged now' }
}

/** An answer to a message that was overtaken: what it asks for has happened. */
function refuseStale({ at }: Situation, { asOf }: EscalateCommand): void {
  if (asOf === undefined || at === null) return
  if (at.round < asOf.round || (at.round === asOf.round && at.step <= asOf.step)) return
  throw refusal(`already escalated: step ${at.step} was entered after the message that this answers`)
}

function refusal(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'CommandRefused')
}

async function setSeverity(situation: Situation, command: SeverityCommand): Promise<CommandAnswer> {
  await activities.setSeverity(command)
  situation.changed = true
  return { changed: true, message: `${incidentName(command.incident)} is ${command.severity} now` }
}

/** Until this, an incident goes by the policy that it started with, whatever the configuration says since. */
async function applyPolicy(situation: Situation, command: ApplyPolicyCommand): Promise<CommandAnswer> {
  const { name, kept } = await activities.applyPolicy({ ...command, position: situation.at })
  const message = `policy ${name} applies from now on`
  if (situation.acknowledgedBy !== null || !situation.responding) {
    situation.nextStep = kept?.entered === true ? kept.next : null
    return { changed: true, message }
  }
  const why = `${command.actor} applied policy ${name}`
  if (kept === null) restartEscalation(situation, why)
  else if (kept.entered) situation.nextStep = kept.next
  else restartEscalation(situation, why, kept.position)
  return { changed: true, message }
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
