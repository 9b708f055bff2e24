import type { Evidence, EvidenceSubject } from '../../../src/domain/investigate/evidence.ts'
import type { Incident } from '../../../src/domain/incident/incident.ts'
import type { Page } from '../../../src/domain/page/page.ts'
import type { RemediationAttempt } from '../../../src/domain/remediate/remediation.ts'
import type { ReviewRecords } from '../../../src/domain/post-mortem/records.ts'
import type { Fact } from '../../../src/domain/facts/fact.ts'
import { readEntry, type TimelineEntry } from '../../../src/domain/incident/timeline.ts'
import type { Verdict, VerdictState } from '../../../src/domain/check/verdict.ts'
import { runbook } from './runbook.ts'

export { runbook } from './runbook.ts'

/** The night of INC-42: likes on iOS fall to 12, a cache flush helps, ana on step 1 acknowledges. */
const day = '2026-11-24'

export function at(clock: string): string {
  return `${day}T${clock}:00.000Z`
}

export function incident(change: Partial<Incident> = {}): Incident {
  return {
    number: 42,
    groupingKey: 'service=feed,alertname=feed-activity',
    title: 'feed: feed-activity',
    service: 'feed',
    labels: { service: 'feed', alertname: 'feed-activity' },
    severity: 'P1',
    severitySetBy: null,
    state: 'resolved',
    version: 3,
    configRevision: 'abc',
    policyRevision: null,
    policyName: null,
    runbook: 'feed-content-drop',
    recurrenceOf: null,
    chartToken: 'token',
    startedAt: at('03:00'),
    detectedAt: at('03:16'),
    acknowledgedAt: at('03:20'),
    acknowledgedBy: 'ana',
    acknowledgedUntil: null,
    mitigatedAt: at('04:00'),
    resolvedAt: at('04:15'),
    resolvedBy: 'firewatch',
    nowDoing: '',
    ...change,
  }
}

export function verdict(
  bucketAt: string,
  state: VerdictState,
  value: number | null,
  change: Partial<Verdict> = {},
): Verdict {
  return {
    check: 'feed-activity',
    metric: 'likes',
    slice: 'os',
    group: 'iOS',
    bucketAt,
    state,
    reason: state === 'firing' ? 'deviates' : 'near-baseline',
    value,
    baselines: [
      { kind: 'before', daysAgo: 1, value: 480, diff: value === null ? null : 1 - value / 480 },
      { kind: 'before', daysAgo: 7, value: 500, diff: value === null ? null : 1 - value / 500 },
    ],
    ...change,
  }
}

/** @param asked `opened/os-split`: when it was asked, and which query; or `opened/verdicts/…`, `opened/chart` */
export function evidence(
  number: number,
  asked: string,
  result: unknown,
  change: Partial<Evidence> = {},
): Evidence {
  return {
    incident: 42,
    number,
    about: subjectOf(asked),
    kind: 'metric-result',
    title: `Answer to ${asked}`,
    result,
    hash: 'f'.repeat(64),
    collectedAt: at('03:17'),
    ...change,
  }
}

function subjectOf(asked: string): EvidenceSubject {
  const [first = '', ...rest] = asked.split('/')
  const stage = first === 'mitigated' ? 'mitigated' : 'opened'
  const series = { check: 'feed-activity', metric: 'likes', slice: 'os', group: 'iOS' }
  if (rest[0] === 'verdicts') return { kind: 'verdicts', stage, series }
  if (rest[0] === 'chart') return { kind: 'chart', stage }
  return { kind: 'query', stage, name: rest.join('/') }
}

export function rows(...found: readonly Readonly<Record<string, unknown>>[]) {
  return { columns: Object.keys(found[0] ?? {}), rows: found, truncated: false }
}

export const likesVerdicts = {
  metricTitle: 'Likes',
  metricKind: 'count',
  bucketMs: 900_000,
  more: 0,
  verdicts: [
    verdict(at('02:45'), 'ok', 470),
    verdict(at('03:00'), 'firing', 12),
    verdict(at('03:15'), 'firing', 20),
  ],
}

export function attempt(change: Partial<RemediationAttempt> = {}): RemediationAttempt {
  return {
    id: 'INC-42/1',
    incident: 42,
    rung: 1,
    action: 'cache_invalidation',
    target: 'feed-service',
    state: 'done',
    decision: { allowed: true, findings: [{ guard: 'attempt-limit', allowed: true, tried: 0, most: 3 }] },
    effect: 'done',
    outcome: 'helped',
    explanation: {
      kind: 'judged',
      outcome: 'helped',
      good: 2,
      bad: 1,
      of: 3,
      changes: { series: [], more: 0 },
    },
    before: { at: at('03:17'), verdicts: [verdict(at('03:00'), 'firing', 12)] },
    after: { at: at('03:50'), verdicts: [verdict(at('03:30'), 'ok', 460)] },
    proposedAt: at('03:17'),
    startedAt: at('03:17'),
    actedAt: at('03:19'),
    finishedAt: at('03:50'),
    ...change,
  }
}

/** Guards that refused, and an attempt that ended, with somebody's text in each. */
export function attemptSaying(text: string): Pick<RemediationAttempt, 'decision' | 'explanation'> {
  const stop = {
    scope: { kind: 'service', name: text },
    stoppedBy: text,
    reason: text,
    stoppedAt: at('03:17'),
  } as const
  const finding = { guard: 'kill-switch', allowed: false, thrown: [stop] } as const
  return {
    decision: { allowed: false, findings: [finding], guard: 'kill-switch', next: 'hand-over' },
    explanation: { kind: 'not-carried-out', summary: text },
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
    state: 'delivered',
    attempts: 1,
    unknownTries: 0,
    providerId: null,
    lastError: null,
    leader: null,
    createdAt: at('03:18'),
    triesUntil: null,
    sentAt: at('03:18'),
    finishedAt: at('03:18'),
    ...change,
  }
}

/** What an entry is about; words alone are a note that was written before there were facts. */
interface EntryChange {
  readonly at?: string
  readonly actor?: string
  readonly kind?: TimelineEntry['kind']
  readonly summary?: string
  readonly fact?: Fact
}

export function entry(eventKey: string, clock: string, change: EntryChange = {}): TimelineEntry {
  const { kind = 'state', summary = `Something: ${eventKey}`, fact, ...rest } = change
  const text = summary
  const told: Fact = fact ?? (kind === 'note' ? { type: 'note', text } : { type: 'recorded', kind, text })
  return readEntry({ incident: 42, eventKey, at: at(clock), actor: 'firewatch', ...rest, fact: told })
}

export const osSplit = rows(
  { os: 'iOS', now: 32, day_ago: 480, week_ago: 500, change_week: -0.936 },
  { os: 'Android', now: 510, day_ago: 500, week_ago: 520, change_week: -0.019 },
)

export function records(change: Partial<ReviewRecords> = {}): ReviewRecords {
  return {
    incident: incident(),
    alerts: [
      {
        fingerprint: 'f1',
        status: 'resolved',
        labels: {
          alertname: 'feed-activity',
          check: 'feed-activity',
          metric: 'likes',
          slice: 'os',
          group: 'iOS',
          service: 'feed',
          severity: 'critical',
        },
        annotations: {},
        startsAt: at('03:00'),
        endsAt: at('04:00'),
      },
    ],
    timeline: [
      entry('detected', '03:16', { kind: 'detected', summary: 'Likes on iOS deviates' }),
      entry('evidence/opened', '03:17', {
        fact: {
          type: 'evidence',
          stage: 'opened',
          evidence: ['INC-42/E1', 'INC-42/E2'],
          unanswered: 0,
          findings: [],
        },
      }),
      entry('remediation/INC-42/1/acted', '03:19', {
        fact: {
          type: 'attempt',
          step: 'acted',
          attempt: 'INC-42/1',
          action: 'cache_invalidation',
          target: 'feed-service',
          effect: 'done',
          summary: 'HTTP 200',
        },
      }),
      entry('acknowledged', '03:20', {
        kind: 'acknowledged',
        actor: 'ana',
        summary: 'ana acknowledged; escalation stops',
      }),
    ],
    evidence: [
      evidence(1, 'opened/os-split', osSplit),
      evidence(2, 'opened/verdicts/feed-activity/likes/os/iOS', likesVerdicts),
    ],
    attempts: [attempt()],
    pages: [page()],
    runbook: runbook(),
    serviceOwner: 'feed-team',
    users: [
      { name: 'ana', title: 'Ana Torres' },
      { name: 'carol', title: 'On-call lead' },
    ],
    timeZone: 'UTC',
    ...change,
  }
}
