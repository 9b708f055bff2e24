import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '@temporalio/client'
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker'
import type { Logger } from 'pino'
import { createAuditActivities } from '../../activities/audit.ts'
import { createCheckActivities } from '../../activities/check.ts'
import { createIncidentActivities } from '../../activities/incident.ts'
import { createInvestigateActivities } from '../../activities/investigate.ts'
import { createPostMortemActivities } from '../../activities/post-mortem.ts'
import { createRemediateActivities } from '../../activities/remediate.ts'
import { renderChart } from '../chart/render.ts'
import { createClickHouse, type ClickHouse } from '../clickhouse/client.ts'
import { createMetricReader } from '../clickhouse/metric-query.ts'
import { readSeriesChart } from '../clickhouse/series-chart.ts'
import { loadRunnableConfiguration } from '../config/references.ts'
import { shardsOf } from '../domain/check/shards.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { createHttpActions } from '../http-action/executor.ts'
import { createWorkflowNotifier, type WorkflowNotifier } from '../intake/workflow-notifier.ts'
import { openDatabase, type OpenDatabase } from '../postgres/database.ts'
import { loadReviewTemplate } from '../templates/review.ts'
import { createWorkerMetrics, type WorkerMetrics } from '../metrics/worker-metrics.ts'
import { createIncidentClient, type IncidentClient, taskQueue } from '../temporal/incident-client.ts'
import { createWorkflowEngine } from '../temporal/workflow-engine.ts'
import { endFinalFailures, observeActivities } from './activity-interceptor.ts'
import { announceConfiguration } from './announce.ts'
import { newToken } from './chart-token.ts'
import { countedRecords } from './counted.ts'
import { createOutsideHeartbeat, secretsOf } from './edges.ts'
import { createLog } from './log.ts'
import { startPageSender } from './page-sender.ts'
import { prepareDatabase } from './prepare.ts'
import { prepareTemporal } from './prepare-temporal.ts'
import { createRecords, type Records } from './records.ts'
import { startRetention } from './retention.ts'
import { unreachable } from './readiness.ts'
import { reviewFolder } from './review-folder.ts'
import type { Settings } from './settings.ts'
import { openHealthServer, type HealthServer } from './worker-health-server.ts'
import { installRuntime } from './worker-runtime.ts'
import { workflowBundle } from './workflow-bundle.ts'

/** Longer than the longest activity, so that a deploy in the middle of an act lets it finish and report. */
const shutdownGraceTime = '30s'
const reconnectAfterMs = 2_000
/** Open incidents whose workflows are kept in memory; the others are replayed when something happens in them. */
const cachedWorkflows = 200

interface Parts {
  readonly settings: Settings
  readonly configuration: Configuration
  readonly database: OpenDatabase
  readonly records: Records
  readonly clickhouse: ClickHouse
  readonly metrics: WorkerMetrics
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly log: Logger
  readonly now: () => Date
}

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
  let notifier: WorkflowNotifier | undefined
  const options = { running: () => configuration, stirred: () => notifier?.notice(), newToken }
  const records = countedRecords(createRecords(database.db, now, options), metrics)
  await prepareDatabase(database, records, configuration)
  const parts: Parts = {
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
    const activities = await createActivities(parts, { incidents, engine, stirred: options.stirred })
    await settleConfiguration(parts, activities)
    const worker = await createWorker(parts, connection, { workflowBundle: await bundle, activities })
    health = await openWorkerHealth(parts, temporalMetricsUrl, worker, connection)
    const port = health === undefined ? {} : { port: health.port }
    log.info({ revision: configuration.revision, ...port }, 'working')
    stopping.release()
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

function startNotifier({ records, log, now }: Parts, incidents: IncidentClient): WorkflowNotifier {
  const notifier = createWorkflowNotifier({
    notifications: records.workflowNotifications,
    notify: (incident) => incidents.notify(incident),
    log,
    now,
  })
  notifier.start()
  return notifier
}

/** What runs already hears of the configuration that this worker has. */
async function settleConfiguration(
  { records, configuration, now, log }: Parts,
  activities: Awaited<ReturnType<typeof createActivities>>,
): Promise<void> {
  // What the configuration no longer has would otherwise fire for ever: nobody judges it any more.
  await activities.retireChecks()
  await announceConfiguration(records, configuration, { now, log })
}

function createWorker(
  { settings, metrics }: Parts,
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

/** Waits for Temporal for as long as it takes; `undefined` when the process was told to end first. */
async function connectTemporal(
  { settings, configuration, log }: Parts,
  signal: AbortSignal,
): Promise<NativeConnection | undefined> {
  let told = false
  while (!signal.aborted) {
    try {
      const connection = await NativeConnection.connect({ address: settings.temporalAddress })
      await prepareTemporal(settings, configuration)
      return connection
    } catch (error) {
      if (!told)
        log.warn(
          { err: error, address: settings.temporalAddress },
          'Temporal cannot be reached: pages go out, all else waits',
        )
      told = true
      await delay(reconnectAfterMs, undefined, { signal }).catch(() => undefined)
    }
  }
  return undefined
}

/** `undefined` when no port is configured for it. */
async function openWorkerHealth(
  { settings, metrics, database, clickhouse }: Parts,
  temporalMetricsUrl: string | undefined,
  worker: Worker,
  connection: NativeConnection,
): Promise<HealthServer | undefined> {
  const port = settings.metricsPort
  if (port === undefined || temporalMetricsUrl === undefined) return undefined
  return openHealthServer(settings.host, port, {
    metrics: metrics.expose,
    temporalMetricsUrl,
    isRunning: () => worker.getState() === 'RUNNING',
    unready: () => unready({ database, connection, clickhouse }),
  })
}

/** Asks everything that activities and workflows need. */
function unready(parts: { database: OpenDatabase; connection: NativeConnection; clickhouse: ClickHouse }) {
  const { database, connection, clickhouse } = parts
  return unreachable({
    postgres: () => database.pool.query('SELECT 1'),
    temporal: () =>
      connection.withDeadline(Date.now() + 2_000, () => connection.workflowService.getSystemInfo({})),
    clickhouse: () => clickhouse.ping(),
  })
}

interface Workflows {
  readonly incidents: IncidentClient
  readonly engine: ReturnType<typeof createWorkflowEngine>
  readonly stirred: () => void
}

async function createActivities(parts: Parts, { incidents, engine, stirred }: Workflows) {
  const { settings, configuration, records, clickhouse, metrics, resolveSecret, now } = parts
  const common = { ...records, now }
  return {
    ...createCheckActivities({
      metrics: createMetricReader(clickhouse),
      runs: records.checkRuns,
      configuration: () => configuration,
      now,
    }),
    ...createIncidentActivities({ ...common, stirred }),
    ...createInvestigateActivities({
      ...common,
      metricStore: clickhouse,
      series: { read: (request) => readSeriesChart(clickhouse, request) },
    }),
    ...createRemediateActivities({ ...common, executor: createHttpActions({ resolveSecret }) }),
    ...createAuditActivities({
      ...common,
      workflows: incidents,
      engine,
      running: () => configuration,
      heartbeat: createOutsideHeartbeat(resolveSecret),
      counted: metrics,
    }),
    ...createPostMortemActivities({
      ...common,
      renderReview: await loadReviewTemplate(),
      renderChart,
      folder: reviewFolder(settings.dataDir),
    }),
  }
}
