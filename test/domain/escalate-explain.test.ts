import { describe, expect, it } from 'vitest'
import { explainPaging, type PagingMoment } from '../../src/domain/escalate-explain.ts'
import { isOccasion, pageWords, pagingLines } from '../../src/domain/escalate-explain-words.ts'
import type { Page } from '../../src/domain/page.ts'
import { exhaustedEntry, holdEntry, noticeEntry, stepEntry } from '../../src/domain/escalate-record.ts'
import type { TimelineEntry } from '../../src/domain/timeline.ts'
import { page } from '../support/pages.ts'

const at = (clock: string) => `2026-03-01T${clock}.000Z`
const minutes = (count: number) => count * 60_000
const ana = { person: 'ana', via: 'schedule primary' }
const ben = { person: 'ben', via: 'by name' }
const carl = { person: 'carl', via: 'team sre' }

function step(
  number: number,
  clock: string,
  notified: readonly (typeof ana)[],
  more: { round?: number; paged?: string[]; empty?: string[]; following?: string[]; waitMs?: number } = {},
): TimelineEntry {
  const { round = 0, empty = [], following = [], waitMs = minutes(5) } = more
  const paged = more.paged ?? notified.map(({ person }) => person)
  const resolved = { notified, empty }
  return stepEntry({
    incident: 42,
    at: at(clock),
    position: { step: number, round },
    resolved,
    paged,
    ackTimeoutMs: paged.length === 0 ? 0 : waitMs,
    following,
  })
}

function entry(eventKey: string, clock: string, change: Partial<TimelineEntry>): TimelineEntry {
  return {
    incident: 42,
    eventKey,
    at: at(clock),
    kind: 'escalation',
    actor: 'firewatch',
    summary: eventKey,
    ...change,
  }
}

const acknowledged = entry('acknowledged/1', '03:02:00', {
  kind: 'acknowledged',
  actor: 'ana',
  summary: 'ana acknowledged; escalation stops',
})

function sent(change: Partial<Page> = {}): Page {
  return page({
    state: 'sent',
    attempts: 1,
    createdAt: at('03:00:00'),
    sentAt: at('03:00:01'),
    finishedAt: at('03:00:01'),
    ...change,
  })
}

const toBen = { id: 'INC-42/r0/s2/ben/c0', person: 'ben', step: 2 }
const failed = { state: 'failed', attempts: 4, sentAt: null, lastError: 'answered 500' } as const

/** Each person of an occasion as `ana: sent`, or with why they did not hear. */
function told(moments: readonly PagingMoment[]): (readonly string[])[] {
  return moments
    .filter(isOccasion)
    .map(({ title, people, empty, end }) => [
      title,
      ...people.map(({ person, pages, why }) =>
        [person, ...pages.map(({ state }) => state), ...(why === null ? [] : [why])].join(': '),
      ),
      ...empty,
      ...(end === null ? [] : [`=> ${end}`]),
    ])
}

const stories: [string, readonly TimelineEntry[], readonly Page[], (readonly string[])[]][] = [
  ['nothing at all', [], [], []],
  [
    'an acknowledgement',
    [step(1, '03:00:00', [ana]), acknowledged],
    [sent()],
    [['Step 1', 'ana: sent', '=> after 2 min: ana acknowledged; escalation stops']],
  ],
  [
    'nobody who acknowledged in time',
    [step(1, '03:00:00', [ana]), step(2, '03:05:00', [ben])],
    [sent(), sent(toBen)],
    [
      ['Step 1', 'ana: sent', '=> nobody acknowledged within 5 min'],
      ['Step 2', 'ben: sent'],
    ],
  ],
  [
    'a contact that failed, and the next one',
    [step(1, '03:00:00', [ana])],
    [sent(failed), sent({ id: 'INC-42/r0/s1/ana/c1', contact: 1, channel: 'pagerduty' })],
    [['Step 1', 'ana: failed: sent']],
  ],
  [
    'a step of which nobody was reached',
    [step(1, '03:00:00', [ana]), step(2, '03:00:06', [ben])],
    [sent(failed), sent(toBen)],
    [
      [
        'Step 1',
        'ana: failed: could not be reached: answered 500',
        '=> nobody was reached: passed without waiting',
      ],
      ['Step 2', 'ben: sent'],
    ],
  ],
  [
    'a step with nobody on call, and one without a contact',
    [
      step(1, '03:00:00', [], { empty: ['nobody is on call in schedule primary'] }),
      step(2, '03:00:00', [carl], { paged: [] }),
      step(3, '03:00:00', [ben]),
    ],
    [sent({ ...toBen, step: 3 })],
    [
      ['Step 1', 'nobody is on call in schedule primary', '=> nobody to page: passed at once'],
      ['Step 2', 'carl: no contact to page then', '=> nobody to page: passed at once'],
      ['Step 3', 'ben: sent'],
    ],
  ],
  [
    'somebody whose own rules asked for a page only later',
    [step(1, '03:00:00', [ana]), step(2, '03:05:00', [ben])],
    [sent(toBen)],
    [
      ['Step 1', 'ana: no page was due by their own rules', '=> nobody acknowledged within 5 min'],
      ['Step 2', 'ben: sent'],
    ],
  ],
  [
    'a page that was called off',
    [step(1, '03:00:00', [ana, ben]), acknowledged],
    [
      sent(),
      sent({
        ...toBen,
        step: 1,
        state: 'cancelled',
        attempts: 0,
        sentAt: null,
        lastError: 'ana acknowledged',
      }),
    ],
    [
      [
        'Step 1',
        'ana: sent',
        'ben: cancelled: ana acknowledged',
        '=> after 2 min: ana acknowledged; escalation stops',
      ],
    ],
  ],
  [
    'somebody who asked for the next step',
    [
      step(1, '03:00:00', [ana]),
      entry('command/7', '03:01:00', { actor: 'ana', summary: 'ana escalates at once' }),
      step(2, '03:01:00', [ben]),
    ],
    [sent(), sent(toBen)],
    [
      ['Step 1', 'ana: sent', '=> after 1 min: ana escalates at once'],
      ['Step 2', 'ben: sent'],
    ],
  ],
  [
    'a policy that came to its end',
    [
      step(1, '03:00:00', [ana], { round: 1 }),
      exhaustedEntry(
        42,
        { policy: 'default', round: 1 },
        { notified: [ben], empty: [] },
        ['ben'],
        at('03:05:00'),
      ),
    ],
    [
      sent({ id: 'INC-42/r1/s1/ana/c0', round: 1 }),
      sent({ ...toBen, id: 'INC-42/r1/fallback/ben/c0', step: 0, round: 1 }),
    ],
    [
      ['Step 1, round 2', 'ana: sent', '=> nobody acknowledged within 5 min'],
      ['Every step is exhausted: the fallback, round 2', 'ben: sent'],
    ],
  ],
  [
    'a notice, a hand-over and what was told afterwards',
    [
      noticeEntry(42, { notified: [carl], empty: [] }, ['carl'], at('03:00:00')),
      entry('handover/0', '03:10:00', { actor: 'ana', summary: 'ana hands over to ben, who is paged' }),
    ],
    [
      sent({ id: 'INC-42/notice/carl/c0', kind: 'notice', person: 'carl', step: 0 }),
      sent({ id: 'INC-42/handover-0/ben/c0', person: 'ben', step: -1 }),
      sent({
        id: 'INC-42/acknowledged/carl/c0',
        kind: 'acknowledged',
        person: 'carl',
        step: 0,
        createdAt: at('03:02:00'),
      }),
    ],
    [
      ['Notice of a P0', 'carl: sent'],
      ['Told: acknowledged', 'carl: sent'],
      ['ana hands over to ben, who is paged', 'ben: sent'],
    ],
  ],
  [
    'a page whose entry was lost',
    [],
    [sent({ state: 'unknown', sentAt: null, lastError: 'no answer within 5000 ms' })],
    [
      [
        'Step 1, of which no entry was written',
        'ana: unknown: whether they heard is not known: no answer within 5000 ms',
      ],
    ],
  ],
]

describe('why paging went as it did', () => {
  it.each(stories)('is told of %s', (_story, timeline, pages, expected) => {
    expect(told(explainPaging(timeline, pages).moments)).toEqual(expected)
  })

  it('names what held a step back, began, changed or stopped it', () => {
    const reason = 'checkout is in maintenance until 2026-03-01 04:00 UTC: disks'
    const { moments } = explainPaging(
      [
        entry('detected', '02:59:00', { kind: 'detected', summary: 'Error rate of ios is 12 %' }),
        holdEntry(42, { step: 1, round: 0 }, { reason, inMs: minutes(60), firm: true }, at('03:00:00')),
        entry('severity/1', '03:01:00', { kind: 'severity', summary: 'The severity rose to P0' }),
        { ...acknowledged, detail: { until: at('03:32:00') } },
        entry('released/2', '03:32:00', { summary: 'The acknowledgement of ana ran out' }),
        entry('page/x', '03:32:00', { kind: 'page' }),
        entry('resolved/3', '03:40:00', { kind: 'resolved', summary: 'Resolved' }),
      ],
      [],
    )
    expect(moments.map(({ kind, ...rest }) => [kind, 'text' in rest ? rest.text : ''])).toEqual([
      ['began', 'Error rate of ios is 12 %'],
      ['held', `Step 1 waits: ${reason}`],
      ['command', 'The severity rose to P0'],
      ['stopped', 'ana acknowledged; escalation stops, until 2026-03-01T03:32:00.000Z'],
      ['released', 'The acknowledgement of ana ran out'],
      ['stopped', 'Resolved'],
    ])
  })

  it('says who was spared, and by whom', () => {
    const following = ['schedule backup', 'dora']
    const entered = step(1, '03:00:00', [ana], { following })
    expect(explainPaging([entered], [sent()]).spared).toBeNull()
    expect(explainPaging([entered, step(2, '03:05:00', [ben])], [sent()]).spared).toBeNull()
    expect(explainPaging([entered, acknowledged], [sent()]).spared).toEqual({
      targets: following,
      why: 'ana acknowledged; escalation stops, at 2026-03-01T03:02:00.000Z',
    })
  })

  it.each<[string, Partial<Page>, string]>([
    ['one that was sent', {}, 'webhook: sent at 03:00:01'],
    [
      'one with a name at its provider',
      { providerId: 'm-17', attempts: 2 },
      'webhook: sent at 03:00:01, 2 tries, provider id m-17',
    ],
    [
      'one by a rule of their own, over the second contact',
      { id: 'INC-42/r0/s1/ana/c1/t1800', contact: 1 },
      'webhook (contact 2, by their own rule after 30 min): sent at 03:00:01',
    ],
    [
      'one that was bundled',
      { leader: 'INC-41/r0/s1/ana/c0' },
      'webhook: sent at 03:00:01, in one message with INC-41/r0/s1/ana/c0',
    ],
    ['the leader of a bundle', { leader: 'INC-42/r0/s1/ana/c0' }, 'webhook: sent at 03:00:01'],
    ['one that failed', failed, 'webhook: failed at 03:00:01, 4 tries, answered 500'],
    [
      'one that may have come twice',
      { unknownTries: 1, attempts: 2 },
      'webhook: sent at 03:00:01, 2 tries, marked as a possible repeat',
    ],
  ])('says what became of %s', (_page, change, words) => {
    const [moment] = explainPaging([], [sent(change)]).moments
    const [explained] = moment !== undefined && isOccasion(moment) ? (moment.people[0]?.pages ?? []) : []
    expect(explained && pageWords(explained)).toBe(words)
  })

  it('is read in a terminal from top to bottom', () => {
    const timeline = [step(1, '03:00:00', [ana, carl], { paged: ['ana'], following: ['ben'] }), acknowledged]
    expect(pagingLines(explainPaging(timeline, [sent()]))).toEqual([
      '2026-03-01 (UTC)',
      '  03:00:00  Step 1',
      '              ana (schedule primary), webhook: sent at 03:00:01',
      '              carl (team sre) did not hear: no contact to page then',
      '            => after 2 min: ana acknowledged; escalation stops',
      '  03:02:00  ana acknowledged; escalation stops',
      'Not paged: ben; ana acknowledged; escalation stops, at 2026-03-01T03:02:00.000Z',
    ])
    expect(pagingLines(explainPaging([], []))).toEqual(['Nothing is recorded about paging.'])
  })
})
