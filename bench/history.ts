import { Client, Connection } from '@temporalio/client'
import type { Incident } from '../src/domain/incident/incident.ts'
import { incidentWorkflowId } from '../src/domain/incident/incident.ts'
import { figure, type Report } from './figures.ts'
import { alertOf, type Installation, patienceMs, until, withInstallation } from './installation.ts'

const alertname = 'CheckoutDown'

/** One incident from its alert to its end: fired, paged, acknowledged, cleared, resolved. */
export async function benchHistory(tell: (line: string) => void): Promise<Report> {
  return withInstallation(async (installation) => {
    const { up, pager } = installation
    const before = pager.pages().length
    await up.api('POST', '/api/v1/alerts', { alerts: [alertOf({ alertname })] })
    const [incident = ''] = (await pager.untilPage(before + 1, patienceMs)).incidents
    tell(`${incident} was paged; acknowledging, then its alert clears`)
    await up.api('POST', `/api/v1/incidents/${incident}/acknowledge`, {})
    await up.api('POST', '/api/v1/alerts', { alerts: [alertOf({ alertname }, 'resolved')] })
    const found = () => up.api<{ incident: Incident }>('GET', `/api/v1/incidents/${incident}`)
    await until('the incident resolved', async () => (await found()).incident.state === 'resolved')
    const { number } = (await found()).incident
    const { events, childEvents, children } = await eventsOf(installation, incidentWorkflowId(number))
    return {
      name: 'history',
      title: 'Temporal history of an ordinary incident: fired, paged, acknowledged, cleared, resolved',
      figures: [
        figure('events of the incident workflow', events, '', { atMost: 300 }),
        figure('workflows that it started', children),
        figure('events of those', childEvents),
      ],
    }
  })
}

async function eventsOf({ up }: Installation, workflowId: string) {
  const connection = await Connection.connect({ address: (await up.run()).temporalAddress })
  try {
    const client = new Client({ connection })
    const handle = client.workflow.getHandle(workflowId)
    await until('the workflow ended', async () => (await handle.describe()).status.name !== 'RUNNING')
    const { historyLength } = await handle.describe()
    const started: number[] = []
    for await (const one of client.workflow.list()) {
      if (one.parentExecution?.workflowId === workflowId) started.push(one.historyLength)
    }
    return {
      events: historyLength,
      children: started.length,
      childEvents: started.reduce((sum, one) => sum + one, 0),
    }
  } finally {
    await connection.close()
  }
}
