import { setTimeout as delay } from 'node:timers/promises'
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker'
import { errorMessage } from '../domain/values/error-message.ts'
import { connectionSettings } from '../temporal/access.ts'
import { taskQueue } from '../temporal/incident-client.ts'
import { endFinalFailures, observeActivities } from './activity-interceptor.ts'
import { prepareTemporal } from './prepare-temporal.ts'
import type { WorkerParts } from './worker-parts.ts'

/** Longer than the longest activity, so that a deploy in the middle of an act lets it finish and report. */
const shutdownGraceTime = '30s'
const reconnectAfterMs = 2_000
/** Open incidents whose workflows are kept in memory; the others are replayed when something happens in them. */
const cachedWorkflows = 200

/** A worker of all workflows and activities. */
export function createWorker(
  { settings, metrics }: WorkerParts,
  connection: NativeConnection,
  code: Pick<WorkerOptions, 'workflowBundle' | 'activities'>,
): Promise<Worker> {
  return Worker.create({
    ...code,
    connection,
    namespace: settings.temporalNamespace,
    taskQueue,
    shutdownGraceTime,
    maxCachedWorkflows: cachedWorkflows,
    interceptors: { activity: [observeActivities(metrics.activityEnded), endFinalFailures()] },
  })
}

/** Waits for Temporal for as long as it takes; `undefined` when the process was told to end first. */
export async function connectTemporal(
  { settings, configuration, log }: WorkerParts,
  signal: AbortSignal,
): Promise<NativeConnection | undefined> {
  let told: string | undefined
  while (!signal.aborted) {
    let connection: NativeConnection | undefined
    try {
      connection = await NativeConnection.connect(
        await connectionSettings(settings.temporalAddress, settings.temporalAccess),
      )
      await prepareTemporal(connection, settings, configuration)
      return connection
    } catch (error) {
      await connection?.close()
      // A reason that changes is news: a wrong key is found once the server is there.
      if (told !== errorMessage(error))
        log.warn(
          { err: error, address: settings.temporalAddress },
          'Temporal cannot be reached: pages go out, all else waits',
        )
      told = errorMessage(error)
      await delay(reconnectAfterMs, undefined, { signal }).catch(() => undefined)
    }
  }
  return undefined
}
