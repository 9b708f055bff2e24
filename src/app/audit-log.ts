import type { Logger } from 'pino'
import { createAuditLog } from '../postgres/audit-log.ts'
import type { Database } from '../postgres/database.ts'

/** The audit log of a process that has a log of its own: what cannot be stored stands there. */
export function openAuditLog(db: Database, log: Pick<Logger, 'error'>) {
  return createAuditLog(db, (entries, reason) =>
    log.error({ err: reason, audit: entries }, 'entries of the audit log are here and not in the database'),
  )
}
