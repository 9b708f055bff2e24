import { type Client, WorkflowNotFoundError } from '@temporalio/client'
import { defineSearchAttributeKey } from '@temporalio/common'
import { incidentName } from '../domain/investigate/evidence.ts'
import { incidentWorkflowId, searchText, type Incident } from '../domain/incident/incident.ts'
import { incidentMessages as names, searchAttributeNames } from '../domain/incident/messages.ts'

export const taskQueue = 'firewatch'
/** Exported names of `workflows/index.ts`. */
const incidentWorkflow = 'incident'

/** What an incident's workflow is started with or told. */
export type NotifiedIncident = Pick<Incident, 'number' | 'title' | 'service' | 'severity'>

export type IncidentClient = ReturnType<typeof createIncidentClient>

/**
 * Speaks to incident workflows.
 * @param answerWithinMs how long Temporal may take for each call: it may hang as well as refuse
 */
export function createIncidentClient(client: Client, answerWithinMs = 5_000) {
  const soon = <Result>(call: () => Promise<Result>) => client.withDeadline(Date.now() + answerWithinMs, call)
  return {
    /** Starts the incident's workflow, or notifies the running one that something was decided. Safe to repeat. */
    async notify(incident: NotifiedIncident): Promise<void> {
      const name = incidentName(incident.number)
      await soon(() =>
        client.workflow.signalWithStart(incidentWorkflow, {
          workflowId: incidentWorkflowId(incident.number),
          taskQueue,
          args: [{ incident: incident.number }],
          signal: names.stirred,
          signalArgs: [],
          staticSummary: searchText(`${name} ${incident.severity} ${incident.title}`),
          typedSearchAttributes: [
            keyword('incident', name),
            keyword('severity', incident.severity),
            keyword('service', incident.service),
            keyword('state', 'open'),
          ],
        }),
      )
    },

    /** Whether a workflow looks after the incident, by the server's own record, which never lags. */
    async isRunning(incident: number): Promise<boolean> {
      try {
        const { status } = await soon(() =>
          client.workflow.getHandle(incidentWorkflowId(incident)).describe(),
        )
        return status.name === 'RUNNING'
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false
        throw error
      }
    },
  }
}

function keyword(name: keyof typeof searchAttributeNames, value: string) {
  return { key: defineSearchAttributeKey(searchAttributeNames[name], 'KEYWORD'), value: searchText(value) }
}
