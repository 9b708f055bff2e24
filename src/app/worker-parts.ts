import type { Logger } from 'pino'
import type { ClickHouse } from '../clickhouse/client.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { OpenDatabase } from '../postgres/database.ts'
import type { WorkerMetrics } from '../metrics/worker-metrics.ts'
import type { Records } from './records.ts'
import type { Settings } from './settings.ts'

/** What a worker is put together from. */
export interface WorkerParts {
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
