import { z } from 'zod'
import { fingerprintOf, type AcceptedAlert, type Labels } from '../domain/alert/alert.ts'
import { cutText } from '../domain/page/delivery.ts'
import { storable } from '../domain/values/text.ts'
import { AlertsRefused, pathText } from './firewatch-alerts.ts'

/**
 * Alertmanager's webhook, version 4. Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 *
 * It does not repeat a notification that is answered 4xx, so only what cannot be stored or told apart is refused, alert by alert; keys that are
 * not known are passed over.
 */
const version = '4'

const mostLabels = 256
const longestName = 256
const longestLabel = 4_096
const longestAnnotation = 16_384
const longestId = 256
/** Before 2000 an instant is a mistake or Go's zero time, which says that there is none. */
const earliest = Date.UTC(2000, 0, 1)
/** Go's zero time, `0001-01-01T00:00:00Z`: the alert is open. */
const zeroTime = Date.parse('0001-01-01T00:00:00Z')

/** What a notification says. */
export interface Notification {
  readonly receiver: string
  readonly alerts: readonly AcceptedAlert[]
  /** Why the other alerts of it cannot be taken, each with its path. */
  readonly problems: readonly string[]
  /** Alerts that Alertmanager itself left out (`max_alerts`). */
  readonly withheld: number
}

function text(longest = Number.POSITIVE_INFINITY) {
  return z.string({ error: 'must be text' }).max(longest, `must be at most ${longest} characters`)
}

const labelName = text(longestName).min(1, 'must not be empty')

function texts(longest?: number) {
  return z
    .record(z.string(), text(longest), { error: 'must be a map of names and texts' })
    .superRefine((map, context) => {
      const names = Object.keys(map)
      if (names.length > mostLabels)
        context.addIssue(`must have at most ${mostLabels} entries, not ${names.length}`)
      for (const name of names) {
        const problem = labelName.safeParse(name).error?.issues[0]?.message
        if (problem !== undefined)
          context.addIssue(`the name ${JSON.stringify(name.slice(0, 40))} ${problem}`)
      }
    })
}

const instant = z.iso.datetime({
  offset: true,
  error: 'must be an instant in RFC 3339, such as 2026-03-01T12:00:00Z',
})

/** What only some senders add: no alert is refused for it. */
const addition = text().optional().catch(undefined)

const alertSchema = z.looseObject({
  status: z.enum(['firing', 'resolved'], { error: 'must be "firing" or "resolved"' }),
  labels: texts(longestLabel),
  annotations: texts().nullish(),
  startsAt: instant.refine(
    (written) => !(Date.parse(written) < earliest),
    'must not be before the year 2000',
  ),
  endsAt: instant.nullish(),
  fingerprint: text(longestId).nullish(),
  generatorURL: text().nullish(),
  // Grafana's: https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
  dashboardURL: addition,
  panelURL: addition,
})

const notificationSchema = z.looseObject({
  version: z.literal(version, {
    error: `must be "${version}": this is the address for Alertmanager's webhook`,
  }),
  receiver: text(longestId),
  alerts: z.array(z.unknown(), { error: 'must be a list of alerts' }),
  truncatedAlerts: z.int().min(0).catch(0),
})

type WrittenAlert = z.output<typeof alertSchema>

/**
 * Reads a notification. Each alert counts by its own status and fingerprint; what the group says is not used.
 * @param now for a resolved alert that does not say when it ended
 * @throws {AlertsRefused} when it is no such notification at all
 */
export function parseNotification(body: unknown, now: Date): Notification {
  const envelope = notificationSchema.safeParse(storable(body), { error: describe })
  if (!envelope.success) throw new AlertsRefused(problemsOf(envelope.error, []))
  const { receiver, truncatedAlerts: withheld } = envelope.data
  const alerts: AcceptedAlert[] = []
  const problems: string[] = []
  for (const [index, written] of envelope.data.alerts.entries()) {
    const { data, error } = alertSchema.safeParse(written, { error: describe })
    if (error === undefined) alerts.push(toAlert(data, receiver, now))
    else problems.push(...problemsOf(error, ['alerts', index]))
  }
  return { receiver, alerts, problems, withheld }
}

/**
 * The same alert firing once more after its end was reported. It keeps its `startsAt` when Prometheus had only been out of Alertmanager's
 * reach; but it did end in between, so for us it begins anew right after that end.
 */
export function firingAgain(alert: AcceptedAlert, endedAt: string): AcceptedAlert {
  const startsAt = new Date(Date.parse(endedAt) + 1).toISOString()
  return { ...alert, startsAt, eventId: eventIdOf({ ...alert, startsAt }) }
}

function toAlert(written: WrittenAlert, receiver: string, now: Date): AcceptedAlert {
  const { status, labels } = written
  const alert = {
    source: `alertmanager/${receiver}`,
    fingerprint: written.fingerprint || fingerprintOf(labels),
    status,
    labels,
    annotations: annotationsOf(written),
    startsAt: new Date(written.startsAt).toISOString(),
  }
  const ended = endOf(written)
  // An end that is not told must not make every repeat a new event.
  const eventId = eventIdOf({ ...alert, ...(ended === undefined ? {} : { endsAt: ended }) })
  return { ...alert, eventId, ...(status === 'resolved' ? { endsAt: ended ?? now.toISOString() } : {}) }
}

/** Alertmanager repeats what lasts; one event per change of state. */
function eventIdOf({
  fingerprint,
  startsAt,
  status,
  endsAt,
}: Pick<AcceptedAlert, 'fingerprint' | 'startsAt' | 'status' | 'endsAt'>): string {
  const change = `alertmanager/${fingerprint}/${startsAt}/${status}`
  return status === 'resolved' && endsAt !== undefined ? `${change}/${endsAt}` : change
}

function endOf({ endsAt }: WrittenAlert): string | undefined {
  const ms = endsAt == null ? zeroTime : Date.parse(endsAt)
  return ms === zeroTime ? undefined : new Date(ms).toISOString()
}

/** Addresses that an alert has beside its annotations stand among these; what says the same is not overwritten. */
function annotationsOf(written: WrittenAlert): Labels {
  const { annotations, generatorURL, dashboardURL, panelURL } = written
  const addresses = Object.entries({ generatorURL, dashboardURL, panelURL }).flatMap(([name, value]) =>
    value ? [[name, value] as const] : [],
  )
  const told = [...addresses, ...Object.entries(annotations ?? {})]
  return Object.fromEntries(told.map(([name, value]) => [name, cutText(value, longestAnnotation)]))
}

function problemsOf({ issues }: z.ZodError, within: readonly PropertyKey[]): string[] {
  return issues.map(({ path, message }) => {
    const where = pathText([...within, ...path])
    return where === '' ? message : `${where}: ${message}`
  })
}

function describe(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined
  if (issue.input === undefined) return 'is required'
  return issue.expected === 'object' ? 'must be an object' : undefined
}
