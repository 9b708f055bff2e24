import type { WorkflowHandle } from '@temporalio/client'
import { Worker } from '@temporalio/worker'
import { expect } from 'vitest'
import { createIncidentActivities } from '../../activities/incident.ts'
import { createWorkflowNotifier } from '../../src/intake/workflow-notifier.ts'
import { incidentWorkflowId } from '../../src/domain/incident/incident.ts'
import { listenTo } from '../../src/postgres/listen.ts'
import { workflowsChannel } from '../../src/postgres/workflow-notifications.ts'
import { createIncidentClient, taskQueue } from '../../src/temporal/incident-client.ts'
import { type IncidentStory, startIncidents } from './incidents.ts'
import { bundleWorkflows, startTemporal } from './temporal.ts'

export type IncidentWorkflows = Awaited<ReturnType<typeof startIncidentWorkflows>>

/** Incidents with their workflows on a real Temporal: what falls due in a test falls due in real milliseconds. */
export async function startIncidentWorkflows() {
  await using starting = new AsyncDisposableStack()
  const temporal = starting.adopt(await startTemporal(), (one) => one.teardown())
  const incidents = starting.adopt(await startIncidents({ clock: 'real' }), (one) => one.stop())
  const client = createIncidentClient(temporal.client)
  const quiet = { info: () => undefined, warn: () => undefined }
  const now = () => new Date()
  const notifier = createWorkflowNotifier({
    notifications: incidents.records.workflowNotifications,
    notify: (incident) => client.notify(incident),
    listen: (notice) => listenTo(incidents.pool, workflowsChannel, notice, () => undefined),
    log: quiet,
    now,
  })
  const workflowBundle = await bundleWorkflows('../../workflows/index.ts', import.meta.url)
  const startWorker = async () => {
    const worker = await Worker.create({
      connection: temporal.nativeConnection,
      taskQueue,
      workflowBundle,
      activities: {
        ...createIncidentActivities({ ...incidents.records, now }),
        collectEvidence: async () => ({ findings: [] }),
        draftReview: async () => ({ file: 'INC.md', passed: 1, checks: 1 }),
      },
      shutdownGraceTime: '1s',
    })
    return { worker, ended: worker.run() }
  }
  let working = await startWorker()
  let replaced = Promise.resolve()
  const endWorker = async () => {
    if (working.worker.getState() === 'RUNNING') working.worker.shutdown()
    await working.ended
  }
  starting.defer(endWorker)
  notifier.start()
  starting.defer(() => notifier.stop())
  incidents.sender.start()
  starting.defer(() => incidents.sender.stop())
  const running = starting.move()
  return {
    temporal,
    client,
    notifier,
    ...incidents,
    /** Another worker takes over, which knows nothing of what its workflows did before. */
    replaceWorker(): Promise<void> {
      replaced = replaced.then(async () => {
        await endWorker()
        working = await startWorker()
      })
      return replaced
    },
    /** The workflow of a story's newest incident, once it was begun. */
    async handleOf(story: IncidentStory) {
      const { number } = await story.newest()
      const handle = temporal.client.workflow.getHandle(incidentWorkflowId(number))
      const isThere = () =>
        handle.describe().then(
          () => true,
          () => false,
        )
      await expect.poll(isThere, { timeout: 20_000, interval: 20 }).toBe(true)
      return handle
    },
    stop: () => running.disposeAsync(),
  }
}

/**
 * Reasons of workflow tasks that failed. `UnhandledCommand` is none: it is how the server hands over a signal that came while the workflow ended, which is told of it and
 * ends after.
 */
export async function failedTasks(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory()
  const failures = (events ?? []).flatMap(
    (event) => event.workflowTaskFailedEventAttributes?.failure?.message ?? [],
  )
  return failures.filter((message) => message !== 'UnhandledCommand')
}
