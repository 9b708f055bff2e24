import { z } from 'zod'
import type { Check } from '../../domain/configuration/configuration.ts'
import { severities } from '../../domain/values/severity.ts'
import { duration, labels, linkFields, text } from './fields.ts'
import { clockWindow } from './time-fields.ts'

const secondMs = 1_000

const sameTimeSchema = z.strictObject({
  kind: z.literal('same-time'),
  threshold: z.number().gt(0).max(1).default(0.5),
})

const thresholdSchema = z
  .strictObject({
    kind: z.literal('threshold'),
    op: z.enum(['>', '>=', '<', '<=']),
    value: z.number(),
    clear: z.number().exactOptional(),
  })
  .superRefine(({ op, value, clear }, context) => {
    if (clear === undefined || (op.startsWith('>') ? clear < value : clear > value)) return
    const side = op.startsWith('>') ? 'below' : 'above'
    const message = `must be ${side} the value (${value}): what fires by "${op}" clears only ${side} it`
    context.addIssue({ code: 'custom', path: ['clear'], message })
  })

export const defaultBucket = '15m'

export const checkSchema = z.strictObject({
  title: text.max(60, 'must be at most 60 characters').exactOptional(),
  service: text,
  metrics: z.array(text).min(1),
  slices: z.array(text).min(1).default(['total']),
  detector: z
    .discriminatedUnion('kind', [sameTimeSchema, thresholdSchema])
    .default({ kind: 'same-time', threshold: 0.5 }),
  bucket: duration({ leastMs: secondMs }).prefault(defaultBucket),
  scheduled: z.boolean().default(true),
  every: duration({ leastMs: secondMs }).exactOptional(),
  late: duration().prefault('30s'),
  quietHours: z.array(clockWindow).default([]),
  for: duration().prefault('0'),
  clearAfter: z.int().min(1).max(1_000).default(3),
  cooldown: duration().prefault('1h'),
  silentAfter: duration({ leastMs: secondMs }).exactOptional(),
  firstDataWithin: duration().exactOptional(),
  severity: z.enum(['critical', 'warning', 'info', ...severities]).default('warning'),
  labels: labels.default({}),
  ...linkFields,
})

export function toCheck(checkName: string, written: z.output<typeof checkSchema>): Check {
  return {
    name: checkName,
    ...(written.title === undefined ? {} : { title: written.title }),
    service: written.service,
    metrics: written.metrics,
    slices: written.slices,
    detector: written.detector,
    bucketMs: written.bucket,
    ...(written.scheduled ? {} : { scheduled: false as const }),
    everyMs: written.every ?? written.bucket,
    lateMs: written.late,
    quietHours: written.quietHours,
    forMs: written.for,
    clearAfter: written.clearAfter,
    cooldownMs: written.cooldown,
    silentAfterMs: written.silentAfter ?? 2 * written.bucket,
    ...(written.firstDataWithin === undefined ? {} : { firstDataWithinMs: written.firstDataWithin }),
    severity: written.severity,
    labels: written.labels,
    ...linksOf(written),
  }
}

function linksOf({ dashboardUrl, runbookUrl, links }: z.output<typeof checkSchema>) {
  return {
    ...(dashboardUrl === undefined ? {} : { dashboardUrl }),
    ...(runbookUrl === undefined ? {} : { runbookUrl }),
    ...(links === undefined ? {} : { links }),
  }
}
