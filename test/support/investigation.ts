import type { ChartDependencies, InvestigateDependencies } from '../../activities/investigate-dependencies.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import type { Row } from '../../src/domain/investigate/evidence-result.ts'
import type { Runbook } from '../../src/domain/investigate/runbook.ts'
import type { Verdict } from '../../src/domain/check/verdict.ts'
import { readEntry, type TimelineEntry } from '../../src/domain/incident/timeline.ts'
import type { Database } from '../../src/postgres/database.ts'
import { createEvidenceRecords } from '../../src/postgres/evidence.ts'
import { createIncidentRecords } from '../../src/postgres/incidents.ts'
import { at, likesVerdicts, osSplit, runbook } from '../domain/post-mortem/world.ts'

/** What the metric store is asked and what it answers, per SQL. */
export interface InvestigationWorld {
  answers: Record<string, readonly Row[] | Error>
  verdicts: readonly Verdict[]
  readonly asked: {
    readonly sql: string
    readonly params: Readonly<Record<string, unknown>>
    readonly maxExecutionTimeMs: number
  }[]
  readonly timeline: TimelineEntry[]
  runbooks: readonly Runbook[]
  now: string
}

export const splitQuery = { name: 'os-split', title: 'Actions by system', sql: 'SELECT split' }
export const pathQuery = { name: 'by-path', title: 'Actions by path', sql: 'SELECT path' }

export function createInvestigationWorld(): InvestigationWorld {
  return {
    answers: { [splitQuery.sql]: osSplit.rows, [pathQuery.sql]: new Error('Timeout exceeded') },
    verdicts: likesVerdicts.verdicts,
    asked: [],
    timeline: [],
    runbooks: [runbook({ evidence: [pathQuery, splitQuery] })],
    now: at('03:31'),
  }
}

/** Likes by operating system, in quarters of an hour that are complete a minute after they end. */
export function investigationConfiguration(world: Pick<InvestigationWorld, 'runbooks'>): Configuration {
  const check = {
    name: 'feed-activity',
    service: 'feed',
    metrics: ['likes'],
    slices: ['os'],
    detector: { kind: 'same-time', threshold: 0.5 },
    bucketMs: 900_000,
    lateMs: 60_000,
    quietHours: [],
    silentAfterMs: 1_800_000,
  }
  return {
    revision: 'r1',
    timeZone: 'UTC',
    services: { feed: { name: 'feed', owner: 'feed-team' } },
    sources: { feed_actions: { name: 'feed_actions', table: 'simulator.feed_actions', timeColumn: 'time' } },
    metrics: {
      likes: {
        name: 'likes',
        title: 'Likes',
        kind: 'count',
        sql: 'count()',
        source: 'feed_actions',
        responsible: [],
      },
    },
    slices: { os: { name: 'os', sql: 'os', groups: ['iOS', 'Android'], responsible: [] } },
    checks: { 'feed-activity': check },
    users: {},
    policies: {},
    routes: [],
    targets: {},
    runbooks: world.runbooks,
  } as unknown as Configuration
}

/** INC-1: likes on iOS, firing since 03:00. */
export async function openFeedIncident(db: Database): Promise<void> {
  const labels = JSON.stringify({ alertname: 'feed-activity', service: 'feed' })
  const series = JSON.stringify({
    alertname: 'feed-activity',
    service: 'feed',
    check: 'feed-activity',
    metric: 'likes',
    slice: 'os',
    group: 'iOS',
  })
  await db.insertInto('config_revisions').values({ revision: 'r1', content: '{}' }).execute()
  const incident = {
    grouping_key: 'feed',
    title: 'feed: feed-activity',
    service: 'feed',
    severity: 'P1',
    state: 'open',
    config_revision: 'r1',
    chart_token: 't',
  } as const
  await db
    .insertInto('incidents')
    .values({
      number: 1,
      ...incident,
      labels,
      started_at: new Date(at('03:00')),
      detected_at: new Date(at('03:16')),
    })
    .execute()
  const alert = {
    source: 'check/feed',
    fingerprint: 'f',
    status: 'firing',
    labels: series,
    annotations: '{}',
    starts_at: new Date(at('03:00')),
  } as const
  await db
    .insertInto('incident_alerts')
    .values({ incident: 1, ...alert })
    .execute()
}

export function chartDependencies(db: Database, world: InvestigationWorld): ChartDependencies {
  return {
    incidents: createIncidentRecords(db),
    configurations: { get: async () => investigationConfiguration(world) },
    verdicts: { since: async (_, from) => world.verdicts.filter(({ bucketAt }) => bucketAt >= from) },
    series: {
      async read({ from, to, bucketMs }) {
        const count = (to - from) / bucketMs
        return Array.from({ length: count }, (_, index) => ({
          at: from + index * bucketMs,
          today: index,
          yesterday: 10,
          weekAgo: null,
          firing: false,
        }))
      },
    },
    now: () => new Date(world.now),
  }
}

export function investigateDependencies(db: Database, world: InvestigationWorld): InvestigateDependencies {
  return {
    ...chartDependencies(db, world),
    metricStore: {
      async query(sql, params, limits) {
        world.asked.push({ sql, params, ...limits })
        const answer = world.answers[sql]
        if (answer instanceof Error) throw answer
        return answer ?? []
      },
    },
    evidence: createEvidenceRecords(db, () => new Date(world.now)),
    timeline: {
      async append(entry) {
        if (!world.timeline.some(({ eventKey }) => eventKey === entry.eventKey))
          world.timeline.push(readEntry(entry))
      },
    },
  }
}
