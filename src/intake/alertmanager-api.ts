import { z } from 'zod'
import { type AcceptedAlert, fingerprintOf, type Labels } from '../domain/alert/alert.ts'
import { defaultResolveTimeoutMs } from '../domain/alert/current-alert.ts'
import { storable } from '../domain/values/text.ts'
import { BodyRefused, type IntakeReading, type SenderContext } from './reading.ts'
import { eventIdOf } from './repeats.ts'
import { textOf, textsOf } from './texts.ts'

/** Go's zero time, `0001-01-01T00:00:00Z`: the instant is not set. */
const zeroTime = Date.parse('0001-01-01T00:00:00Z')
/** What can be written with a year of four digits, and so be stored. */
const latest = Date.parse('9999-12-31T23:59:59.999Z')

const postableAlerts = z.array(z.unknown(), {
  error: 'must be a list of alerts, sent with content-type application/json',
})

function texts(what: string) {
  return z.record(z.string(), z.unknown(), { error: `must be a map of names and texts: the alert's ${what}` })
}

const rfc3339 = z.iso.datetime({
  offset: true,
  local: true,
  error: 'must be an instant in RFC 3339, such as 2026-03-01T12:00:00Z',
})

/** Go's reader takes an empty text as no instant. */
const instant = z.preprocess((written) => (written === '' ? null : written), rfc3339.nullish()).optional()

const postableAlert = z.looseObject({
  labels: texts('labels').nullish(),
  annotations: texts('annotations').nullish(),
  startsAt: instant,
  endsAt: instant,
  generatorURL: z.unknown().optional(),
})

type PostableAlert = z.output<typeof postableAlert>

/**
 * Reads what Prometheus and other clients of Alertmanager send to `POST /api/v2/alerts`, with Alertmanager's own meaning of its times. Source:
 * https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml (postableAlerts) and api/v2/api.go (postAlertsHandler).
 *
 * - without `startsAt`, it began at its end when that is past, else now;
 * - without `endsAt`, it fires until `resolveTimeoutMs` from now, unless it is sent again;
 * - an end in the future is when it stops firing unless it is sent again; any other end resolves it.
 *
 * Labels without a value are none. Label names are any UTF-8, as with Alertmanager since 0.27.
 *
 * @throws {BodyRefused} when it is no list at all
 */
export function readPostedAlerts(
  body: unknown,
  { source, now }: SenderContext,
  resolveTimeoutMs: number = defaultResolveTimeoutMs,
): IntakeReading {
  const list = postableAlerts.safeParse(storable(body))
  if (!list.success) throw new BodyRefused('no alerts', [list.error.issues[0]?.message ?? ''])
  const alerts: AcceptedAlert[] = []
  const problems: string[] = []
  for (const [index, posted] of list.data.entries()) {
    const read = readAlert(posted, { source, now: now.getTime(), resolveTimeoutMs })
    if ('problems' in read) problems.push(...read.problems.map((problem) => `alert ${index}: ${problem}`))
    else alerts.push(read)
  }
  return { alerts, changes: [], problems }
}

interface Reading {
  readonly source: string
  /** Epoch milliseconds. */
  readonly now: number
  readonly resolveTimeoutMs: number
}

function readAlert(posted: unknown, reading: Reading): AcceptedAlert | { problems: readonly string[] } {
  const { data, error } = postableAlert.safeParse(posted, { error: describe })
  if (error !== undefined)
    return {
      problems: error.issues.map(({ path, message }) => [...path.map(String), message].join(': ')),
    }
  const labels = textsOf(data.labels ?? {})
  const problems = labelProblems(data.labels ?? {}, labels)
  const times = timesOf(data, reading)
  if (times.startsAt > times.endsAt) problems.push('start time must be before end time')
  return problems.length > 0 ? { problems } : toAlert(data, labels, times, reading)
}

/** In Alertmanager's words, so that whoever knows them finds them. */
function labelProblems(written: Readonly<Record<string, unknown>>, labels: Labels): string[] {
  if (Object.hasOwn(written, '') && textOf(written[''])) return ['invalid label set: invalid name ""']
  return Object.keys(labels).length === 0 ? ['at least one label pair required'] : []
}

/** Epoch milliseconds. */
interface Times {
  readonly startsAt: number
  /** As the sender says it; absent: the sender does not. */
  readonly writtenStart: number | undefined
  readonly endsAt: number
}

function timesOf(posted: PostableAlert, { now, resolveTimeoutMs }: Reading): Times {
  const [start, end] = [instantOf(posted.startsAt), instantOf(posted.endsAt)]
  const startsAt = start ?? Math.min(end ?? now, now)
  // Counted from its beginning when the sender's clock is ahead of ours: Alertmanager refuses such an alert, and it is lost.
  const timeout = Math.max(startsAt, now) + resolveTimeoutMs
  return { startsAt, writtenStart: start, endsAt: end ?? timeout }
}

/** Go's reader takes an instant without a zone as UTC. */
function instantOf(written: string | null | undefined): number | undefined {
  if (!written) return undefined
  const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(written) ? written : `${written}Z`)
  return ms <= zeroTime ? undefined : ms
}

function toAlert(
  posted: PostableAlert,
  labels: Labels,
  times: Times,
  { source, now }: Reading,
): AcceptedAlert {
  const fingerprint = fingerprintOf(labels)
  const [startsAt, end] = [toText(times.startsAt), toText(times.endsAt)]
  const status = times.endsAt > now ? 'firing' : 'resolved'
  const endsAt = status === 'resolved' ? { endsAt: end } : {}
  const change = { source, fingerprint, status, ...endsAt } as const
  // A beginning that is not told must not make every repeat a new event.
  const told = times.writtenStart === undefined ? change : { ...change, startsAt }
  return {
    ...change,
    eventId: eventIdOf(told),
    labels,
    annotations: annotationsOf(posted),
    startsAt,
    ...(status === 'firing' ? { expiresAt: end } : {}),
  }
}

function annotationsOf({ annotations, generatorURL }: PostableAlert): Labels {
  // What the rule says under this name is not overwritten.
  return textsOf({ generatorURL, ...annotations })
}

function toText(ms: number): string {
  return new Date(Math.min(ms, latest)).toISOString()
}

function describe(issue: z.core.$ZodRawIssue): string | undefined {
  return issue.code === 'invalid_type' && issue.expected === 'object' ? 'must be an object' : undefined
}
