import type { Connection } from '@temporalio/client'
import type { Logger } from 'pino'
import type { ClickHouse } from '../clickhouse/client.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import type { createAuditLog } from '../postgres/audit-log.ts'
import type { ServerPools } from '../postgres/pools.ts'
import type { ReviewProgress } from '../temporal/review-progress.ts'
import type { Records } from './records.ts'
import type { Settings } from './settings.ts'

/** What the server is put together from. */
export interface ServerParts {
  readonly settings: Settings
  readonly configuration: Configuration
  readonly log: Logger
  readonly pools: ServerPools
  readonly records: Records
  readonly connection: Connection
  readonly clickhouse: ClickHouse
  readonly reviewProgress: ReviewProgress
  readonly metrics: ServerMetrics
  readonly stirred: () => void
  readonly auditLog: ReturnType<typeof createAuditLog>
}

export const now = () => new Date()
