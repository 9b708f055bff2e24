import { NativeConnection, Worker } from '@temporalio/worker'
import { createCheckActivities } from '../../activities/check.ts'
import { createEscalateActivities } from '../../activities/escalate.ts'
import { createIncidentActivities } from '../../activities/incident.ts'
import { createInvestigateActivities } from '../../activities/investigate.ts'
import { createPostMortemActivities } from '../../activities/post-mortem.ts'
import { createRemediateActivities } from '../../activities/remediate.ts'
import { renderChart } from '../chart/render.ts'
import { createClickHouse, type ClickHouse } from '../clickhouse/client.ts'
import { createMetricReader } from '../clickhouse/metric-query.ts'
import { readSeriesChart } from '../clickhouse/series-chart.ts'
import { loadConfiguration } from '../config/load.ts'
import type { Configuration } from '../domain/configuration.ts'
import { createHttpActions } from '../http-action/executor.ts'
import { openDatabase } from '../postgres/database.ts'
import { loadReviewTemplate } from '../templates/review.ts'
import { taskQueue } from '../temporal/incident-client.ts'
import { createChannels, secretsOf } from './edges.ts'
import { prepareDatabase, prepareTemporal } from './prepare.ts'
import { createRecords } from './records.ts'
import { reviewFolder } from './review-folder.ts'
import type { Settings } from './settings.ts'

/** Longer than the longest activity, so that a deploy in the middle of an act lets it finish and report. */
const shutdownGraceTime = '30s'

const workflowsPath = new URL('../../workflows/index.ts', import.meta.url).pathname

/** Runs workflows and activities until the process is told to end; then lets what runs finish. */
export async function work(settings: Settings, env: NodeJS.ProcessEnv): Promise<void> {
  const configuration = await loadConfiguration(settings.configPath)
  const now = () => new Date()
  const database = openDatabase(settings.databaseUrl)
  const records = createRecords(database.db, now)
  await prepareDatabase(database, records, configuration)
  await prepareTemporal(settings, configuration)
  const connection = await NativeConnection.connect({ address: settings.temporalAddress })
  const clickhouse = createClickHouse({ url: settings.clickhouseUrl })
  try {
    const worker = await Worker.create({
      connection,
      namespace: settings.temporalNamespace,
      taskQueue,
      workflowsPath,
      activities: await createActivities(settings, env, { configuration, records, clickhouse, now }),
      shutdownGraceTime,
    })
    await worker.run()
  } finally {
    await clickhouse.close()
    await connection.close()
    await database.close()
  }
}

interface Parts {
  readonly configuration: Configuration
  readonly records: ReturnType<typeof createRecords>
  readonly clickhouse: ClickHouse
  readonly now: () => Date
}

async function createActivities(settings: Settings, env: NodeJS.ProcessEnv, { configuration, records, clickhouse, now }: Parts) {
  const resolveSecret = secretsOf(env)
  const common = { ...records, now }
  return {
    ...createCheckActivities({
      metrics: createMetricReader(clickhouse),
      runs: records.checkRuns,
      configuration: () => configuration,
      now,
    }),
    ...createIncidentActivities(common),
    ...createInvestigateActivities({
      ...common,
      metricStore: clickhouse,
      series: { read: (request) => readSeriesChart(clickhouse, request) },
    }),
    ...createRemediateActivities({ ...common, executor: createHttpActions({ resolveSecret }) }),
    ...createEscalateActivities({
      ...common,
      users: () => configuration.users,
      channels: createChannels(resolveSecret, now),
      publicUrl: settings.publicUrl,
    }),
    ...createPostMortemActivities({
      ...common,
      renderReview: await loadReviewTemplate(),
      renderChart,
      folder: reviewFolder(settings.dataDir),
    }),
  }
}
