import { Counter, Gauge, Histogram } from 'prom-client'
import { findingKinds } from '../domain/audit/audit.ts'
import type { Figures } from './figures.ts'
import { createRegistry, expose, type Exposition } from './registry.ts'

export type ServerMetrics = ReturnType<typeof createServerMetrics>

/** What takes alerts in. */
const receivers = [
  'firewatch',
  'alertmanager',
  'alertmanager-api',
  'pagerduty',
  'opsgenie',
  'grafana',
  'sns',
  'sentry',
  'github',
  'gitlab',
  'json',
] as const

export type Receiver = (typeof receivers)[number]

/**
 * Why a request's alerts were not all stored: they were not understood; the sender brings more than it may (`over-limit`); too much waits for the
 * database (`busy`); or they could not be made durable.
 */
const refusals = ['not-understood', 'over-limit', 'busy', 'not-stored'] as const

export type Refusal = (typeof refusals)[number]

/** What the server counts itself, and what the records say whenever somebody asks. */
export function createServerMetrics(read: () => Promise<Figures>) {
  const registry = createRegistry()
  const intake = intakeMetrics([registry])
  const gauges = figureGauges([registry])
  const requests = new Histogram({
    name: 'firewatch_http_request_seconds',
    help: 'How long requests took, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  })
  return {
    ...intake,
    /** @param route as it was registered, never as it was asked for: labels must stay few */
    requestServed: (method: string, route: string, status: number, seconds: number) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    /** @throws when the records cannot be read: half of the figures would look like all of them */
    async expose(): Promise<Exposition> {
      show(await read(), gauges)
      return expose(registry)
    },
  }
}

type Registers = ReturnType<typeof createRegistry>[]

function intakeMetrics(registers: Registers) {
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers })
  const accepted = counter(
    'firewatch_alerts_accepted_total',
    'Alerts that were stored before their sender heard success.',
    ['door'],
  )
  const duplicates = counter('firewatch_alerts_duplicate_total', 'Alerts that had been stored before.', [
    'door',
  ])
  const refused = counter(
    'firewatch_intake_refused_total',
    'Requests of which an alert was not stored, by reason.',
    ['door', 'reason'],
  )
  for (const receiver of receivers) {
    accepted.inc({ door: receiver }, 0)
    duplicates.inc({ door: receiver }, 0)
    for (const reason of refusals) refused.inc({ door: receiver, reason }, 0)
  }
  return {
    alertsAccepted: (
      receiver: Receiver,
      result: { readonly accepted: number; readonly duplicates: number },
    ) => {
      accepted.inc({ door: receiver }, result.accepted)
      duplicates.inc({ door: receiver }, result.duplicates)
    },
    intakeRefused: (receiver: Receiver, reason: Refusal) => refused.inc({ door: receiver, reason }),
  }
}

function figureGauges(registers: Registers) {
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers })
  return {
    waiting: gauge(
      'firewatch_inbox_waiting_alerts',
      'Accepted alerts that no incident has been told of yet.',
    ),
    oldest: gauge('firewatch_inbox_oldest_waiting_seconds', 'How long the oldest of them has waited.'),
    incidents: gauge(
      'firewatch_incidents',
      'Incidents by state and severity; resolved ones of the last 7 days.',
      'state',
      'severity',
    ),
    pages: gauge(
      'firewatch_pages',
      'Pages of the last 7 days, and all without an outcome, by channel and state.',
      'channel',
      'state',
    ),
    undelivered: gauge(
      'firewatch_undelivered_pages',
      'Pages of open incidents that failed, or of which nobody knows, and after which nobody heard.',
    ),
    findings: gauge('firewatch_audit_findings', 'What is wrong with paging itself, by kind.', 'kind'),
    auditedOk: gauge(
      'firewatch_audit_last_ok_timestamp_seconds',
      'When the auditor last found all well with paging; 0: never.',
    ),
    series: gauge(
      'firewatch_check_series',
      'Series of the newest bucket of each check, by verdict.',
      'check',
      'state',
    ),
    evaluated: gauge(
      'firewatch_check_last_run_timestamp_seconds',
      'When each check last gave a verdict.',
      'check',
    ),
    mutedUntil: gauge(
      'firewatch_check_muted_until_timestamp_seconds',
      'Until when messages of a check are muted by its cooldown while something of it fires; absent when nothing is muted.',
      'check',
    ),
  }
}

function show(figures: Figures, gauges: ReturnType<typeof figureGauges>): void {
  for (const gauge of Object.values(gauges)) gauge.reset()
  gauges.waiting.set(figures.inbox.waiting)
  gauges.oldest.set(figures.inbox.oldestSeconds)
  for (const { count, ...labels } of figures.incidents) gauges.incidents.set(labels, count)
  for (const { count, ...labels } of figures.pages) gauges.pages.set(labels, count)
  gauges.undelivered.set(figures.undeliveredPages)
  for (const kind of findingKinds) gauges.findings.set({ kind }, 0)
  for (const { kind, count } of figures.audit.findings) gauges.findings.set({ kind }, count)
  gauges.auditedOk.set(figures.audit.okAt === null ? 0 : Date.parse(figures.audit.okAt) / 1_000)
  for (const { check, until } of figures.mutes) gauges.mutedUntil.set({ check }, Date.parse(until) / 1_000)
  for (const { check, evaluatedAt, ...verdicts } of figures.checks) {
    gauges.evaluated.set({ check }, Date.parse(evaluatedAt) / 1_000)
    for (const [state, count] of Object.entries(verdicts)) gauges.series.set({ check, state }, count)
  }
}
