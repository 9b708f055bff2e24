import { proxyActivities } from '@temporalio/workflow'
import type { AuditActivities, AuditResult } from '../activities/audit.ts'

const activities = proxyActivities<AuditActivities>({
  startToCloseTimeout: '40s',
  scheduleToCloseTimeout: '90s',
  retry: { initialInterval: '2s', maximumAttempts: 3 },
  summary: 'Is somebody looked for wherever somebody should be?',
})

/** One look at paging itself, set off by its schedule. What cannot be looked at is not well: then no heartbeat goes out. */
export async function audit(): Promise<AuditResult> {
  return activities.auditPaging()
}
