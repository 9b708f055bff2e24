import { Counter, Histogram } from 'prom-client'
import type { Page } from '../domain/page/page.ts'
import type { RetentionKind } from '../domain/configuration/retention.ts'
import type { Verdict } from '../domain/check/verdict.ts'
import { createRegistry, expose, type Exposition } from './registry.ts'

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>

/** What a worker counts of its own deeds. */
export function createWorkerMetrics() {
  const registry = createRegistry()
  const registers = [registry]
  const outcomes = new Counter({
    name: 'firewatch_page_outcomes_total',
    help: 'Pages that this worker brought to an end, by channel and state.',
    labelNames: ['channel', 'state'],
    registers,
  })
  const taken = new Histogram({
    name: 'firewatch_page_taken_seconds',
    help: 'From a page being queued to its provider taking it.',
    labelNames: ['channel'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    registers,
  })
  const verdicts = new Counter({
    name: 'firewatch_verdicts_total',
    help: 'Verdicts that this worker stored, by check and state.',
    labelNames: ['check', 'state'],
    registers,
  })
  const activities = new Histogram({
    name: 'firewatch_activity_seconds',
    help: 'How long activities took, each try by itself.',
    labelNames: ['activity', 'outcome'],
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 5, 15, 60],
    registers,
  })
  const heartbeats = new Counter({
    name: 'firewatch_heartbeat_sent_total',
    help: 'Heartbeats that this worker sent and the watchdog outside took.',
    registers,
  })
  const deleted = new Counter({
    name: 'firewatch_retention_deleted_total',
    help: 'Records past their retention that this worker deleted, by kind; incidents count as one each.',
    labelNames: ['kind'],
    registers,
  })
  return {
    recordsDeleted: (kind: RetentionKind, rows: number) => deleted.inc({ kind }, rows),
    heartbeatSent: () => heartbeats.inc(),
    pageSettled({
      channel,
      state,
      createdAt,
      sentAt,
    }: Pick<Page, 'channel' | 'state' | 'createdAt' | 'sentAt'>): void {
      outcomes.inc({ channel, state })
      if (sentAt !== null) taken.observe({ channel }, (Date.parse(sentAt) - Date.parse(createdAt)) / 1_000)
    },
    verdictsStored(stored: readonly Pick<Verdict, 'check' | 'state'>[]): void {
      for (const { check, state } of stored) verdicts.inc({ check, state })
    },
    activityEnded: (activity: string, outcome: 'done' | 'failed', seconds: number) =>
      activities.observe({ activity, outcome }, seconds),
    expose: (): Promise<Exposition> => expose(registry),
  }
}
