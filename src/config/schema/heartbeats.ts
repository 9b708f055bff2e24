import { z } from 'zod'
import type { HeartbeatMonitor } from '../../domain/configuration/configuration.ts'
import { severities } from '../../domain/values/severity.ts'
import { duration, labels, linkFields, text } from './fields.ts'

/** A beat takes seconds to arrive, and whoever looks does so now and then. */
const leastMs = 10_000

export const heartbeatMonitorSchema = z.strictObject({
  every: duration({ leastMs }),
  grace: duration().prefault('10m'),
  service: text.exactOptional(),
  severity: z.enum(['critical', 'warning', 'info', ...severities]).default('critical'),
  labels: labels.default({}),
  title: text.max(60, 'must be at most 60 characters').exactOptional(),
  summary: text.max(1_000, 'must be at most 1,000 characters').exactOptional(),
  muted: z.boolean().default(false),
  ...linkFields,
})

export function toHeartbeatMonitor(
  heartbeatName: string,
  { every, grace, muted, ...written }: z.output<typeof heartbeatMonitorSchema>,
): HeartbeatMonitor {
  return {
    name: heartbeatName,
    everyMs: every,
    graceMs: grace,
    ...written,
    ...(muted ? { muted: true } : {}),
  }
}
