import { describe, expect, it } from 'vitest'
import { auditAlert, isAboutAudit } from '../../src/domain/audit-alert.ts'
import { type AuditedIncident, type AuditFacts, auditFindings } from '../../src/domain/audit.ts'
import { holdEntry, stepEntry } from '../../src/domain/escalate-record.ts'
import type { TimelineEntry } from '../../src/domain/timeline.ts'
import { incident } from '../support/pages.ts'

const at = (clock: string) => `2026-03-01T${clock}.000Z`
const now = Date.parse(at('03:10:00'))
const nobody = { notified: [], empty: [] }

/** What a step's entry of that time says when it waits for five minutes. */
const entered = (clock: string) =>
  standing(
    stepEntry({
      incident: 42,
      at: at(clock),
      position: { step: 1, round: 0 },
      resolved: nobody,
      paged: ['ana'],
      ackTimeoutMs: 300_000,
      following: [],
    }),
  )
const held = (clock: string, inMs: number | null) =>
  standing(holdEntry(42, { step: 1, round: 0 }, { reason: 'x', inMs, firm: false }, at(clock)))
const exhausted = { eventKey: 'escalation/r0/exhausted', at: at('02:00:00'), detail: {} }

function standing({ eventKey, at: written, detail = {} }: TimelineEntry) {
  return { eventKey, at: written, detail }
}

function audited(change: Partial<AuditedIncident> = {}): AuditedIncident {
  return {
    ...incident({ detectedAt: at('03:00:00') }),
    nextDueAt: null,
    standing: null,
    lastEntryAt: at('03:09:30'),
    running: true,
    headStartMs: 0,
    ...change,
  }
}

function facts(change: Partial<AuditFacts>): AuditFacts {
  return { at: now, incidents: [], pages: [], waiting: { count: 0, oldestAt: null }, ...change }
}

const stories: [string, Partial<AuditedIncident>, string | undefined][] = [
  ['a step under way', { nextDueAt: at('03:12:00') }, undefined],
  ['a step that is a little late', { nextDueAt: at('03:08:00') }, undefined],
  ['a step that did not come', { nextDueAt: at('03:07:59') }, 'overdue'],
  ['a step that did not come, by its entry alone', { standing: entered('03:02:59') }, 'overdue'],
  ['a step that waits, by its entry', { standing: entered('03:06:00') }, undefined],
  [
    'a step that goes on later than was said',
    { nextDueAt: at('03:05:00'), standing: entered('03:06:00') },
    undefined,
  ],
  ['a step that is held back', { standing: held('03:00:00', 3_600_000) }, undefined],
  ['a step whose hold is over', { standing: held('03:00:00', 60_000) }, 'overdue'],
  ['a step that waits for more alerts', { standing: held('02:00:00', null) }, undefined],
  ['a policy at its end', { standing: exhausted, lastEntryAt: at('02:00:00') }, undefined],
  ['an owner', { acknowledgedBy: 'ana', lastEntryAt: at('02:00:00') }, undefined],
  ['a snooze', { acknowledgedBy: 'ana', acknowledgedUntil: at('03:30:00') }, undefined],
  ['a snooze that did not end', { acknowledgedBy: 'ana', acknowledgedUntil: at('03:07:00') }, 'overdue'],
  ['clear alerts', { state: 'monitoring', lastEntryAt: at('02:00:00') }, undefined],
  ['nothing to come, for a moment', { lastEntryAt: at('03:08:00') }, undefined],
  ['nothing to come', { lastEntryAt: at('03:07:00') }, 'no-next-step'],
  ['nothing to come and no entry at all', { lastEntryAt: null }, 'no-next-step'],
  ['the head start of remediation', { lastEntryAt: at('03:05:00'), headStartMs: 240_000 }, undefined],
  ['a head start that is over', { lastEntryAt: at('03:05:00'), headStartMs: 60_000 }, 'no-next-step'],
  ['no workflow', { running: false, nextDueAt: at('03:12:00') }, 'no-workflow'],
  ['no workflow, with an owner', { running: false, acknowledgedBy: 'ana' }, 'no-workflow'],
  ['no workflow, while it is monitored', { running: false, state: 'monitoring' }, 'no-workflow'],
  ['no workflow yet', { running: false, detectedAt: at('03:09:31') }, undefined],
]

describe('an open incident', () => {
  it.each(stories)('with %s', (_story, change, kind) => {
    const findings = auditFindings(facts({ incidents: [audited(change)] }))
    expect(findings.map((finding) => finding.kind)).toEqual(kind === undefined ? [] : [kind])
  })

  it('of the auditor itself is found, but does not raise its alert again', () => {
    const labels = { service: 'firewatch', alertname: 'PagingAudit' }
    const own = audited({ service: 'firewatch', labels, running: false })
    expect(auditFindings(facts({ incidents: [own] }))).toMatchObject([{ kind: 'no-workflow', quiet: true }])
    expect(isAboutAudit(own)).toBe(true)
    expect(isAboutAudit(audited({ service: 'shop', labels }))).toBe(false)
  })
})

describe('pages', () => {
  const page = (id: string, clock: string, resolved: string | null = null) => ({
    id,
    incident: 42,
    createdAt: at(clock),
    incidentResolvedAt: resolved === null ? null : at(resolved),
    quiet: false,
  })

  it.each([
    ['without an outcome for ten minutes', page('p', '03:00:00'), 'stuck-page'],
    ['under way', page('p', '03:00:01'), undefined],
    ['of an incident that is just over', page('p', '03:05:00', '03:09:00'), undefined],
    ['of an incident that is over', page('p', '03:05:00', '03:07:00'), 'page-left-open'],
    ['that tell of the end', page('p', '03:07:00', '03:07:00'), undefined],
  ])('%s', (_story, unfinished, kind) => {
    const findings = auditFindings(facts({ pages: [unfinished] }))
    expect(findings.map((finding) => finding.kind)).toEqual(kind === undefined ? [] : [kind])
  })

  it('of one incident are one finding, which names a few', () => {
    const pages = ['a', 'b', 'c', 'd', 'e'].map((id) => page(id, '02:50:00'))
    expect(auditFindings(facts({ pages })).map(({ detail }) => detail)).toEqual([
      'INC-42 has pages without an outcome for more than 10 min: a, b, c and 2 more',
    ])
  })
})

describe('the inbox', () => {
  it('is found stuck, and not without alerts that wait', () => {
    const waiting = { count: 2, oldestAt: at('03:05:00') }
    expect(auditFindings(facts({ waiting }))).toEqual([
      {
        kind: 'stuck-alert',
        incident: null,
        detail: '2 alerts wait in the inbox, the oldest for 5 min: is the server running?',
        quiet: false,
      },
    ])
    expect(auditFindings(facts({}))).toEqual([])
  })
})

describe('the alert about a finding', () => {
  const finding = {
    id: 7,
    kind: 'overdue',
    incident: 42,
    detail: 'INC-42 is late',
    quiet: false,
    foundAt: at('03:00:00'),
  } as const

  it('is the same one however often it is found, and the same again when it is well', () => {
    const firing = auditAlert(finding, null)
    const later = auditAlert({ ...finding, id: 8, detail: 'INC-42 is later', foundAt: at('03:05:00') }, null)
    expect(later.fingerprint).toBe(firing.fingerprint)
    expect(firing).toMatchObject({
      status: 'firing',
      eventId: 'audit/7/firing',
      startsAt: at('03:00:00'),
      labels: { alertname: 'PagingAudit', service: 'firewatch', severity: 'critical', incident: 'INC-42' },
    })
    expect(auditAlert(finding, at('03:09:00'))).toMatchObject({
      fingerprint: firing.fingerprint,
      status: 'resolved',
      eventId: 'audit/7/resolved',
      endsAt: at('03:09:00'),
    })
  })

  it('differs by kind and by incident', () => {
    const others = [finding, { ...finding, incident: 43 }, { ...finding, kind: 'stuck-page' as const }]
    const prints = [...others, { ...finding, incident: null }].map((one) => auditAlert(one, null).fingerprint)
    expect(new Set(prints).size).toBe(4)
  })
})
