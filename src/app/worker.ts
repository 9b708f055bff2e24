import { Client } from '@temporalio/client'
import type { NativeConnection } from '@temporalio/worker'
import { createClickHouse } from '../clickhouse/client.ts'
import { loadRunnableConfiguration } from '../config/references.ts'
import { shardsOf } from '../domain/check/shards.ts'
import { createWorkflowNotifier, type WorkflowNotifier } from '../intake/workflow-notifier.ts'
import { openDatabase } from '../postgres/database.ts'
import { listenTo } from '../postgres/listen.ts'
import { workflowsChannel } from '../postgres/workflow-notifications.ts'
import { createWorkerMetrics } from '../metrics/worker-metrics.ts'
import { createIncidentClient, type IncidentClient, taskQueue } from '../temporal/incident-client.ts'
import { createWorkflowEngine } from '../temporal/workflow-engine.ts'
import { announceConfiguration } from './announce.ts'
import { newToken } from './chart-token.ts'
import { countedRecords } from './counted.ts'
import { secretsOf } from './outside.ts'
import { createLog } from './log.ts'
import { startPageSender } from './page-sender.ts'
import { prepareDatabase } from './prepare.ts'
import { createRecords } from './records.ts'
import { startRetention } from './retention.ts'
import type { Settings } from './settings.ts'
import { giveBackWhatStartingTook } from './spare-memory.ts'
import type { HealthServer } from './worker-health-server.ts'
import { installRuntime } from './worker-runtime.ts'
import { workflowBundle } from './workflow-bundle.ts'
import { createWorker, connectTemporal } from './worker-temporal.ts'
import { openWorkerHealth } from './worker-health.ts'
import { createActivities } from './worker-activities.ts'
import type { WorkerParts } from './worker-parts.ts'

/** Sends pages, and runs workflows and activities, until the process is told to end; then lets what runs finish. Pages need no Temporal. */
export async function work(settings: Settings, env: NodeJS.ProcessEnv): Promise<void> {
  // Before the runtime, which keeps a process alive that has nothing to do.
  const configuration = await loadRunnableConfiguration(settings.configPath, env)
  const log = createLog('worker', settings.logLevel)
  const temporalMetricsUrl = await installRuntime(log, settings.metricsPort !== undefined)
  const now = () => new Date()
  const metrics = createWorkerMetrics()
  const database = openDatabase(settings.databaseUrl)
  const clickhouse = createClickHouse({ url: settings.clickhouseUrl })
  const options = { running: () => configuration, newToken }
  const records = countedRecords(createRecords(database.db, now, options), metrics)
  await prepareDatabase(database, records, configuration)
  const parts: WorkerParts = {
    settings,
    configuration,
    database,
    records,
    clickhouse,
    metrics,
    resolveSecret: secretsOf(env),
    log,
    now,
  }
  const sender = startPageSender(parts)
  const bundle = bundleAhead(settings.dataDir)
  const stopping = stopSignal()
  let connection: NativeConnection | undefined
  let notifier: WorkflowNotifier | undefined
  const deleting = startRetention({
    ...parts,
    retention: () => configuration.retention,
    deleted: (kind, rows) => metrics.recordsDeleted(kind, rows),
  })
  let health: HealthServer | undefined
  try {
    connection = await connectTemporal(parts, stopping.signal)
    if (connection === undefined) return
    const client = new Client({ connection, namespace: settings.temporalNamespace })
    const incidents = createIncidentClient(client)
    notifier = startNotifier(parts, incidents)
    const engine = createWorkflowEngine(client, { taskQueue, shards: () => shardsOf(configuration) })
    const activities = await createActivities(parts, { incidents, engine })
    await settleConfiguration(parts, activities)
    const worker = await createWorker(parts, connection, { workflowBundle: await bundle, activities })
    health = await openWorkerHealth(parts, temporalMetricsUrl, worker, connection)
    const port = health === undefined ? {} : { port: health.port }
    log.info({ revision: configuration.revision, ...port }, 'working')
    stopping.release()
    giveBackWhatStartingTook()
    await worker.run()
  } finally {
    stopping.release()
    await sender.stop()
    await notifier?.stop()
    await health?.close()
    await deleting.stop()
    await clickhouse.close()
    await connection?.close()
    await database.close()
  }
}

/** It is awaited later, and must not be an unhandled rejection until then. */
function bundleAhead(dataDir: string): ReturnType<typeof workflowBundle> {
  const bundle = workflowBundle(dataDir)
  bundle.catch(() => undefined)
  return bundle
}

function startNotifier(
  { records, database, log, now }: WorkerParts,
  incidents: IncidentClient,
): WorkflowNotifier {
  const lost = (error: unknown) =>
    log.warn({ err: error }, 'no longer listening for decisions; asking for them instead')
  const notifier = createWorkflowNotifier({
    notifications: records.workflowNotifications,
    notify: (incident) => incidents.notify(incident),
    listen: (onNotify) => listenTo(database.pool, workflowsChannel, onNotify, lost),
    log,
    now,
  })
  notifier.start()
  return notifier
}

/** What runs already hears of the configuration that this worker has. */
async function settleConfiguration(
  { records, configuration, now, log }: WorkerParts,
  activities: Awaited<ReturnType<typeof createActivities>>,
): Promise<void> {
  // What the configuration no longer has would otherwise fire for ever: nobody judges it any more.
  await activities.retireChecks()
  await announceConfiguration(records, configuration, { now, log })
}

/** Aborts when the process is told to end; the worker looks after that itself once it runs. */
function stopSignal(): { readonly signal: AbortSignal; readonly release: () => void } {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  const release = () => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
  return { signal: stopping.signal, release }
}
