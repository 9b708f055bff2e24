import { Client } from '@temporalio/client'
import type { NativeConnection } from '@temporalio/worker'
import { createClickHouse } from '../clickhouse/client.ts'
import { shardsOf } from '../domain/check/shards.ts'
import { createWorkflowNotifier, type WorkflowNotifier } from '../intake/workflow-notifier.ts'
import { openDatabase } from '../postgres/database.ts'
import { listenTo } from '../postgres/listen.ts'
import { workflowsChannel } from '../postgres/workflow-notifications.ts'
import { createWorkerMetrics } from '../metrics/worker-metrics.ts'
import { createIncidentClient, type IncidentClient, taskQueue } from '../temporal/incident-client.ts'
import { createWorkflowEngine } from '../temporal/workflow-engine.ts'
import { announceConfiguration } from './announce.ts'
import { openAuditLog } from './audit-log.ts'
import { newToken } from './chart-token.ts'
import { ConfigurationReload } from './configuration-reload.ts'
import { countedRecords } from './counted.ts'
import { secretsOf } from './outside.ts'
import { createLog } from './log.ts'
import { startPageSender } from './page-sender.ts'
import type { Hangups } from './hangup.ts'
import { prepareDatabase } from './prepare.ts'
import { scheduleChecks } from './prepare-temporal.ts'
import { firstConfiguration } from './read-configuration.ts'
import { createRecords } from './records.ts'
import { startRetention } from './retention.ts'
import { holdConfiguration, listenForConfigurations } from './running-configuration.ts'
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
export async function work(settings: Settings, env: NodeJS.ProcessEnv, hangups: Hangups): Promise<void> {
  const log = createLog('worker', settings.logLevel)
  const configuration = holdConfiguration(await firstConfiguration(settings, env, log))
  const running = configuration.current
  const parts = partsOf(settings, env, log, running)
  const { database, records, clickhouse, metrics } = parts
  await prepareDatabase(database, records, running())
  // After all that may end it: the runtime keeps a process alive that has nothing to do.
  const temporalMetricsUrl = await installRuntime(log, settings.metricsPort !== undefined)
  const sender = startPageSender(parts)
  const bundle = bundleAhead(settings.dataDir)
  const stopping = stopSignal()
  const reload = new ConfigurationReload({
    ...parts,
    kind: 'worker',
    env,
    configuration,
    auditLog: openAuditLog(database.db, log),
    listen: (onNotify) => listenForConfigurations(database.pool, onNotify, log),
  })
  let connection: NativeConnection | undefined
  let notifier: WorkflowNotifier | undefined
  const deleting = startRetention({
    ...parts,
    retention: () => running().retention,
    deleted: (kind, rows) => metrics.recordsDeleted(kind, rows),
  })
  let health: HealthServer | undefined
  try {
    await reload.start()
    hangups.listen(() => void reload.hangUp())
    connection = await connectTemporal(parts, stopping.signal)
    if (connection === undefined) return
    const client = new Client({ connection, namespace: settings.temporalNamespace })
    const incidents = createIncidentClient(client)
    notifier = startNotifier(parts, incidents)
    const engine = createWorkflowEngine(client, { taskQueue, shards: () => shardsOf(running()) })
    const activities = await createActivities(parts, { incidents, engine })
    await reload.settleBy(() => settleConfiguration(parts, client, activities))
    const worker = await createWorker(parts, connection, { workflowBundle: await bundle, activities })
    health = await openWorkerHealth(parts, temporalMetricsUrl, worker, connection, () => reload.standing())
    const port = health === undefined ? {} : { port: health.port }
    log.info({ revision: running().revision, ...port }, 'working')
    stopping.release()
    giveBackWhatStartingTook()
    await worker.run()
  } finally {
    stopping.release()
    hangups.stop()
    await reload.stop()
    await sender.stop()
    await notifier?.stop()
    await health?.close()
    await deleting.stop()
    await clickhouse.close()
    await connection?.close()
    await database.close()
  }
}

function partsOf(
  settings: Settings,
  env: NodeJS.ProcessEnv,
  log: WorkerParts['log'],
  running: WorkerParts['running'],
): WorkerParts {
  const now = () => new Date()
  const metrics = createWorkerMetrics()
  const database = openDatabase(settings.databaseUrl)
  const records = countedRecords(createRecords(database.db, now, { running, newToken }), metrics)
  const clickhouse = createClickHouse({ url: settings.clickhouseUrl })
  return {
    settings,
    running,
    database,
    records,
    clickhouse,
    metrics,
    resolveSecret: secretsOf(env),
    log,
    now,
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
  { records, running, now, log }: WorkerParts,
  client: Client,
  activities: Awaited<ReturnType<typeof createActivities>>,
): Promise<void> {
  const configuration = running()
  await scheduleChecks(client, configuration)
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
