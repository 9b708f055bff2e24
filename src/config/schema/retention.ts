import { z } from 'zod'
import type { Retention } from '../../domain/configuration/retention.ts'
import { duration } from './fields.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/**
 * Senders repeat an alert for days while it fires, and are told apart from news by what the inbox knows; verdicts are looked back on for some
 * hours.
 */
export const retentionSchema = z
  .strictObject({
    inbox: duration({ leastMs: dayMs }).prefault('30d'),
    verdicts: duration({ leastMs: dayMs }).prefault('7d'),
    incidents: duration({ leastMs: 7 * dayMs }).prefault('366d'),
    audits: duration({ leastMs: dayMs }).prefault('90d'),
    notices: duration({ leastMs: dayMs }).prefault('90d'),
    credentials: duration({ leastMs: hourMs }).prefault('7d'),
    configurations: duration({ leastMs: dayMs }).prefault('90d'),
  })
  .prefault({})

export function toRetention(written: z.output<typeof retentionSchema>): Retention {
  return {
    inboxMs: written.inbox,
    verdictsMs: written.verdicts,
    incidentsMs: written.incidents,
    auditsMs: written.audits,
    noticesMs: written.notices,
    credentialsMs: written.credentials,
    configurationsMs: written.configurations,
  }
}
