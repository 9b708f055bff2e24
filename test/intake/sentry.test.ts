import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFromSentry, readSentry } from '../../src/intake/sentry.ts'
import { rawRequest } from '../support/raw-request.ts'

const source = 'integration/sentry'
const context = { source, now: new Date('2026-03-02T03:04:05Z'), newId: () => 'id-1' }

/** https://docs.sentry.io/organization/integrations/integration-platform/webhooks/issue-alerts/ */
const issueAlert = {
  action: 'triggered',
  data: {
    event: {
      event_id: 'e4874d664c3540c1a32eab185f12c5ab',
      issue_id: '1170820242',
      title: 'ReferenceError: heck is not defined',
      message: '',
      culprit: '?(runner)',
      level: 'error',
      environment: 'production',
      platform: 'javascript',
      project: 1,
      datetime: '2026-03-02T03:03:00.123456Z',
      timestamp: 1_772_420_580.123,
      url: 'https://sentry.io/api/0/projects/acme/shop/events/e4874d664c3540c1a32eab185f12c5ab/',
      web_url: 'https://sentry.io/organizations/acme/issues/1170820242/events/e4874d/',
    },
    triggered_rule: 'New errors in the shop',
  },
}

/** https://docs.sentry.io/organization/integrations/integration-platform/webhooks/issues/ */
const issue = {
  action: 'resolved',
  data: {
    issue: { id: '1170820242', title: 'ReferenceError', level: 'error', project: { id: '1', slug: 'shop' } },
  },
}

/** https://docs.sentry.io/organization/integrations/integration-platform/webhooks/metric-alerts/ */
const metricAlert = (action: string, date_closed: string | null = null) => ({
  action,
  data: {
    metric_alert: {
      id: '4',
      identifier: '4',
      title: 'Too many errors',
      alert_rule: { id: '7', name: 'Error rate', environment: null },
      projects: ['shop'],
      date_started: '2026-03-02T03:00:00Z',
      date_detected: '2026-03-02T03:01:00Z',
      date_closed,
    },
    description_title: 'Critical: Error rate',
    description_text: '1000 events in the last 10 minutes',
    web_url: 'https://sentry.io/organizations/acme/alerts/rules/details/4/',
  },
})

describe('what Sentry signed', () => {
  const signature = createHmac('sha256', 'secret').update('{}').digest('hex')
  it.each<[string, ReturnType<typeof rawRequest>, boolean]>([
    ['by its secret', rawRequest('{}', { 'sentry-hook-signature': signature }), true],
    ['another body', rawRequest('{ }', { 'sentry-hook-signature': signature }), false],
    ['another signature', rawRequest('{}', { 'sentry-hook-signature': 'a'.repeat(64) }), false],
    ['none', rawRequest('{}'), false],
  ])('%s', (_, request, expected) => {
    expect(isFromSentry(request, 'secret')).toBe(expected)
  })
})

describe('an issue of Sentry', () => {
  it('fires when one of its alerts is met', () => {
    expect(readSentry(issueAlert, 'event_alert', context)).toEqual({
      alerts: [
        {
          source,
          fingerprint: 'issue/1170820242',
          eventId: `${source}/issue/1170820242/firing/e4874d664c3540c1a32eab185f12c5ab`,
          status: 'firing',
          labels: {
            alertname: 'New errors in the shop',
            severity: 'error',
            project: 'shop',
            organization: 'acme',
            environment: 'production',
            platform: 'javascript',
          },
          annotations: {
            title: 'ReferenceError: heck is not defined',
            summary: 'ReferenceError: heck is not defined',
            culprit: '?(runner)',
            generatorURL: issueAlert.data.event.web_url,
          },
          startsAt: '2026-03-02T03:03:00.123Z',
        },
      ],
      changes: [],
      problems: [],
    })
  })

  it('ends when it is resolved', () => {
    expect(readSentry(issue, 'issue', context).alerts).toMatchObject([
      { fingerprint: 'issue/1170820242', status: 'resolved', endsAt: context.now.toISOString() },
    ])
  })

  it('that has no id is told of', () => {
    const event = { ...issueAlert.data.event, issue_id: undefined }
    const { alerts, problems } = readSentry({ ...issueAlert, data: { event } }, 'event_alert', context)
    expect([alerts, problems]).toEqual([[], ['data.event.issue_id: is required']])
  })
})

describe('a metric alert of Sentry', () => {
  const read = (action: string, closed?: string) =>
    readSentry(metricAlert(action, closed), 'metric_alert', context).alerts[0]

  it.each(['critical', 'warning'])('fires as %s', (action) => {
    expect(read(action)).toMatchObject({
      fingerprint: 'metric-alert/4',
      status: 'firing',
      labels: { alertname: 'Error rate', severity: action, project: 'shop' },
      annotations: { title: 'Critical: Error rate', summary: '1000 events in the last 10 minutes' },
      startsAt: '2026-03-02T03:00:00.000Z',
    })
  })

  it('gets worse by an event of its own', () => {
    expect(read('warning')?.eventId).not.toBe(read('critical')?.eventId)
  })

  it('resolves', () => {
    expect(read('resolved', '2026-03-02T03:02:00Z')).toMatchObject({
      fingerprint: 'metric-alert/4',
      status: 'resolved',
      endsAt: '2026-03-02T03:02:00.000Z',
    })
    expect(read('resolved')).toMatchObject({ endsAt: context.now.toISOString() })
  })
})

describe('everything else of Sentry', () => {
  it.each<[string | undefined, unknown]>([
    ['installation', { action: 'created' }],
    ['issue', { ...issue, action: 'created' }],
    ['issue', { ...issue, action: 'archived' }],
    ['metric_alert', metricAlert('open')],
    ['constructor', issueAlert],
    [undefined, issueAlert],
  ])('%s means nothing', (resource, body) => {
    expect(readSentry(body, resource, context)).toEqual({ alerts: [], changes: [], problems: [] })
  })

  it('never throws', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.record({ action: fc.constantFrom('triggered', 'resolved', 'critical'), data: fc.jsonValue() }),
    )
    fc.assert(
      fc.property(anything, fc.constantFrom('event_alert', 'issue', 'metric_alert'), (body, resource) => {
        readSentry(body, resource, context)
      }),
    )
  })
})
