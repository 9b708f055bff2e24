import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'
import {
  incidentMessages as names,
  type AlertsChanged,
  type ApplyPolicyCommand,
  type Command,
  type CommandAnswer,
  type EscalateCommand,
  type HandOverCommand,
  type IncidentStatus,
  type NoteCommand,
  type SeverityCommand,
  type SnoozeCommand,
} from '../src/domain/incident-messages.ts'

export const alertsChangedSignal = defineSignal<[AlertsChanged]>(names.alertsChanged)

export const acknowledgeUpdate = defineUpdate<CommandAnswer, [Command]>(names.acknowledge)
/** The same as {@link acknowledgeUpdate} for a time without workers: kept by the server until one is back. */
export const acknowledgeLaterSignal = defineSignal<[Command]>(names.acknowledgeLater)
export const resolveUpdate = defineUpdate<CommandAnswer, [Command]>(names.resolve)
export const noteUpdate = defineUpdate<CommandAnswer, [NoteCommand]>(names.note)
export const escalateNowUpdate = defineUpdate<CommandAnswer, [EscalateCommand]>(names.escalateNow)
export const takeOverUpdate = defineUpdate<CommandAnswer, [Command]>(names.takeOver)
export const handOverUpdate = defineUpdate<CommandAnswer, [HandOverCommand]>(names.handOver)
export const snoozeUpdate = defineUpdate<CommandAnswer, [SnoozeCommand]>(names.snooze)
export const setSeverityUpdate = defineUpdate<CommandAnswer, [SeverityCommand]>(names.setSeverity)
export const applyPolicyUpdate = defineUpdate<CommandAnswer, [ApplyPolicyCommand]>(names.applyPolicy)
export const stopAutomationUpdate = defineUpdate<CommandAnswer, [Command]>(names.stopAutomation)

/** People's own notification rules may be others now. */
export const configurationChangedSignal = defineSignal(names.configurationChanged)

export const statusQuery = defineQuery<IncidentStatus>(names.status)
