import { z } from 'zod'
import { fingerprintOf, type AcceptedAlert, type AlertStatus } from '../domain/alert/alert.ts'
import { storable } from '../domain/values/text.ts'

/**
 * Firewatch's own format for alerts from anywhere, `POST /api/v1/alerts`:
 *
 *     {"alerts": [{"labels": {"alertname": "DiskFull", "service": "feed", "severity": "critical"}}]}
 *
 * Only `labels.alertname` is required. Without `status` an alert is resolved if its `endsAt` has passed, else it fires. Without `startsAt` it begins now.
 * `generatorURL` leads to what it was made from. Without `fingerprint` its labels say what it is the same alert as. An event without `eventId` is a new one each time.
 */
const source = 'firewatch'

const mostAlerts = 1_000
const mostLabels = 64
const longestName = 128
const longestLabel = 1_024
const longestAnnotation = 16_384
const longestId = 256
/** Clocks differ a little; an alert from further ahead has a wrong clock or a wrong unit. */
const mostAheadMs = 24 * 3_600_000
/** Before 2000 an instant is a mistake, such as seconds taken for milliseconds. */
const earliest = Date.UTC(2000, 0, 1)
const problemsTold = 20

/** A body that is not understood; `problems` name each bad path. */
export class AlertsRefused extends Error {
  override readonly name = 'AlertsRefused'
  readonly statusCode = 400
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    const more = problems.length - problemsTold
    super(`the alerts are not understood, and none of them was stored: ${problems[0] ?? ''}`)
    this.problems = more > 0 ? [...problems.slice(0, problemsTold), `and ${more} more`] : problems
  }
}

/** Prometheus's label names. Source: https://prometheus.io/docs/concepts/data_model/ */
const labelName = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Text of one line or several. Other control characters have no meaning in a label; what no store can hold was replaced before. */
function text(longest: number) {
  return z
    .string({ error: 'must be text' })
    .max(longest, `must be at most ${longest} characters`)
    .refine((value) => !hasControlCharacters(value), 'must not hold control characters')
}

function hasControlCharacters(value: string): boolean {
  // Tab, line feed and carriage return are allowed.
  // oxlint-disable-next-line no-control-regex
  return /[\u0001-\u0008\u000B\u000C\u000E-\u001F\u007F]/.test(value)
}

function namedTexts(longest: number) {
  return z
    .record(z.string(), text(longest), { error: 'must be a map of names and texts' })
    .superRefine((map, context) => {
      const names = Object.keys(map)
      if (names.length > mostLabels)
        context.addIssue(`must have at most ${mostLabels} entries, not ${names.length}`)
      for (const name of names.filter((one) => !labelName.test(one) || one.length > longestName)) {
        context.addIssue(
          `${JSON.stringify(name.slice(0, longestName))} is not a name: letters, digits and "_", not beginning with a digit, at most ${longestName} characters`,
        )
      }
    })
}

const instant = z.iso
  .datetime({
    offset: true,
    error: 'must be an instant in ISO 8601 with a zone, such as 2026-03-01T12:00:00Z',
  })
  .refine((value) => Date.parse(value) >= earliest, 'must not be before the year 2000')

const id = text(longestId).min(1, 'must not be empty')

const alertSchema = z
  .strictObject({
    status: z.enum(['firing', 'resolved'], { error: 'must be "firing" or "resolved"' }).optional(),
    labels: namedTexts(longestLabel).refine(({ alertname }) => (alertname ?? '').trim() !== '', {
      path: ['alertname'],
      error: 'is required',
    }),
    annotations: namedTexts(longestAnnotation).default({}),
    startsAt: instant.optional(),
    endsAt: instant.optional(),
    fingerprint: id.optional(),
    eventId: id.optional(),
    generatorURL: text(longestAnnotation).optional(),
  })
  .superRefine(({ startsAt, endsAt }, context) => {
    if (startsAt === undefined || endsAt === undefined || Date.parse(endsAt) >= Date.parse(startsAt)) return
    context.addIssue({ code: 'custom', path: ['endsAt'], message: 'must not be before startsAt' })
  })

const bodySchema = z.strictObject({
  alerts: z
    .array(alertSchema, { error: 'must be a list of alerts' })
    .max(mostAlerts, `must have at most ${mostAlerts} entries: send more in several requests`),
})

type WrittenAlert = z.output<typeof alertSchema>

/**
 * Reads the body of `POST /api/v1/alerts`.
 * @param of `now` for what an alert leaves out; `newId` names an event that has no name of its own
 * @throws {AlertsRefused} naming every bad path; then none of the alerts may be stored
 */
export function parseAlerts(
  body: unknown,
  of: { readonly now: Date; readonly newId: () => string },
): AcceptedAlert[] {
  const parsed = bodySchema.safeParse(storable(body), { error: describe })
  if (!parsed.success) {
    throw new AlertsRefused(
      parsed.error.issues.map(({ path, message }) =>
        path.length === 0 ? message : `${pathText(path)}: ${message}`,
      ),
    )
  }
  const tooEarly = parsed.data.alerts.flatMap(({ startsAt }, index) =>
    startsAt !== undefined && Date.parse(startsAt) > of.now.getTime() + mostAheadMs
      ? [`alerts[${index}].startsAt: lies more than a day ahead`]
      : [],
  )
  if (tooEarly.length > 0) throw new AlertsRefused(tooEarly)
  const now = of.now.toISOString()
  return parsed.data.alerts.map((alert) => toAlert(alert, now, of.newId))
}

/** @param now ISO 8601 in UTC */
function toAlert(written: WrittenAlert, now: string, newId: () => string): AcceptedAlert {
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
    // The prefix keeps events of other intakes from being taken for these.
    eventId: `${source}/${written.eventId ?? newId()}`,
    fingerprint: written.fingerprint ?? fingerprintOf(labels),
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

/** `alerts[3].labels.alertname` */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('')
}

function iso(written: string): string {
  return new Date(written).toISOString()
}
