import { z } from 'zod'
import { fingerprintOf, leftOutAnnotation, type AcceptedAlert, type Labels } from '../domain/alert/alert.ts'
import { storable } from '../domain/values/text.ts'
import { BodyRefused, type IntakeReading, problemsOf, type SenderContext } from './reading.ts'
import { eventIdOf } from './repeats.ts'
import { boundedId, instantOf, textOf, textsOf } from './texts.ts'

/**
 * Alertmanager's webhook, version 4, and Grafana's, which is made like it. Sources: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config,
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 *
 * Neither repeats a notification that is answered 4xx, so an alert is taken however it is written: names and texts of any length, scalars that are no
 * text, instants that are missing. What is not known is passed over.
 */
const versions = ['4', '1'] as const

/** What a notification says. */
export interface Notification extends IntakeReading {
  readonly receiver: string
  /** Alerts that the sender itself left out (`max_alerts`). */
  readonly withheld: number
}

const mapOfAnything = z.record(z.string(), z.unknown(), { error: 'must be a map of names and texts' })

const alertSchema = z.looseObject({
  status: z.enum(['firing', 'resolved'], { error: 'must be "firing" or "resolved"' }),
  labels: mapOfAnything,
  annotations: mapOfAnything.catch({}),
})

const notificationSchema = z.looseObject({
  version: z.enum(versions, {
    error: `must be "${versions[0]}": this is the address for Alertmanager's webhook, and for Grafana's`,
  }),
  receiver: z.string().catch(''),
  alerts: z.array(z.unknown(), { error: 'must be a list of alerts' }),
  truncatedAlerts: z.int().min(0).catch(0),
})

type WrittenAlert = z.output<typeof alertSchema>

/**
 * Reads a notification. Each alert counts by its own status and fingerprint; what the group says is not used.
 * @throws {BodyRefused} when it is no such notification at all
 */
export function parseNotification(body: unknown, context: SenderContext): Notification {
  const envelope = notificationSchema.safeParse(storable(body), { error: describe })
  if (!envelope.success)
    throw new BodyRefused('this is no notification of Alertmanager', problemsOf(envelope.error))
  const { receiver, truncatedAlerts: withheld } = envelope.data
  const alerts: AcceptedAlert[] = []
  const problems: string[] = []
  for (const [index, written] of envelope.data.alerts.entries()) {
    const { data, error } = alertSchema.safeParse(written, { error: describe })
    if (error === undefined) alerts.push(toAlert(data, withheld, context))
    else problems.push(...problemsOf(error, ['alerts', index]))
  }
  return { receiver, alerts, changes: [], problems, withheld }
}

function toAlert(written: WrittenAlert, withheld: number, { source, now }: SenderContext): AcceptedAlert {
  const { status } = written
  const labels = textsOf(written.labels)
  const startsAt = instantOf(written['startsAt'])
  const endsAt = status === 'resolved' ? instantOf(written['endsAt']) : undefined
  const given = textOf(written['fingerprint']) ?? ''
  const fingerprint = given === '' ? fingerprintOf(labels) : boundedId(given)
  const told = { source, fingerprint, status }
  const ended = endsAt ?? now.toISOString()
  return {
    ...told,
    // An instant that is not told must not make every repeat a new event; but with neither, every end is one, as it may be another.
    eventId: eventIdOf({
      ...told,
      ...defined({ startsAt, endsAt: startsAt === undefined ? ended : endsAt }),
    }),
    labels,
    annotations: annotationsOf(written, withheld),
    // One that is known by its end alone began no later.
    startsAt: startsAt ?? (status === 'resolved' ? ended : now.toISOString()),
    ...(status === 'resolved' ? { endsAt: ended } : {}),
  }
}

function defined({ startsAt, endsAt }: { startsAt: string | undefined; endsAt: string | undefined }) {
  return { ...(startsAt === undefined ? {} : { startsAt }), ...(endsAt === undefined ? {} : { endsAt }) }
}

/** What some senders tell of an alert beside its annotations; what says the same is not overwritten. */
const besides = [
  'generatorURL',
  'dashboardURL',
  'panelURL',
  'silenceURL',
  'imageURL',
  'values',
  'valueString',
  'orgId',
] as const

function annotationsOf(written: WrittenAlert, withheld: number): Labels {
  const told = Object.fromEntries(besides.map((name) => [name, written[name]]))
  const leftOut = withheld === 0 ? {} : { [leftOutAnnotation]: withheld }
  return textsOf({ ...told, ...written.annotations, ...leftOut })
}

function describe(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined
  if (issue.input === undefined) return 'is required'
  return issue.expected === 'object' ? 'must be an object' : undefined
}
