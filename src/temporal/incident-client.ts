import {
  type Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client'
import { ApplicationFailure, defineSearchAttributeKey, rootCause } from '@temporalio/common'
import { incidentName } from '../domain/evidence.ts'
import { incidentNotBegun, incidentWorkflowId, searchText, type Incident } from '../domain/incident.ts'
import {
  incidentMessages as names,
  searchAttributeNames,
  type AlertsChanged,
  type ApplyPolicyCommand,
  type Command,
  type CommandAnswer,
  type EscalateCommand,
  type HandOverCommand,
  type NoteCommand,
  type SeverityCommand,
  type SnoozeCommand,
} from '../domain/incident-messages.ts'

export const taskQueue = 'firewatch'
/** Exported names of `workflows/index.ts`. */
const incidentWorkflow = 'incident'

/** What an incident's workflow is started with or told. */
export type SignalledIncident = Pick<Incident, 'number' | 'groupingKey' | 'title' | 'service' | 'severity'>

/** A command that could not be carried out; the message is for the person who gave it. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused'
}

/** The command cannot be carried out now: Temporal is away, no worker answers, or the incident's workflow is about to begin. */
export class WorkflowsUnavailable extends Error {
  override readonly name = 'WorkflowsUnavailable'
}

export type IncidentClient = ReturnType<typeof createIncidentClient>

/**
 * Speaks to incident workflows.
 * @param answerWithinMs how long a command waits for a live worker
 */
export function createIncidentClient(client: Client, answerWithinMs = 5_000) {
  return {
    /** Starts the incident's workflow, or tells the running one that its alerts changed. Safe to repeat. */
    async signalAlertsChanged(incident: SignalledIncident): Promise<void> {
      const message: AlertsChanged = { incident: incident.number }
      await client.workflow.signalWithStart(incidentWorkflow, {
        workflowId: incidentWorkflowId(incident.groupingKey),
        taskQueue,
        args: [{ incident: incident.number }],
        signal: names.alertsChanged,
        signalArgs: [message],
        staticSummary: searchText(`${incidentName(incident.number)} ${incident.severity} ${incident.title}`),
        typedSearchAttributes: [
          keyword('incident', incidentName(incident.number)),
          keyword('severity', incident.severity),
          keyword('service', incident.service),
          keyword('state', 'open'),
        ],
      })
    },

    /**
     * An acknowledgement counts even when no worker is there to answer: the server keeps it as a signal.
     * @throws CommandRefused, WorkflowsUnavailable
     */
    async acknowledge(groupingKey: string, command: Command): Promise<CommandAnswer> {
      try {
        return await update(groupingKey, names.acknowledge, command)
      } catch (error) {
        if (!(error instanceof WorkflowsUnavailable)) throw error
        await signal(groupingKey, names.acknowledgeLater, command)
        return {
          changed: true,
          message: 'acknowledgement stored; it takes effect in a moment, or when a worker is back',
        }
      }
    },

    ...commandsBy(update),
    ...besideCommands(client),
  }

  async function update(groupingKey: string, name: string, command: Command): Promise<CommandAnswer> {
    const handle = client.workflow.getHandle(incidentWorkflowId(groupingKey))
    try {
      return await client.withDeadline(Date.now() + answerWithinMs, () =>
        handle.executeUpdate<CommandAnswer, [Command]>(name, {
          args: [command],
          updateId: command.commandId,
        }),
      )
    } catch (error) {
      throw classify(error, command)
    }
  }

  async function signal(groupingKey: string, name: string, command: Command): Promise<void> {
    try {
      await client.workflow.getHandle(incidentWorkflowId(groupingKey)).signal(name, command)
    } catch (error) {
      throw classify(error, command)
    }
  }
}

type Update = (groupingKey: string, name: string, command: Command) => Promise<CommandAnswer>

/** Each @throws CommandRefused, WorkflowsUnavailable */
function commandsBy(update: Update) {
  return {
    resolve: (groupingKey: string, command: Command) => update(groupingKey, names.resolve, command),
    note: (groupingKey: string, command: NoteCommand) => update(groupingKey, names.note, command),
    escalateNow: (groupingKey: string, command: EscalateCommand) =>
      update(groupingKey, names.escalateNow, command),
    takeOver: (groupingKey: string, command: Command) => update(groupingKey, names.takeOver, command),
    handOver: (groupingKey: string, command: HandOverCommand) => update(groupingKey, names.handOver, command),
    snooze: (groupingKey: string, command: SnoozeCommand) => update(groupingKey, names.snooze, command),
    setSeverity: (groupingKey: string, command: SeverityCommand) =>
      update(groupingKey, names.setSeverity, command),
    applyPolicy: (groupingKey: string, command: ApplyPolicyCommand) =>
      update(groupingKey, names.applyPolicy, command),
    stopAutomation: (groupingKey: string, command: Command) =>
      update(groupingKey, names.stopAutomation, command),
  }
}

function besideCommands(client: Client) {
  return {
    /** Tells a running incident that people's own notification rules may be others now. False when none runs. */
    async tellConfigurationChanged(groupingKey: string): Promise<boolean> {
      try {
        await client.workflow.getHandle(incidentWorkflowId(groupingKey)).signal(names.configurationChanged)
        return true
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false
        throw error
      }
    },

    /** Whether a workflow looks after the incidents of this key, by the server's own record, which never lags. */
    async isRunning(groupingKey: string): Promise<boolean> {
      try {
        const { status } = await client.workflow.getHandle(incidentWorkflowId(groupingKey)).describe()
        return status.name === 'RUNNING'
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false
        throw error
      }
    },
  }
}

function classify(error: unknown, command: Command): Error {
  if (error instanceof WorkflowUpdateFailedError) {
    // What an activity of the command refuses comes wrapped in the failure of that activity.
    const message = rootCause(error.cause) ?? error.message
    const notBegun = error.cause instanceof ApplicationFailure && error.cause.type === incidentNotBegun
    return new (notBegun ? WorkflowsUnavailable : CommandRefused)(message, { cause: error })
  }
  if (error instanceof WorkflowNotFoundError) {
    return new CommandRefused(
      `${incidentName(command.incident)} has no running workflow: it is resolved, or has not started yet`,
      { cause: error },
    )
  }
  const reason =
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError
      ? 'no worker answered in time'
      : 'Temporal cannot be reached'
  return new WorkflowsUnavailable(`${reason}; is "firewatch worker" running?`, { cause: error })
}

function keyword(name: keyof typeof searchAttributeNames, value: string) {
  return { key: defineSearchAttributeKey(searchAttributeNames[name], 'KEYWORD'), value: searchText(value) }
}
