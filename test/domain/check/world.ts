import type { Check, Configuration, Metric, Slice } from '../../../src/domain/configuration/configuration.ts'

export const minute = 60_000

export const likes: Metric = {
  name: 'likes',
  title: 'Likes',
  kind: 'count',
  sql: "countIf(action = 'like')",
  source: 'feed',
  responsible: ['ada'],
  chartUrl: 'https://charts.example/likes',
}

export const ctr: Metric = {
  name: 'ctr',
  title: 'CTR',
  kind: 'ratio',
  numerator: "countIf(action = 'like')",
  denominator: "countIf(action = 'view')",
  source: 'feed',
  responsible: [],
}

export const messages: Metric = {
  name: 'messages',
  title: 'Messages',
  kind: 'count',
  sql: 'count()',
  source: 'chat',
  responsible: [],
}

export const os: Slice = { name: 'os', sql: 'os', groups: ['iOS', 'Android'], responsible: ['bob', 'ada'] }

export function check(change: Partial<Check> = {}): Check {
  return {
    name: 'feed-health',
    service: 'feed',
    metrics: ['likes', 'ctr'],
    slices: ['total', 'os'],
    detector: { kind: 'same-time', threshold: 0.5 },
    bucketMs: 15 * minute,
    everyMs: 15 * minute,
    lateMs: 0,
    quietHours: [],
    forMs: 0,
    clearAfter: 3,
    cooldownMs: 0,
    silentAfterMs: 30 * minute,
    severity: 'critical',
    labels: { team: 'growth' },
    ...change,
  }
}

const day = 24 * 60 * minute

/** As it is when nothing is configured. */
export const retention: Configuration['retention'] = {
  inboxMs: 30 * day,
  verdictsMs: 7 * day,
  incidentsMs: 366 * day,
  auditsMs: 90 * day,
  noticesMs: 90 * day,
  credentialsMs: 7 * day,
  configurationsMs: 90 * day,
}

/** A configuration that has these checks and no people. */
export function configurationWith(
  checks: readonly Check[],
  change: Partial<Configuration> = {},
): Configuration {
  return {
    revision: 'a1b2c3d4e5f6',
    timeZone: 'UTC',
    retention,
    services: { feed: { name: 'feed', dashboardUrl: 'https://dashboards.example/feed' } },
    sources: {
      feed: { name: 'feed', table: 'simulator.feed_actions', timeColumn: 'time' },
      chat: { name: 'chat', table: 'simulator.message_actions', timeColumn: 'time' },
    },
    metrics: { likes, ctr, messages },
    slices: { os },
    checks: Object.fromEntries(checks.map((one) => [one.name, one])),
    users: {},
    teams: {},
    channels: {},
    schedules: {},
    calendars: {},
    policies: { 'on-call': { name: 'on-call', steps: [], repeat: 0, fallback: [] } },
    routes: [
      {
        match: {},
        groupBy: ['service', 'alertname'],
        policies: { default: 'on-call' },
        stableForMs: 15 * minute,
        remediateFirstMs: {},
      },
    ],
    targets: {},
    runbooks: [],
    ...change,
  }
}
