import type { AcceptedAlert } from '../domain/alert/alert.ts'
import type { SenderContext, IntakeReading } from './reading.ts'
import { foreignInstant, memberOf, textAt } from './foreign-body.ts'
import { isSigned, type RawRequest } from './proof.ts'
import { eventIdOf } from './repeats.ts'
import { boundedId, textsOf } from './texts.ts'

/* Sentry's integration platform: https://docs.sentry.io/organization/integrations/integration-platform/webhooks/ */

const nothing: IntakeReading = { alerts: [], changes: [], problems: [] }

/** HMAC-SHA256 in hex over the body, by the client secret of the integration. */
export function isFromSentry({ header, body }: RawRequest, secret: string): boolean {
  return isSigned(header('sentry-hook-signature'), secret, [body])
}

/**
 * Issue alerts and metric alerts. An issue is one alert, whichever of its rules were met, and ends when it is resolved in Sentry; so is what a metric
 * alert opened. Everything else that Sentry tells is taken and means nothing here.
 * @param resource `Sentry-Hook-Resource`
 */
export function readSentry(
  body: unknown,
  resource: string | undefined,
  context: SenderContext,
): IntakeReading {
  const action = textAt(body, 'action') ?? ''
  const data = memberOf(body, 'data')
  switch (resource) {
    case 'event_alert':
      return action === 'triggered' ? readIssueAlert(data, context) : nothing
    case 'issue':
      return action === 'resolved' ? readResolvedIssue(data, context) : nothing
    case 'metric_alert':
      return readMetricAlert(data, action, context)
    default:
      return nothing
  }
}

/** https://docs.sentry.io/organization/integrations/integration-platform/webhooks/issue-alerts/ */
function readIssueAlert(data: unknown, context: SenderContext): IntakeReading {
  const event = memberOf(data, 'event')
  const issue = textAt(event, 'issue_id') ?? textAt(event, 'issue', 'id') ?? idIn(textAt(event, 'issue_url'))
  if (issue === undefined) return missing('data.event.issue_id')
  const [organization, project] = projectIn(textAt(event, 'url') ?? textAt(event, 'web_url'))
  const fingerprint = boundedId(`issue/${issue}`)
  const startsAt = foreignInstant(memberOf(event, 'datetime')) ?? foreignInstant(memberOf(event, 'timestamp'))
  const name = textAt(data, 'triggered_rule') ?? textAt(data, 'issue_alert', 'title') ?? 'Sentry issue'
  const alert: Omit<AcceptedAlert, 'eventId'> = {
    source: context.source,
    fingerprint,
    status: 'firing',
    labels: textsOf({
      alertname: name,
      severity: severityOf(textAt(event, 'level')),
      project: project ?? textAt(event, 'project'),
      organization,
      environment: textAt(event, 'environment'),
      platform: textAt(event, 'platform'),
      release: textAt(event, 'release'),
    }),
    annotations: textsOf({
      title: textAt(event, 'title') ?? textAt(event, 'message'),
      summary: textAt(event, 'message') ?? textAt(event, 'title'),
      culprit: textAt(event, 'culprit'),
      generatorURL: textAt(event, 'web_url'),
    }),
    startsAt: startsAt ?? context.now.toISOString(),
  }
  // Sentry repeats an event that was not taken, under the same id.
  const told = textAt(event, 'event_id') ?? (startsAt === undefined ? context.newId() : startsAt)
  return {
    ...nothing,
    alerts: [{ ...alert, eventId: `${context.source}/${fingerprint}/firing/${boundedId(told)}` }],
  }
}

/** https://docs.sentry.io/organization/integrations/integration-platform/webhooks/issues/ */
function readResolvedIssue(data: unknown, { source, now, newId }: SenderContext): IntakeReading {
  const issue = memberOf(data, 'issue')
  const id = textAt(issue, 'id')
  if (id === undefined) return missing('data.issue.id')
  const at = now.toISOString()
  const fingerprint = boundedId(`issue/${id}`)
  const alert: Omit<AcceptedAlert, 'eventId'> = {
    source,
    fingerprint,
    status: 'resolved',
    labels: textsOf({
      alertname: 'Sentry issue',
      severity: severityOf(textAt(issue, 'level')),
      project: textAt(issue, 'project', 'slug'),
    }),
    annotations: textsOf({ title: textAt(issue, 'title'), generatorURL: textAt(issue, 'web_url') }),
    startsAt: at,
    endsAt: at,
  }
  // It is not said when it was resolved, so there is nothing to tell two such times apart by.
  return { ...nothing, alerts: [{ ...alert, eventId: `${source}/${fingerprint}/resolved/${newId()}` }] }
}

const metricSeverities: Readonly<Record<string, string>> = { critical: 'critical', warning: 'warning' }

/** https://docs.sentry.io/organization/integrations/integration-platform/webhooks/metric-alerts/ */
function readMetricAlert(data: unknown, action: string, { source, now }: SenderContext): IntakeReading {
  const severity = Object.hasOwn(metricSeverities, action) ? metricSeverities[action] : undefined
  if (severity === undefined && action !== 'resolved') return nothing
  const told = memberOf(data, 'metric_alert')
  const id = textAt(told, 'id') ?? textAt(told, 'identifier')
  if (id === undefined) return missing('data.metric_alert.id')
  const startsAt =
    foreignInstant(memberOf(told, 'date_started')) ?? foreignInstant(memberOf(told, 'date_detected'))
  const closedAt = foreignInstant(memberOf(told, 'date_closed'))
  const projects = memberOf(told, 'projects')
  const alert: Omit<AcceptedAlert, 'eventId'> = {
    source,
    fingerprint: boundedId(`metric-alert/${id}`),
    status: severity === undefined ? 'resolved' : 'firing',
    labels: textsOf({
      alertname: textAt(told, 'alert_rule', 'name') ?? 'Sentry metric alert',
      severity,
      project: Array.isArray(projects) && projects.length === 1 ? projects[0] : undefined,
      environment: textAt(told, 'alert_rule', 'environment'),
    }),
    annotations: textsOf({
      title: textAt(data, 'description_title') ?? textAt(told, 'title'),
      summary: textAt(data, 'description_text'),
      generatorURL: textAt(data, 'web_url'),
    }),
    startsAt: startsAt ?? closedAt ?? now.toISOString(),
    ...(severity === undefined ? { endsAt: closedAt ?? now.toISOString() } : {}),
  }
  // From warning to critical is a change of its own.
  const eventId = `${eventIdOf(alert)}${severity === undefined ? '' : `/${severity}`}`
  return { ...nothing, alerts: [{ ...alert, eventId }] }
}

function missing(path: string): IntakeReading {
  return { ...nothing, problems: [`${path}: is required`] }
}

/** Its levels are words that are known, but for `debug`. */
function severityOf(level: string | undefined): string | undefined {
  return level === 'debug' ? 'info' : level
}

/** `https://sentry.io/api/0/projects/acme/shop/events/…`: the event itself knows its project by a number. */
function projectIn(url: string | undefined): readonly [string?, string?] {
  const [, organization, project] = /\/projects\/([^/?#]+)\/([^/?#]+)\//.exec(url ?? '') ?? []
  return organization === undefined || project === undefined ? [] : [organization, project]
}

function idIn(url: string | undefined): string | undefined {
  return /\/issues\/(\d+)\//.exec(url ?? '')?.[1]
}
