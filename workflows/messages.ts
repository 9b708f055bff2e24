import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'
import {
  incidentMessages as names,
  type AlertsChanged,
  type Command,
  type CommandAnswer,
  type IncidentStatus,
  type NoteCommand,
} from '../src/domain/incident-messages.ts'

export const alertsChangedSignal = defineSignal<[AlertsChanged]>(names.alertsChanged)

export const acknowledgeUpdate = defineUpdate<CommandAnswer, [Command]>(names.acknowledge)
/** The same as {@link acknowledgeUpdate} for a time without workers: kept by the server until one is back. */
export const acknowledgeLaterSignal = defineSignal<[Command]>(names.acknowledgeLater)
export const resolveUpdate = defineUpdate<CommandAnswer, [Command]>(names.resolve)
export const noteUpdate = defineUpdate<CommandAnswer, [NoteCommand]>(names.note)
export const escalateNowUpdate = defineUpdate<CommandAnswer, [Command]>(names.escalateNow)
export const stopAutomationUpdate = defineUpdate<CommandAnswer, [Command]>(names.stopAutomation)

export const statusQuery = defineQuery<IncidentStatus>(names.status)
