import type { Check } from '../../src/domain/configuration/configuration.ts'
import { type MachineState, newIncident } from '../../src/domain/incident/state.ts'
import { draftReview } from '../../src/domain/post-mortem/post-mortem.ts'
import type { Verdict } from '../../src/domain/check/verdict.ts'
import { draftedAnew } from '../../src/domain/post-mortem/document.ts'
import { sectionTexts } from '../../src/templates/section-text.ts'
import type { CheckDetails, CheckReading, IncidentRecords } from '../../src/web/dependencies.ts'
import type { ReadableReview } from '../../src/web/review-view.ts'
import { incident } from './world.ts'
import {
  attempt,
  attemptSaying,
  entry,
  evidence,
  likesVerdicts,
  osSplit,
  page,
  records,
  runbook,
  verdict,
} from '../domain/post-mortem/world.ts'

/** Somebody's text that is no text. */
export const hostile = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'&'

/** An open incident in the middle of things: automation tried once, ana was paged, ben is next. Free texts are hostile. */
export function busyRecords(at: (minute: string) => string): IncidentRecords {
  return {
    machine: pagingAna(Date.parse(at('03:02'))),
    alerts: [
      {
        fingerprint: 'f1',
        status: 'firing',
        labels: { alertname: 'feed-activity', os: hostile, [hostile]: 'x' },
        annotations: { summary: 'Likes on iOS: 12, against 480 a day ago (−98 %)', description: hostile },
        startsAt: at('03:00'),
      },
    ],
    timeline: [
      entry('detected', '03:01', { kind: 'detected', at: at('03:01'), summary: 'Likes on iOS deviates' }),
      entry('escalation/r0/s1', '03:02', {
        at: at('03:02'),
        fact: {
          type: 'step-entered',
          step: 1,
          round: 0,
          notified: [{ person: 'ana', via: 'by name' }],
          paged: ['ana'],
          empty: [],
          ackTimeoutMs: 300_000,
          following: ['ben'],
        },
      }),
      entry('note/1', '03:03', { kind: 'note', actor: 'ana', at: at('03:03'), summary: hostile }),
    ],
    pages: [page({ state: 'sent', createdAt: at('03:02') })],
    attempts: [attempt({ outcome: 'no-effect', ...attemptSaying(hostile) })],
    evidence: [
      evidence(1, 'opened/os-split', osSplit, { query: 'SELECT os, count() FROM feed', title: hostile }),
      evidence(2, 'opened/likes', likesVerdicts),
      evidence(3, 'opened/broken', { error: hostile }),
      evidence(4, 'opened/answer', { body: hostile }),
    ],
    changes: [
      {
        changeId: 'c1',
        source: 'integration/ci',
        at: at('02:56'),
        summary: hostile,
        labels: { service: hostile },
        links: { [hostile]: 'javascript:alert(1)', Build: 'https://ci.example.com/42' },
      },
    ],
    parts: [{ number: 9, title: hostile, service: hostile, severity: 'P2' }],
  }
}

/** Ana was paged at `enteredAt`, and ben is next after five minutes. */
function pagingAna(enteredAt: number): MachineState {
  const settings = {
    policy: 'default',
    stableForMs: 900_000,
    headStartMs: 0,
    remediates: true,
    stillFiringAfterMs: 600_000,
  }
  return {
    ...newIncident(42, 'P1', settings),
    at: { step: 1, round: 0 },
    next: { step: 2, round: 0 },
    escalation: {
      kind: 'waiting',
      position: { step: 1, round: 0 },
      dueAt: enteredAt + 300_000,
      people: ['ana'],
      following: ['ben'],
      pages: null,
    },
  }
}

/** The post-mortem of the night in `review-world`, with a hostile note. */
export function storedReview(): ReadableReview {
  const night = records()
  const model = draftReview({
    ...night,
    timeline: [...night.timeline, entry('note/9', '03:30', { kind: 'note', actor: 'ana', summary: hostile })],
  })
  const at = '2026-11-24T05:00:00.000Z'
  const drafted = draftedAnew(null, sectionTexts(model.brief), { by: 'firewatch', at })
  if (drafted.kind !== 'changed') throw new Error('nothing was drafted')
  return {
    incident: 42,
    document: drafted.document,
    markdown: `# Post-mortem\n\n${hostile}\n`,
    appendix: `# Appendix\n\n${hostile}\n`,
    chart: null,
    model,
    draftedAt: at,
  }
}

export const hostileRunbook = {
  ...runbook(),
  guidance: `## First\n\nLook at **the dashboard** and \`tail -f\` the log.\n\n1. Ask\n2. Act ${hostile}\n\n- [a link](javascript:alert(3))\n\n\`\`\`\n${hostile}\n\`\`\`\n`,
}

const check: Check = {
  name: 'feed-activity',
  service: 'feed',
  metrics: ['likes'],
  slices: ['os'],
  detector: { kind: 'same-time', threshold: 0.4 },
  bucketMs: 900_000,
  everyMs: 900_000,
  lateMs: 0,
  quietHours: [],
  forMs: 0,
  clearAfter: 3,
  cooldownMs: 0,
  silentAfterMs: 0,
  severity: 'critical',
  labels: {},
}

/** A series that fires, and one about which nothing is known. */
export function checkReading(): CheckReading {
  const unknown: Verdict = verdict('2026-03-02T03:00:00.000Z', 'unknown', null, {
    reason: 'source-silent',
    baselines: [],
  })
  return {
    check,
    more: 3,
    series: [
      { title: 'Likes on iOS', verdicts: likesVerdicts.verdicts },
      { title: `Likes (os ${hostile})`, verdicts: [unknown] },
    ],
  }
}

/** The same check: likes by system, one of which fires. Free texts are hostile. */
export function checkDetails(): CheckDetails {
  const os = (group: string) => ({ check: check.name, metric: 'likes', slice: 'os', group })
  return {
    check,
    metrics: [
      {
        name: 'likes',
        title: 'Likes',
        unit: '/min',
        source: 'feed',
        kind: 'count',
        sql: 'count()',
        responsible: [],
      },
    ],
    slices: [{ name: 'os', sql: 'os', groups: ['iOS', 'Android', hostile], responsible: [] }],
    series: ['iOS', 'Android', hostile].map(os),
    runbook: { name: hostileRunbook.name, title: hostile },
    dashboardUrl: 'https://boards.example/feed?a=1&b=2',
    firing: [{ ...os('iOS'), phase: 'firing', since: '2026-03-02T02:45:00.000Z' }],
    incidents: [{ ...incident, title: hostile }],
  }
}
