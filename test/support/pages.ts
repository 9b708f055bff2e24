import { retention } from '../domain/check/world.ts'
import type { Alert } from '../../src/domain/alert/alert.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import type { User } from '../../src/domain/configuration/people.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import type { FollowedMessage, Page, PageMessage } from '../../src/domain/page/page.ts'

/** 32 characters, as an integration key has. */
export const routingKey = '0123456789abcdef0123456789abcdef'

/** A whole PNG of one white pixel. */
export const smallPng = new Uint8Array(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTgrDQAAAABJRU5ErkJggg==',
    'base64',
  ),
)

export function pageMessage(change: Partial<PageMessage> = {}): PageMessage {
  return {
    idempotencyKey: 'c0ffee/INC-42/r0/s1/ana/c0',
    conversationKey: 'firewatch/c0ffee/INC-42/ana',
    kind: 'page',
    incident: 'INC-42',
    title: 'checkout: error-rate',
    severity: 'P1',
    service: 'checkout',
    person: 'ana',
    lines: ['Error rate of ios is 12 %, usually 1 %'],
    firingCount: 1,
    nowDoing: 'Restarting checkout-2',
    next: 'pages ben (Slack) at 04:05 CET, in 5 min, unless acknowledged',
    startedAt: '2026-03-01T03:00:00.000Z',
    since: '04:00 CET (12 s ago)',
    timeZone: 'Europe/Berlin',
    incidentUrl: 'https://firewatch.example.com/incidents/INC-42',
    chartUrl: 'https://firewatch.example.com/charts/c0ffee.png',
    runbookTitle: 'Checkout errors',
    links: [],
    responsible: [],
    position: { round: 0, step: 1 },
    possibleRepeat: false,
    bundled: [],
    ...change,
  }
}

export function page(change: Partial<Page> = {}): Page {
  return {
    id: 'INC-42/r0/s1/ana/c0',
    incident: 42,
    kind: 'page',
    step: 1,
    round: 0,
    person: 'ana',
    channel: 'webhook',
    contact: 0,
    ruleAfterMs: 0,
    state: 'queued',
    attempts: 0,
    unknownTries: 0,
    providerId: null,
    lastError: null,
    leader: null,
    createdAt: '2026-03-01T03:00:00.000Z',
    triesUntil: null,
    sentAt: null,
    finishedAt: null,
    ...change,
  }
}

export function incident(change: Partial<Incident> = {}): Incident {
  return {
    number: 42,
    groupingKey: 'service=checkout,alertname=error-rate',
    title: 'checkout: error-rate',
    service: 'checkout',
    labels: { service: 'checkout', alertname: 'error-rate' },
    severity: 'P1',
    severitySetBy: null,
    state: 'open',
    version: 1,
    configRevision: 'r1',
    policyRevision: null,
    policyName: null,
    runbook: null,
    recurrenceOf: null,
    chartToken: 'c0ffee',
    startedAt: '2026-03-01T03:00:00.000Z',
    detectedAt: '2026-03-01T03:01:00.000Z',
    acknowledgedAt: null,
    acknowledgedBy: null,
    acknowledgedUntil: null,
    mitigatedAt: null,
    resolvedAt: null,
    resolvedBy: null,
    nowDoing: '',
    ...change,
  }
}

export function alert(summary: string, change: Partial<Alert> = {}): Alert {
  return {
    fingerprint: summary,
    status: 'firing',
    labels: { alertname: 'error-rate', severity: 'critical' },
    annotations: { summary },
    startsAt: '2026-03-01T03:00:00.000Z',
    ...change,
  }
}

export function user(name: string, contacts: User['contacts']): User {
  return { name, title: name, role: 'responder', contacts }
}

/** A configuration that pages: one policy for everything. */
export function configuration(
  people: readonly User[],
  policy: Omit<Configuration['policies'][string], 'name'>,
): Configuration {
  return {
    revision: 'r1',
    timeZone: 'UTC',
    retention,
    services: {},
    sources: {},
    metrics: {},
    slices: {},
    checks: {},
    users: Object.fromEntries(people.map((one) => [one.name, one])),
    teams: {},
    channels: {},
    schedules: {},
    calendars: {},
    policies: { default: { name: 'default', ...policy } },
    routes: [
      {
        match: {},
        groupBy: ['service', 'alertname'],
        policies: { default: 'default' },
        stableForMs: 0,
        remediateFirstMs: {},
      },
    ],
    targets: {},
    runbooks: [],
  }
}

/** What a message follows: one that a provider calls so and that told of INC-42 alone. */
export function followed(id: string): FollowedMessage[] {
  return [{ id, incidents: [], answers: { incident: 'INC-42', position: { round: 0, step: 1 } } }]
}
