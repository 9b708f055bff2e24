import { describe, expect, it } from 'vitest'
import { auditAlert, isAboutAudit } from '../../../src/domain/audit/alert.ts'
import { type AuditedIncident, type AuditFacts, auditFindings } from '../../../src/domain/audit/audit.ts'
import { type MachineState, newIncident } from '../../../src/domain/incident/state.ts'
import { incident } from '../../support/pages.ts'

const at = (clock: string) => `2026-03-01T${clock}.000Z`
const now = Date.parse(at('03:10:00'))

const settings = {
  policy: 'default',
  stableForMs: 900_000,
  headStartMs: 0,
  remediates: false,
  stillFiringAfterMs: 600_000,
}
const step = { step: 1, round: 0 }
const cause = { kind: 'alert-rate', moreThan: 1, withinMs: 60_000 } as const
const ms = (clock: string) => Date.parse(at(clock))

/** An incident's state in which its escalation stands so. */
function state(change: Partial<MachineState>): MachineState {
  return { ...newIncident(42, 'P1', settings), ...change }
}

const waiting = (clock: string) =>
  state({
    escalation: {
      kind: 'waiting',
      position: step,
      dueAt: ms(clock),
      people: ['ana'],
      following: [],
      pages: null,
    },
  })
const held = (clock: string | null) =>
  state({
    escalation: {
      kind: 'held',
      position: step,
      dueAt: clock === null ? null : ms(clock),
      firm: false,
      cause,
    },
  })
const owned = (until: string | null) =>
  state({
    owner: {
      person: 'ana',
      since: ms('03:00:00'),
      until: until === null ? null : ms(until),
      toldFiring: 1,
      toldAgainAt: null,
    },
  })

function audited(change: Partial<AuditedIncident> = {}): AuditedIncident {
  return {
    ...incident({ detectedAt: at('03:00:00') }),
    machine: waiting('03:12:00'),
    running: true,
    ...change,
  }
}

function facts(change: Partial<AuditFacts>): AuditFacts {
  return { at: now, incidents: [], pages: [], waiting: { count: 0, oldestAt: null }, ...change }
}

const stories: [string, Partial<AuditedIncident>, string | undefined][] = [
  ['a step under way', { machine: waiting('03:12:00') }, undefined],
  ['a step that is a little late', { machine: waiting('03:08:00') }, undefined],
  ['a step that did not come', { machine: waiting('03:07:59') }, 'overdue'],
  ['a step that is held back', { machine: held('04:00:00') }, undefined],
  ['a step whose hold is over', { machine: held('03:01:00') }, 'overdue'],
  ['a step that waits for more alerts', { machine: held(null) }, undefined],
  [
    'a policy at its end',
    { machine: state({ escalation: { kind: 'exhausted', pages: [], retryAt: null } }) },
    undefined,
  ],
  [
    'a policy that reached nobody and was not begun again',
    { machine: state({ escalation: { kind: 'exhausted', pages: [], retryAt: ms('03:01:00') } }) },
    'overdue',
  ],
  ['an owner', { machine: owned(null) }, undefined],
  ['a snooze', { machine: owned('03:30:00') }, undefined],
  ['a snooze that did not end', { machine: owned('03:07:00') }, 'overdue'],
  ['clear alerts', { machine: state({ phase: 'monitoring', stableAt: ms('03:20:00') }) }, undefined],
  [
    'clear alerts for too long',
    { machine: state({ phase: 'monitoring', stableAt: ms('03:00:00') }) },
    'overdue',
  ],
  ['nothing to come', { machine: state({}) }, 'no-next-step'],
  ['nothing decided', { machine: null }, 'no-next-step'],
  ['no workflow', { running: false }, 'no-workflow'],
  ['no workflow, with an owner', { running: false, machine: owned(null) }, 'no-workflow'],
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
