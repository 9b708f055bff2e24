import type { NativeConnection, Worker } from '@temporalio/worker'
import type { ClickHouse } from '../clickhouse/client.ts'
import type { OpenDatabase } from '../postgres/database.ts'
import { unreachable } from './readiness.ts'
import { openHealthServer, type HealthServer } from './worker-health-server.ts'
import type { WorkerParts } from './worker-parts.ts'

/** The health server of this worker; `undefined` when no port is configured for it. */
export async function openWorkerHealth(
  { settings, metrics, database, clickhouse }: WorkerParts,
  temporalMetricsUrl: string | undefined,
  worker: Worker,
  connection: NativeConnection,
  configuration: Parameters<typeof openHealthServer>[2]['configuration'],
): Promise<HealthServer | undefined> {
  const port = settings.metricsPort
  if (port === undefined || temporalMetricsUrl === undefined) return undefined
  return openHealthServer(settings.host, port, {
    metrics: metrics.expose,
    temporalMetricsUrl,
    isRunning: () => worker.getState() === 'RUNNING',
    unready: () => unready({ database, connection, clickhouse }),
    configuration,
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
