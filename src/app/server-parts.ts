import type { Logger } from 'pino'
import type { ClickHouse } from '../clickhouse/client.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Silencing } from '../domain/alert/silence-request.ts'
import type { MaintenanceAnnouncements } from '../domain/escalate/maintenance.ts'
import type { HeartbeatWatch } from '../intake/heartbeat-watch.ts'
import type { WithinQuota } from '../intake/quota.ts'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import type { createAuditLog } from '../postgres/audit-log.ts'
import type { ServerPools } from '../postgres/pools.ts'
import type { TemporalQuestions } from '../temporal/questions.ts'
import type { Records } from './records.ts'
import type { Settings } from './settings.ts'

/** What the server is put together from. */
export interface ServerParts {
  readonly settings: Settings
  /** As configured now: asked at each use, as it changes while the server runs. */
  readonly running: () => Configuration
  readonly log: Logger
  readonly pools: ServerPools
  readonly records: Records
  readonly temporal: TemporalQuestions
  readonly clickhouse: ClickHouse
  readonly metrics: ServerMetrics
  readonly auditLog: ReturnType<typeof createAuditLog>
  readonly maintenance: MaintenanceAnnouncements
  readonly silencing: Silencing
  readonly heartbeatWatch: HeartbeatWatch
  /** One for all that take alerts in: a sender has one limit, whatever it speaks. */
  readonly withinQuota: WithinQuota
}

export const now = () => new Date()
