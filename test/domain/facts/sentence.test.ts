import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byName } from '../../../src/domain/escalate/targets.ts'
import type { Fact, FactOf, ToldAlert } from '../../../src/domain/facts/fact.ts'
import { sentenceOf } from '../../../src/domain/facts/sentence.ts'
import { readEntry } from '../../../src/domain/incident/timeline.ts'

const minute = 60_000
const at = '2026-03-01T04:00:00.000Z'
const ana = { person: 'ana', via: 'schedule primary' }
const ben = { person: 'ben', via: byName }
const none = { notified: [], paged: [], empty: [] }
const toAna = { notified: [ana], paged: ['ana'], empty: [] }
const step = { type: 'step-entered', step: 1, round: 0, ackTimeoutMs: 5 * minute, following: [] } as const
const attempt = { type: 'attempt', attempt: 'INC-7/1', action: 'restart', target: 'checkout-2' } as const
const page = {
  type: 'page-ended',
  page: 'INC-7/r0/s1/ana/c0',
  kind: 'page',
  step: 1,
  round: 0,
  person: 'ana',
  channel: 'slack',
  contact: 0,
  state: 'sent',
  attempts: 1,
  reason: null,
  providerId: null,
} as const

function alert(summary: string): ToldAlert {
  return { fingerprint: summary, labels: {}, summary }
}

/** Every fact, as ana causes it, and how it reads. A fact without a row does not compile. */
const sentences: { readonly [Type in Fact['type']]: readonly (readonly [FactOf<Type>, string])[] } = {
  detected: [
    [{ type: 'detected', first: alert('Disk is full'), alerts: 1 }, 'Detected: Disk is full'],
    [
      { type: 'detected', first: alert('Disk is full'), alerts: 2 },
      'Detected: Disk is full, and 1 more alert',
    ],
    [
      { type: 'detected', first: alert('Disk is full'), alerts: 40 },
      'Detected: Disk is full, and 39 more alerts',
    ],
  ],
  'alert-changed': [
    [{ type: 'alert-changed', change: 'fires', alert: alert('Disk is full') }, 'Firing: Disk is full'],
    [
      { type: 'alert-changed', change: 'fires-again', alert: alert('Disk is full') },
      'Firing again: Disk is full',
    ],
    [{ type: 'alert-changed', change: 'clears', alert: alert('Disk is full') }, 'Cleared: Disk is full'],
  ],
  'alerts-changed': [
    [
      {
        type: 'alerts-changed',
        changes: [
          { change: 'fires', alerts: 40 },
          { change: 'clears', alerts: 1 },
        ],
        among: [alert('a is down'), alert('b is down')],
      },
      'Firing: 40 alerts. Cleared: 1 alert. Among them: a is down; b is down',
    ],
  ],
  'severity-changed': [
    [{ type: 'severity-changed', from: 'P2', to: 'P1' }, 'Severity raised from P2 to P1 by its alerts'],
    [{ type: 'severity-changed', from: 'P0', to: 'P3' }, 'Severity lowered from P0 to P3 by its alerts'],
  ],
  'severity-set': [
    [{ type: 'severity-set', from: 'P2', to: 'P1' }, 'ana set the severity from P2 to P1'],
    [{ type: 'severity-set', from: 'P2', to: 'P2' }, 'ana fixed the severity at P2'],
  ],
  'severity-unknown': [
    [
      { type: 'severity-unknown', word: 'SEV_1', taken: 'P2' },
      '"SEV_1" is not a severity that Firewatch knows: treated as P2. Say what it means under "severities" in firewatch.yaml',
    ],
  ],
  cleared: [[{ type: 'cleared', stableForMs: 15 * minute }, 'Every alert is clear; watching for 15 min']],
  merged: [[{ type: 'merged', into: 12, reason: 'same disk' }, 'ana made it part of INC-12: same disk']],
  unmerged: [
    [{ type: 'unmerged', from: 12, reason: 'another disk' }, 'ana took it apart from INC-12: another disk'],
  ],
  'split-off': [
    [
      { type: 'split-off', into: 14, alerts: 1, reason: 'another disk' },
      'ana made 1 alert an incident of its own, INC-14: another disk',
    ],
    [
      { type: 'split-off', into: 14, alerts: 3, reason: 'another disk' },
      'ana made 3 alerts an incident of their own, INC-14: another disk',
    ],
  ],
  'split-from': [
    [
      { type: 'split-from', incident: 12, alerts: 3, reason: 'another disk' },
      'ana took 3 alerts out of INC-12: another disk',
    ],
  ],
  'flapping-began': [
    [
      { type: 'flapping-began', times: 4, withinMs: 3_600_000 },
      'It flaps: fired 4 times within 1 h. From here on it must stay clear for as long, and nobody is paged for each time',
    ],
  ],
  'flapping-ended': [[{ type: 'flapping-ended' }, 'It does not flap any more']],
  reopened: [[{ type: 'reopened' }, 'Firing again: back to open']],
  resolved: [
    [
      { type: 'resolved', why: 'stayed-clear', stableForMs: 15 * minute },
      'Resolved: every alert stayed clear for 15 min',
    ],
    [{ type: 'resolved', why: 'person' }, 'ana resolved the incident'],
    [{ type: 'resolved', why: 'person', firing: 1 }, 'ana resolved the incident while 1 alert was firing'],
    [
      { type: 'resolved', why: 'person', firing: 2, successorAt: at },
      'ana resolved the incident while 2 alerts were firing; whatever still fires at 2026-03-01 04:00 UTC opens a new incident',
    ],
  ],
  succeeds: [
    [
      { type: 'succeeds', incident: 6, firing: 1 },
      'Opened because 1 alert of INC-6 still fires after it was resolved by hand',
    ],
    [
      { type: 'succeeds', incident: 6, firing: 2 },
      'Opened because 2 alerts of INC-6 still fire after it was resolved by hand',
    ],
  ],
  'succeeded-by': [
    [{ type: 'succeeded-by', incident: 8, firing: 1 }, '1 alert still fires, now in INC-8'],
    [{ type: 'succeeded-by', incident: 8, firing: 3 }, '3 alerts still fire, now in INC-8'],
  ],
  joined: [
    [
      { type: 'joined', incident: 6, firing: 2 },
      'Joined by 2 alerts of INC-6 that still fire after it was resolved by hand',
    ],
  ],
  'step-entered': [
    [
      { ...step, notified: [ana, ben], paged: ['ana', 'ben'], empty: [] },
      'Step 1: paging ana (schedule primary), ben',
    ],
    [
      { ...step, ...toAna, step: 2, round: 1, notified: [ana, ben] },
      'Step 2, round 2: paging ana (schedule primary); no contact for ben',
    ],
    [
      { ...step, ...none, empty: ['nobody is on call in schedule primary'] },
      'Step 1: skipped, nobody to page; nobody is on call in schedule primary',
    ],
    [{ ...step, ...none, notified: [ben] }, 'Step 1: skipped, nobody to page; no contact for ben'],
  ],
  'step-held': [
    [
      {
        type: 'step-held',
        step: 2,
        round: 0,
        cause: { kind: 'calendar', calendar: 'office hours', opensAt: at },
        dueAt: at,
      },
      'Step 2 waits: outside office hours until 2026-03-01 04:00 UTC',
    ],
    [
      {
        type: 'step-held',
        step: 2,
        round: 0,
        cause: { kind: 'alert-rate', moreThan: 1, withinMs: 10 * minute },
        dueAt: null,
      },
      'Step 2 waits: until more than 1 alert begins within 10 min',
    ],
    [
      {
        type: 'step-held',
        step: 1,
        round: 0,
        cause: { kind: 'maintenance', service: 'shop', until: at, reasons: ['disks', 'network'] },
        dueAt: at,
      },
      'Step 1 waits: shop is in maintenance until 2026-03-01 04:00 UTC: disks; network',
    ],
  ],
  exhausted: [
    [
      { type: 'exhausted', policy: 'default', round: 0, ...toAna },
      'Policy default is exhausted, nobody acknowledged: paging the fallback ana (schedule primary)',
    ],
    [
      { type: 'exhausted', policy: 'default', round: 0, ...none, retryAt: at },
      'Policy default is exhausted, nobody acknowledged: there is no fallback to page; nobody was reached, so the steps start again at 2026-03-01 04:00 UTC',
    ],
  ],
  noticed: [
    [{ type: 'noticed', ...toAna }, 'P0: notifying ana (schedule primary)'],
    [{ type: 'noticed', ...none, notified: [ben] }, 'P0: nobody to notify; no contact for ben'],
  ],
  retried: [[{ type: 'retried', round: 1 }, 'No page reached anybody: starting again from the first step']],
  escalated: [[{ type: 'escalated' }, 'ana escalated to the next step']],
  'policy-applied': [
    [
      { type: 'policy-applied', policy: 'nights', keep: true },
      'ana applied policy nights as configured now, going on where it stands',
    ],
    [
      { type: 'policy-applied', policy: 'nights', keep: false },
      'ana applied policy nights as configured now, starting from its first step',
    ],
  ],
  'page-ended': [
    [page, 'Paged ana by Slack (step 1)'],
    [
      { ...page, channel: 'pagerduty', contact: 1, state: 'delivered' },
      'Paged ana by PagerDuty (step 1, contact 2)',
    ],
    [{ ...page, channel: 'email', step: 0 }, 'Paged ana by e-mail (fallback)'],
    [{ ...page, channel: 'webhook', kind: 'hand-over' }, 'Paged ana by webhook (handed over)'],
    [{ ...page, kind: 'worse' }, 'Paged ana by Slack (it became worse)'],
    [{ ...page, kind: 'notice' }, 'Told ana by Slack: P0 notice'],
    [{ ...page, kind: 'grown' }, 'Told ana by Slack: it grew'],
    [{ ...page, kind: 'again' }, 'Told ana by Slack: it fires again'],
    [{ ...page, kind: 'reminder' }, 'Told ana by Slack: it still fires'],
    [{ ...page, kind: 'group' }, 'Told ana by Slack: news of its alerts'],
    [{ ...page, kind: 'acknowledged' }, 'Told ana by Slack: acknowledged'],
    [{ ...page, kind: 'resolved' }, 'Told ana by Slack: resolved'],
    [
      { ...page, state: 'failed', attempts: 3, reason: 'answered 500' },
      'Could not reach ana by Slack: answered 500, tried 3 times',
    ],
    [
      { ...page, state: 'failed', attempts: 0 },
      'Could not reach ana by Slack: no reason was recorded, never tried',
    ],
    [
      { ...page, state: 'unknown', reason: 'the worker stopped' },
      'Could not tell whether ana was reached by Slack: the worker stopped, tried once',
    ],
    [
      { ...page, state: 'cancelled', reason: 'ben acknowledged' },
      'Did not page ana by Slack: ben acknowledged',
    ],
    [
      { ...page, kind: 'notice', state: 'cancelled', reason: 'it was resolved' },
      'Did not tell ana by Slack: it was resolved',
    ],
  ],
  acknowledged: [
    [{ type: 'acknowledged', until: null, awaiting: [] }, 'ana acknowledged; escalation stops'],
    [
      { type: 'acknowledged', until: at, awaiting: [] },
      'ana acknowledged; escalation stops; escalates again at 2026-03-01 04:00 UTC unless resolved',
    ],
    [
      { type: 'acknowledged', until: null, awaiting: ['ben', 'carl'] },
      'ana acknowledged; still to acknowledge: ben, carl',
    ],
  ],
  'acknowledged-too': [
    [{ type: 'acknowledged-too', awaiting: [] }, 'ana acknowledged too; everybody has'],
    [{ type: 'acknowledged-too', awaiting: ['ben'] }, 'ana acknowledged too; still to acknowledge: ben'],
  ],
  confirmed: [[{ type: 'confirmed' }, 'ana still has it']],
  'took-over': [
    [{ type: 'took-over', from: null, until: null }, 'ana took it'],
    [{ type: 'took-over', from: 'ben', until: null }, 'ana took it over from ben'],
    [
      { type: 'took-over', from: 'ben', until: at },
      'ana took it over from ben; escalates again at 2026-03-01 04:00 UTC unless resolved',
    ],
  ],
  snoozed: [
    [
      { type: 'snoozed', forMs: 60 * minute, until: at },
      'ana snoozed it for 1 h; escalates again at 2026-03-01 04:00 UTC unless resolved',
    ],
  ],
  released: [
    [
      { type: 'released', owner: 'ben', why: 'ran-out', firing: true },
      'The acknowledgement of ben ran out and it still fires: escalating again',
    ],
    [
      { type: 'released', owner: 'ben', why: 'ran-out', firing: false },
      'The acknowledgement of ben ran out while nothing fires',
    ],
    [
      { type: 'released', owner: 'ben', why: 'became-worse', firing: true },
      'ben did not answer after it became worse: escalating again',
    ],
    [
      { type: 'released', owner: 'ben', why: 'escalated', firing: true },
      'ana escalated it: ben does not own it any more',
    ],
  ],
  'handed-over': [
    [
      { type: 'handed-over', to: 'ben' },
      'ana hands over to ben. Paging ben, who owns it once they acknowledge',
    ],
  ],
  'hand-over-declined': [
    [{ type: 'hand-over-declined', to: 'ben', owner: 'ana' }, 'ben did not take over: ana still has it'],
    [{ type: 'hand-over-declined', to: 'ben', owner: null }, 'ben did not take over: escalation continues'],
  ],
  'owner-asked': [
    [
      { type: 'owner-asked', owner: 'ben', from: 'P2', to: 'P0' },
      'Severity rose from P2 to P0 after ben acknowledged: paged ben again',
    ],
  ],
  'owner-told-again': [
    [{ type: 'owner-told-again', owner: 'ana', firing: 1 }, '1 alert fires again: told ana, who owns it'],
    [{ type: 'owner-told-again', owner: 'ana', firing: 3 }, '3 alerts fire again: told ana, who owns it'],
  ],
  'owner-reminded': [
    [{ type: 'owner-reminded', owner: 'ben', firing: 2 }, '2 alerts still fire: reminded ben, who owns it'],
  ],
  repeated: [
    [
      { type: 'repeated', afterMs: 14_400_000, round: 1 },
      'It still fires after 4 h, and nobody has it: starting again from the first step',
    ],
  ],
  'group-told': (
    [
      ['first', 'Told channel ops: 3 alerts fire'],
      ['new-alerts', 'Told channel ops: 2 more, so 3 alerts fire now'],
      ['some-resolved', 'Told channel ops: 1 cleared, 3 alerts fire still'],
      ['all-resolved', 'Told channel ops: everything is clear'],
      ['repeat', 'Told channel ops: 3 alerts fire still'],
    ] as const
  ).map(
    ([reason, sentence]) =>
      [
        {
          type: 'group-told',
          reason,
          rooms: ['channel ops'],
          firing: 3,
          newlyFiring: 2,
          newlyResolved: 1,
        },
        sentence,
      ] as const,
  ),
  grown: [
    [
      { type: 'grown', owner: 'ben', from: 1, to: 12 },
      'Grew from 1 to 12 alerts since ben acknowledged: told ben',
    ],
  ],
  note: [[{ type: 'note', text: 'Rolled back checkout' }, 'Rolled back checkout']],
  identified: [[{ type: 'identified', text: 'The deploy did it' }, 'The deploy did it']],
  'not-actionable': [[{ type: 'not-actionable', text: 'a drill' }, 'Not actionable: a drill']],
  'cause-settled': [
    [
      { type: 'cause-settled', cause: 'a', claim: 'It was full', verdict: 'rejected', reason: 'it had room' },
      'ana rejected the cause “It was full”: it had room',
    ],
  ],
  'review-edited': [
    [
      { type: 'review-edited', version: 3, sections: ['Why', 'When'] },
      'ana edited the review: Why, When (version 3)',
    ],
  ],
  'review-redrafted': [
    [
      { type: 'review-redrafted', version: 4, sections: ['Why'] },
      'The review was drafted again: Why (version 4)',
    ],
  ],
  'review-published': [[{ type: 'review-published', version: 5 }, 'ana published the review (version 5)']],
  'automation-stopped': [
    [{ type: 'automation-stopped', reason: 'we migrate' }, 'ana stopped automation: we migrate'],
  ],
  'automation-resumed': [
    [{ type: 'automation-resumed', reason: 'we are done' }, 'ana let automation work again: we are done'],
  ],
  attempt: [
    [
      {
        ...attempt,
        step: 'proposed',
        rung: 1,
        of: 2,
        decision: { allowed: true, findings: [{ guard: 'kill-switch', allowed: true, thrown: [] }] },
      },
      'Firewatch proposes restart on checkout-2 (rung 1 of 2). Allowed: no kill switch is thrown.',
    ],
    [
      {
        ...attempt,
        step: 'refused',
        rung: 2,
        of: 2,
        decision: {
          allowed: false,
          findings: [{ guard: 'attempt-limit', allowed: false, tried: 3, most: 3 }],
          guard: 'attempt-limit',
          next: 'hand-over',
        },
      },
      'Firewatch does not try restart on checkout-2 (rung 2 of 2). Refused (attempt-limit): the incident has had its 3 attempts.',
    ],
    [
      {
        ...attempt,
        step: 'acting',
        before: {
          series: [
            {
              metric: 'likes',
              title: 'Likes',
              slice: 'os',
              group: 'iOS',
              value: 3,
              against: { kind: 'before', daysAgo: 1, value: 8.9, diff: 0.6 },
            },
          ],
          more: 1,
        },
      },
      'Firewatch carries out restart on checkout-2. Before it: Likes on iOS 3, a day before 8.9; and 1 more series.',
    ],
    [
      { ...attempt, step: 'acted', effect: 'done', summary: 'HTTP 200' },
      'restart on checkout-2 was carried out: HTTP 200.',
    ],
    [
      { ...attempt, step: 'acted', effect: 'done', summary: 'HTTP 200', unkept: 'disk full' },
      'restart on checkout-2 was carried out: HTTP 200 (the answer could not be kept: disk full).',
    ],
    [
      { ...attempt, step: 'not-probed' },
      'restart on checkout-2 may or may not have been carried out: restart on checkout-2 has no probeUrl and is not declared idempotent, so it is not sent again; look at checkout-2 yourself.',
    ],
    [
      { ...attempt, step: 'acted', effect: 'unknown', summary: 'timed out' },
      'restart on checkout-2 may or may not have been carried out: timed out.',
    ],
    [
      { ...attempt, step: 'probed', effect: 'not-done', summary: 'not applied' },
      'restart on checkout-2 was not carried out: not applied.',
    ],
    [
      {
        ...attempt,
        step: 'finished',
        outcome: 'helped',
        explanation: {
          kind: 'judged',
          outcome: 'helped',
          good: 2,
          bad: 0,
          of: 3,
          changes: { series: [], more: 0 },
        },
      },
      'Firewatch is done with restart on checkout-2. It helped: 2 of 2 samples after it are good.',
    ],
    [
      { ...attempt, step: 'finished', outcome: 'unknown', explanation: null },
      'restart on checkout-2: unknown.',
    ],
    // Written before its steps had fields.
    [
      { ...attempt, step: 'finished', text: 'restart on checkout-2: helped.' },
      'restart on checkout-2: helped.',
    ],
  ],
  evidence: [
    [
      { type: 'evidence', stage: 'opened', evidence: ['INC-7/E1'], unanswered: 0, findings: [] },
      'Evidence collected during the incident: 1 record',
    ],
    [
      {
        type: 'evidence',
        stage: 'mitigated',
        evidence: ['INC-7/E1', 'INC-7/E2'],
        unanswered: 1,
        findings: [],
      },
      'Evidence collected after it cleared: 2 records, 1 without an answer',
    ],
    [
      { type: 'evidence', stage: 'opened', evidence: [], unanswered: 0, findings: [] },
      'No evidence to collect during the incident: no runbook matches, and no check measures it',
    ],
  ],
  'review-drafted': [
    [{ type: 'review-drafted', checks: 16, open: [] }, 'Post-mortem drafted: all 16 checks pass'],
    [
      { type: 'review-drafted', checks: 16, open: [3, 14] },
      'Post-mortem drafted: 2 of 16 checks need people (3, 14)',
    ],
    [
      { type: 'review-drafted', checks: 16, open: [15] },
      'Post-mortem drafted: 1 of 16 checks needs people (15)',
    ],
  ],
  'task-failed': [
    [
      { type: 'task-failed', task: 'review', reason: 'the disk is full' },
      'Gave up drafting the post-mortem after several tries: the disk is full',
    ],
    [
      { type: 'task-failed', task: 'investigate', reason: 'no such runbook' },
      'Gave up collecting evidence after several tries: no such runbook',
    ],
    [
      { type: 'task-failed', task: 'remediate', reason: 'no such runbook' },
      'Gave up on remediation after several tries: no such runbook',
    ],
  ],
  replayed: [
    [
      { type: 'replayed', replayedAt: at, check: 'c', from: '2026-02-01', to: '2026-02-02', by: 'ana' },
      'Replayed from recorded measurements: nobody was paged, and nothing was repaired',
    ],
  ],
  recorded: [[{ type: 'recorded', kind: 'note', text: 'from before' }, 'from before']],
}

const rows = Object.values(sentences).flat() as readonly (readonly [Fact, string])[]

describe('the sentence of a fact', () => {
  it.each(rows)('%j: %s', (fact, sentence) => {
    expect(sentenceOf(fact, 'ana')).toBe(sentence)
  })

  it.each(rows)('%j has a kind that lists group it by', (fact, summary) => {
    const entry = readEntry({ incident: 7, eventKey: 'x', at, actor: 'ana', fact })
    expect(entry).toMatchObject({ summary, kind: expect.stringMatching(/^[a-z]+$/) })
  })

  it('is told of as unknown when a newer version wrote it, so that its incident can still be read', () => {
    for (const type of ['teleported', 'toString', '__proto__']) {
      const entry = readEntry({
        incident: 7,
        eventKey: 'x',
        at,
        actor: 'ana',
        fact: { type } as unknown as Fact,
      })
      expect(entry).toMatchObject({
        kind: 'state',
        summary: `Something that this version has no words for: ${type}`,
      })
    }
  })

  it('carries names and texts as they are, whatever they hold', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('constructor', '__proto__', '$&', '${actor}', '<script>', '`', 'a\nb', '\u202e', '%s'),
    )
    const property = fc.property(hostile, hostile, (person, text) => {
      const told = [
        sentenceOf({ ...page, person, channel: text }, 'firewatch'),
        sentenceOf({ ...page, person, state: 'failed', reason: text }, 'firewatch'),
        sentenceOf({ type: 'detected', first: alert(text), alerts: 1 }, person),
        sentenceOf({ type: 'handed-over', to: text }, person),
        sentenceOf(
          { ...step, notified: [{ person, via: text }], paged: [person], empty: [text] },
          'firewatch',
        ),
        sentenceOf({ type: 'not-actionable', text }, person),
        sentenceOf({ type: 'policy-applied', policy: text, keep: true }, person),
      ]
      const known = ['email', 'pagerduty', 'slack', 'telegram', byName]
      const tells = known.includes(text) || told.every((sentence) => sentence.includes(text))
      return tells && [0, 1, 3, 4, 6].every((index) => told[index]?.includes(person))
    })
    fc.assert(property)
  })
})
