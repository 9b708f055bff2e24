import { describe, expect, it } from 'vitest'
import type { Figures } from '../../src/metrics/figures.ts'
import { createServerMetrics } from '../../src/metrics/server-metrics.ts'
import { createWorkerMetrics } from '../../src/metrics/worker-metrics.ts'
import { parseOpenMetrics, valueIn } from '../support/open-metrics.ts'

const nothing: Figures = {
  inbox: { waiting: 0, oldestSeconds: 0 },
  incidents: [],
  pages: [],
  undeliveredPages: 0,
  audit: { findings: [], okAt: null },
  checks: [],
  mutes: [],
}

describe('metrics of the server', () => {
  it('are OpenMetrics, and say so', async () => {
    const { contentType, text } = await createServerMetrics(async () => nothing).expose()
    expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    const families = parseOpenMetrics(text)
    expect(families.get('process_resident_memory_bytes')?.type).toBe('gauge')
    expect(valueIn(families, 'process_cpu_seconds_total')).toBeGreaterThan(0)
  })

  it('begin at zero, so that a first refusal is a rise', async () => {
    const families = parseOpenMetrics((await createServerMetrics(async () => nothing).expose()).text)
    for (const receiver of ['firewatch', 'alertmanager', 'pagerduty', 'opsgenie']) {
      expect(valueIn(families, 'firewatch_alerts_accepted_total', { door: receiver })).toBe(0)
      for (const reason of ['not-stored', 'not-understood', 'busy', 'over-limit'])
        expect(valueIn(families, 'firewatch_intake_refused_total', { door: receiver, reason })).toBe(0)
    }
  })

  it('count what the receivers took and turned away', async () => {
    const metrics = createServerMetrics(async () => nothing)
    metrics.alertsAccepted('firewatch', { accepted: 3, duplicates: 1 })
    metrics.alertsAccepted('firewatch', { accepted: 2, duplicates: 0 })
    metrics.intakeRefused('alertmanager', 'not-understood')
    const families = parseOpenMetrics((await metrics.expose()).text)
    expect(valueIn(families, 'firewatch_alerts_accepted_total', { door: 'firewatch' })).toBe(5)
    expect(valueIn(families, 'firewatch_alerts_duplicate_total', { door: 'firewatch' })).toBe(1)
    expect(
      valueIn(families, 'firewatch_intake_refused_total', { door: 'alertmanager', reason: 'not-understood' }),
    ).toBe(1)
  })

  it('N05: say until when the messages of a check are muted, and nothing of one that is not', async () => {
    const name = 'firewatch_check_muted_until_timestamp_seconds'
    let figures: Figures = {
      ...nothing,
      mutes: [{ check: 'likes', series: 2, until: '2026-03-01T04:00:00.000Z' }],
    }
    const metrics = createServerMetrics(async () => figures)
    const read = async () =>
      valueIn(parseOpenMetrics((await metrics.expose()).text), name, { check: 'likes' })
    expect(await read()).toBe(Date.parse('2026-03-01T04:00:00.000Z') / 1_000)
    figures = nothing
    expect(await read()).toBeUndefined()
  })

  it('show what the records say now, and forget what they do not say any more', async () => {
    let figures: Figures = {
      inbox: { waiting: 2, oldestSeconds: 1.5 },
      incidents: [{ state: 'open', severity: 'P1', count: 3 }],
      pages: [{ channel: 'webhook', state: 'queued', count: 4 }],
      undeliveredPages: 2,
      audit: { findings: [{ kind: 'overdue', count: 1 }], okAt: '2026-03-01T00:00:00.000Z' },
      checks: [{ check: 'a "b"\\\n', evaluatedAt: '2026-03-01T00:00:00.000Z', ok: 5, firing: 1, unknown: 0 }],
      mutes: [],
    }
    const metrics = createServerMetrics(async () => figures)
    const families = parseOpenMetrics((await metrics.expose()).text)
    expect(valueIn(families, 'firewatch_inbox_oldest_waiting_seconds')).toBe(1.5)
    expect(valueIn(families, 'firewatch_inbox_waiting_alerts')).toBe(2)
    expect(valueIn(families, 'firewatch_incidents', { state: 'open', severity: 'P1' })).toBe(3)
    expect(valueIn(families, 'firewatch_pages', { channel: 'webhook', state: 'queued' })).toBe(4)
    expect(valueIn(families, 'firewatch_check_series', { check: 'a "b"\\\n', state: 'ok' })).toBe(5)
    expect(valueIn(families, 'firewatch_check_last_run_timestamp_seconds')).toBe(
      Date.parse('2026-03-01') / 1_000,
    )

    expect(valueIn(families, 'firewatch_undelivered_pages')).toBe(2)
    expect(valueIn(families, 'firewatch_audit_findings', { kind: 'overdue' })).toBe(1)
    expect(valueIn(families, 'firewatch_audit_last_ok_timestamp_seconds')).toBe(
      Date.parse('2026-03-01') / 1_000,
    )

    figures = nothing
    const later = parseOpenMetrics((await metrics.expose()).text)
    expect(valueIn(later, 'firewatch_incidents', { state: 'open' })).toBeUndefined()
    expect(valueIn(later, 'firewatch_inbox_waiting_alerts')).toBe(0)
    expect(valueIn(later, 'firewatch_audit_findings', { kind: 'overdue' })).toBe(0)
  })

  it('fail when the records cannot be read, instead of showing the last ones', async () => {
    const metrics = createServerMetrics(() => Promise.reject(new Error('PostgreSQL is away')))
    await expect(metrics.expose()).rejects.toThrow('PostgreSQL is away')
  })
})

describe('metrics of a worker', () => {
  it('count ended pages, and how long those that were taken had waited', async () => {
    const metrics = createWorkerMetrics()
    const createdAt = '2026-03-01T03:00:00.000Z'
    const sentAt = '2026-03-01T03:00:00.300Z'
    metrics.pageSettled({ channel: 'webhook', state: 'sent', createdAt, sentAt })
    metrics.pageSettled({ channel: 'webhook', state: 'failed', createdAt, sentAt: null })
    const families = parseOpenMetrics((await metrics.expose()).text)
    expect(valueIn(families, 'firewatch_page_outcomes_total', { channel: 'webhook', state: 'failed' })).toBe(
      1,
    )
    expect(valueIn(families, 'firewatch_page_taken_seconds_count', { channel: 'webhook' })).toBe(1)
    expect(valueIn(families, 'firewatch_page_taken_seconds_bucket', { le: '0.25' })).toBe(0)
    expect(valueIn(families, 'firewatch_page_taken_seconds_bucket', { le: '0.5' })).toBe(1)
  })

  it('count verdicts by check and state, and time activities', async () => {
    const metrics = createWorkerMetrics()
    metrics.verdictsStored([
      { check: 'feed', state: 'ok' },
      { check: 'feed', state: 'ok' },
      { check: 'feed', state: 'firing' },
    ])
    metrics.activityEnded('runCheckShard', 'done', 0.2)
    metrics.heartbeatSent()
    const families = parseOpenMetrics((await metrics.expose()).text)
    expect(valueIn(families, 'firewatch_heartbeat_sent_total')).toBe(1)
    expect(valueIn(families, 'firewatch_verdicts_total', { check: 'feed', state: 'ok' })).toBe(2)
    expect(
      valueIn(families, 'firewatch_activity_seconds_count', { activity: 'runCheckShard', outcome: 'done' }),
    ).toBe(1)
  })
})
