import { Client } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import { createAuditActivities } from '../../activities/audit.ts'
import { createCheckActivities } from '../../activities/check.ts'
import { createEscalateActivities } from '../../activities/escalate.ts'
import { createIncidentActivities } from '../../activities/incident.ts'
import { createInvestigateActivities } from '../../activities/investigate.ts'
import { createPostMortemActivities } from '../../activities/post-mortem.ts'
import { createRemediateActivities } from '../../activities/remediate.ts'
import { createAnswerLinks } from '../answers/links.ts'
import { renderChart } from '../chart/render.ts'
import { createClickHouse, type ClickHouse } from '../clickhouse/client.ts'
import { createMetricReader } from '../clickhouse/metric-query.ts'
import { readSeriesChart } from '../clickhouse/series-chart.ts'
import { loadConfiguration } from '../config/load.ts'
import type { Configuration } from '../domain/configuration.ts'
import { parseIncidentName } from '../domain/evidence.ts'
import { createHttpActions } from '../http-action/executor.ts'
import { openDatabase, type OpenDatabase } from '../postgres/database.ts'
import { loadReviewTemplate } from '../templates/review.ts'
import { createWorkerMetrics, type WorkerMetrics } from '../metrics/worker-metrics.ts'
import { createIncidentClient, type IncidentClient, taskQueue } from '../temporal/incident-client.ts'
import { endFinalFailures, observeActivities } from './activity-interceptor.ts'
import { announceConfiguration } from './announce.ts'
import { createCharts } from './charts.ts'
import { countedRecords } from './counted.ts'
import { createChannels, createOutsideHeartbeat, secretsOf } from './edges.ts'
import { createLog } from './log.ts'
import { currentSchedules } from './on-call.ts'
import { prepareDatabase, prepareTemporal } from './prepare.ts'
import { createRecords } from './records.ts'
import { startRetention } from './retention.ts'
import { unanswered } from './readiness.ts'
import { reviewFolder } from './review-folder.ts'
import type { Settings } from './settings.ts'
import { openWorkerDoor, type WorkerDoor } from './worker-door.ts'
import { installRuntime } from './worker-runtime.ts'
import { workflowBundle } from './workflow-bundle.ts'

/** Longer than the longest activity, so that a deploy in the middle of an act lets it finish and report. */
const shutdownGraceTime = '30s'

/** Runs workflows and activities until the process is told to end; then lets what runs finish. */
export async function work(settings: Settings, env: NodeJS.ProcessEnv): Promise<void> {
  const log = createLog('worker', settings.logLevel)
  const temporalMetricsUrl = await installRuntime(log, settings.metricsPort !== undefined)
  const configuration = await loadConfiguration(settings.configPath)
  const bundle = workflowBundle(settings.dataDir)
  // It is awaited later, and must not be an unhandled rejection until then.
  bundle.catch(() => undefined)
  const now = () => new Date()
  const metrics = createWorkerMetrics()
  const database = openDatabase(settings.databaseUrl)
  const records = countedRecords(createRecords(database.db, now), metrics)
  await prepareDatabase(database, records, configuration)
  await prepareTemporal(settings, configuration)
  const connection = await NativeConnection.connect({ address: settings.temporalAddress })
  const clickhouse = createClickHouse({ url: settings.clickhouseUrl })
  const { retention } = configuration
  const deleting = startRetention({
    records,
    retention: () => retention,
    deleted: metrics.recordsDeleted,
    log,
    now,
  })
  let door: WorkerDoor | undefined
  try {
    const incidents = createIncidentClient(new Client({ connection, namespace: settings.temporalNamespace }))
    const parts = { configuration, records, clickhouse, incidents, metrics, now }
    const activities = await createActivities(settings, env, parts)
    // What the configuration no longer has would otherwise fire for ever: nobody judges it any more.
    await activities.retireChecks()
    await announceConfiguration(records, incidents, configuration, { now, log })
    const worker = await Worker.create({
      connection,
      namespace: settings.temporalNamespace,
      taskQueue,
      workflowBundle: await bundle,
      activities,
      shutdownGraceTime,
      interceptors: { activity: [observeActivities(metrics.activityEnded), endFinalFailures()] },
    })
    if (settings.metricsPort !== undefined && temporalMetricsUrl !== undefined) {
      door = await openWorkerDoor(settings.host, settings.metricsPort, {
        metrics: metrics.expose,
        temporalMetricsUrl,
        isRunning: () => worker.getState() === 'RUNNING',
        unready: () => unready({ database, connection, clickhouse }),
      })
    }
    log.info(
      { revision: configuration.revision, ...(door === undefined ? {} : { port: door.port }) },
      'working',
    )
    await worker.run()
  } finally {
    await door?.close()
    await deleting.stop()
    await clickhouse.close()
    await connection.close()
    await database.close()
  }
}

/** Asks everything that activities and workflows need. */
function unready(parts: { database: OpenDatabase; connection: NativeConnection; clickhouse: ClickHouse }) {
  const { database, connection, clickhouse } = parts
  return unanswered({
    postgres: () => database.pool.query('SELECT 1'),
    temporal: () =>
      connection.withDeadline(Date.now() + 2_000, () => connection.workflowService.getSystemInfo({})),
    clickhouse: () => clickhouse.ping(),
  })
}

interface Parts {
  readonly configuration: Configuration
  readonly records: ReturnType<typeof createRecords>
  readonly clickhouse: ClickHouse
  readonly incidents: IncidentClient
  readonly metrics: WorkerMetrics
  readonly now: () => Date
}

async function createActivities(
  settings: Settings,
  env: NodeJS.ProcessEnv,
  { configuration, records, clickhouse, incidents, metrics, now }: Parts,
) {
  const resolveSecret = secretsOf(env)
  const common = { ...records, now }
  return {
    ...createCheckActivities({
      metrics: createMetricReader(clickhouse),
      runs: records.checkRuns,
      configuration: () => configuration,
      now,
    }),
    ...createIncidentActivities({ ...common, running: () => configuration }),
    ...createInvestigateActivities({
      ...common,
      metricStore: clickhouse,
      series: { read: (request) => readSeriesChart(clickhouse, request) },
    }),
    ...createRemediateActivities({ ...common, executor: createHttpActions({ resolveSecret }) }),
    ...createEscalateActivities({
      ...common,
      running: () => configuration,
      schedules: currentSchedules(configuration, records.scheduleChanges),
      channels: createChannels(
        resolveSecret,
        now,
        chartsByName(records, createCharts(records, clickhouse, now)),
        configuration.integrations,
      ),
      publicUrl: settings.publicUrl,
      ...answerLinks(settings, now),
    }),
    ...createAuditActivities({
      ...common,
      workflows: incidents,
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

/** Without a key mails carry only the link to the console. */
function answerLinks({ linkKey: key, publicUrl }: Settings, now: () => Date) {
  return key === undefined ? {} : { answerUrl: createAnswerLinks({ key, publicUrl, now }).urlOf }
}

/** Draws nothing where no check measures what fires: an empty picture tells nobody anything. */
function chartsByName({ incidents }: Parts['records'], charts: ReturnType<typeof createCharts>) {
  return async (name: string): Promise<Uint8Array | undefined> => {
    const number = parseIncidentName(name)
    if (number === undefined) throw new Error(`${name} is no name of an incident`)
    const model = await charts.model(await incidents.get(number))
    return model.lines.length === 0 ? undefined : renderChart(model).png
  }
}
