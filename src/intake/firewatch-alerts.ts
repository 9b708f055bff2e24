import { z } from 'zod'
import { fingerprintOf, type AcceptedAlert, type AlertStatus } from '../domain/alert/alert.ts'
import { storable } from '../domain/values/text.ts'
import { BodyRefused, type IntakeReading, problemsOf, type SenderContext } from './reading.ts'
import { boundedId, earliestInstant, textsOf } from './texts.ts'

/**
 * Firewatch's own format for alerts from anywhere, `POST /api/v1/alerts`:
 *
 *     {"alerts": [{"labels": {"alertname": "DiskFull", "service": "feed", "severity": "critical"}}]}
 *
 * Only `labels.alertname` is required. Without `status` an alert is resolved if its `endsAt` has passed, else it fires. Without `startsAt` it begins now.
 * `generatorURL` leads to what it was made from. Without `fingerprint` its labels say what it is the same alert as. An event without `eventId` is a new one each time.
 */
const mostAlerts = 1_000
/** Clocks differ a little; an alert from further ahead has a wrong clock or a wrong unit. */
const mostAheadMs = 24 * 3_600_000

const instant = z.iso
  .datetime({
    offset: true,
    error: 'must be an instant in ISO 8601 with a zone, such as 2026-03-01T12:00:00Z',
  })
  .refine((value) => Date.parse(value) >= earliestInstant, 'must not be before the year 2000')

const texts = z
  .record(z.string(), z.unknown(), { error: 'must be a map of names and texts' })
  .transform((map) => textsOf(map))

const id = z.string({ error: 'must be text' }).min(1, 'must not be empty')

const alertSchema = z
  .strictObject({
    status: z.enum(['firing', 'resolved'], { error: 'must be "firing" or "resolved"' }).optional(),
    labels: texts.refine(({ alertname }) => (alertname ?? '').trim() !== '', {
      path: ['alertname'],
      error: 'is required',
    }),
    annotations: texts.default({}),
    startsAt: instant.optional(),
    endsAt: instant.optional(),
    fingerprint: id.optional(),
    eventId: id.optional(),
    generatorURL: z.string({ error: 'must be text' }).optional(),
  })
  .superRefine(({ startsAt, endsAt }, context) => {
    if (startsAt === undefined || endsAt === undefined || Date.parse(endsAt) >= Date.parse(startsAt)) return
    context.addIssue({ code: 'custom', path: ['endsAt'], message: 'must not be before startsAt' })
  })

const bodySchema = z.strictObject({
  alerts: z
    .array(z.unknown(), { error: 'must be a list of alerts' })
    .max(mostAlerts, `must have at most ${mostAlerts} entries: send more in several requests`),
})

type WrittenAlert = z.output<typeof alertSchema>

/**
 * Reads the body of `POST /api/v1/alerts`. An alert at fault is told of; the others count.
 * @throws {BodyRefused} naming every bad path when it is no list of alerts
 */
export function parseAlerts(body: unknown, context: SenderContext): IntakeReading {
  const parsed = bodySchema.safeParse(storable(body), { error: describe })
  if (!parsed.success)
    throw new BodyRefused(
      'the alerts are not understood, and none of them was stored',
      problemsOf(parsed.error),
    )
  const alerts: AcceptedAlert[] = []
  const problems: string[] = []
  for (const [index, written] of parsed.data.alerts.entries()) {
    const { data, error } = alertSchema.safeParse(written, { error: describe })
    if (error !== undefined) problems.push(...problemsOf(error, ['alerts', index]))
    else if (isAhead(data, context)) problems.push(`alerts[${index}].startsAt: lies more than a day ahead`)
    else alerts.push(toAlert(data, context))
  }
  return { alerts, changes: [], problems }
}

function isAhead({ startsAt }: WrittenAlert, { now }: SenderContext): boolean {
  return startsAt !== undefined && Date.parse(startsAt) > now.getTime() + mostAheadMs
}

function toAlert(written: WrittenAlert, { source, newId, ...context }: SenderContext): AcceptedAlert {
  const now = context.now.toISOString()
  const { labels, generatorURL } = written
  const annotations =
    generatorURL === undefined ? written.annotations : { generatorURL, ...written.annotations }
  const status = statusOf(written, now)
  const endsAt = written.endsAt === undefined ? now : iso(written.endsAt)
  // One that is only ever reported as resolved began no later than it ended.
  const startsAt =
    written.startsAt === undefined ? (status === 'resolved' ? endsAt : now) : iso(written.startsAt)
  return {
    source,
    eventId: `${source}/firewatch/${boundedId(written.eventId ?? newId())}`,
    fingerprint: written.fingerprint === undefined ? fingerprintOf(labels) : boundedId(written.fingerprint),
    status,
    labels,
    annotations,
    startsAt,
    ...(status === 'resolved' ? { endsAt } : {}),
  }
}

function statusOf({ status, endsAt }: WrittenAlert, now: string): AlertStatus {
  return status ?? (endsAt !== undefined && Date.parse(endsAt) <= Date.parse(now) ? 'resolved' : 'firing')
}

function describe(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys')
    return `unknown ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
  if (issue.input === undefined) return 'is required'
  return issue.code === 'invalid_type' && issue.expected === 'object' ? 'must be an object' : undefined
}

function iso(written: string): string {
  return new Date(written).toISOString()
}
