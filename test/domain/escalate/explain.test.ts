import { describe, expect, it } from 'vitest'
import { explainPaging } from '../../../src/domain/escalate/explain.ts'
import type { PagingMoment } from '../../../src/domain/escalate/explain-moments.ts'
import { isOccasion, pageWords, pagingLines } from '../../../src/domain/escalate/explain-words.ts'
import type { Fact } from '../../../src/domain/facts/fact.ts'
import type { Page } from '../../../src/domain/page/page.ts'
import { readEntry, type TimelineEntry } from '../../../src/domain/incident/timeline.ts'
import { page } from '../../support/pages.ts'
import { storyOf } from '../incident/world.ts'

const at = (clock: string) => `2026-03-01T${clock}.000Z`
const minutes = (count: number) => count * 60_000
const ana = { person: 'ana', via: 'schedule primary' }
const ben = { person: 'ben', via: 'by name' }
const carl = { person: 'carl', via: 'team sre' }

let entries = 0

function entry(clock: string, fact: Fact, actor = 'firewatch'): TimelineEntry {
  return readEntry({ incident: 42, eventKey: `decision/${++entries}`, at: at(clock), actor, fact })
}

function step(
  number: number,
  clock: string,
  notified: readonly (typeof ana)[],
  more: { round?: number; paged?: string[]; empty?: string[]; following?: string[]; waitMs?: number } = {},
): TimelineEntry {
  const { round = 0, empty = [], following = [], waitMs = minutes(5) } = more
  const paged = more.paged ?? notified.map(({ person }) => person)
  const ackTimeoutMs = paged.length === 0 ? 0 : waitMs
  return entry(clock, {
    type: 'step-entered',
    step: number,
    round,
    notified,
    paged,
    empty,
    ackTimeoutMs,
    following,
  })
}

const acknowledged = entry('03:02:00', { type: 'acknowledged', until: null, awaiting: [] }, 'ana')

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

/** Explains what is kept of an incident that nothing is decided about any more. */
function explained(timeline: readonly TimelineEntry[], pages: readonly Page[]) {
  return explainPaging({ machine: null, timeline, pages })
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
        '=> nobody was reached: the next step follows at once',
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
      ['Step 1', 'nobody is on call in schedule primary', '=> nobody to page: skipped'],
      ['Step 2', 'carl: no contact to page then', '=> nobody to page: skipped'],
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
    [step(1, '03:00:00', [ana]), entry('03:01:00', { type: 'escalated' }, 'ana'), step(2, '03:01:00', [ben])],
    [sent(), sent(toBen)],
    [
      ['Step 1', 'ana: sent', '=> after 1 min: ana escalated to the next step'],
      ['Step 2', 'ben: sent'],
    ],
  ],
  [
    'a policy that came to its end',
    [
      step(1, '03:00:00', [ana], { round: 1 }),
      entry('03:05:00', {
        type: 'exhausted',
        policy: 'default',
        round: 1,
        notified: [ben],
        paged: ['ben'],
        empty: [],
      }),
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
      entry('03:00:00', { type: 'noticed', notified: [carl], paged: ['carl'], empty: [] }),
      entry('03:10:00', { type: 'handed-over', to: 'ben' }, 'ana'),
      entry('03:15:00', { type: 'hand-over-declined', to: 'ben', owner: 'ana' }),
      entry('03:20:00', { type: 'owner-asked', owner: 'ana', from: 'P2', to: 'P0' }),
      entry('03:30:00', { type: 'grown', owner: 'ana', from: 1, to: 9 }),
    ],
    [
      sent({ id: 'INC-42/notice/carl/c0', kind: 'notice', person: 'carl', step: 0 }),
      sent({
        ...failed,
        id: 'INC-42/hand-over/ben/c0',
        kind: 'hand-over',
        person: 'ben',
        step: 0,
        createdAt: at('03:10:00'),
      }),
      sent({
        id: 'INC-42/hand-over/ben/c1',
        kind: 'hand-over',
        person: 'ben',
        step: 0,
        contact: 1,
        createdAt: at('03:10:09'),
      }),
      sent({
        id: 'INC-42/hand-over-1/ana/c0',
        kind: 'hand-over',
        step: 0,
        round: 1,
        createdAt: at('03:15:00'),
      }),
      sent({ id: 'INC-42/worse/ana/c0', kind: 'worse', step: 0, createdAt: at('03:20:00') }),
      sent({ id: 'INC-42/grown/ana/c0', kind: 'grown', step: 0, createdAt: at('03:30:00') }),
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
      ['ana hands over to ben. Paging ben, who owns it once they acknowledge', 'ben: failed: sent'],
      ['ben did not take over: ana still has it', 'ana: sent'],
      ['Severity rose from P2 to P0 after ana acknowledged: paged ana again', 'ana: sent'],
      ['Grew from 1 to 9 alerts since ana acknowledged: told ana', 'ana: sent'],
    ],
  ],
  [
    'a page of an older incident',
    [],
    [sent({ state: 'unknown', sentAt: null, lastError: 'no answer within 5000 ms' })],
    [['Step 1', 'ana: unknown: whether they heard is not known: no answer within 5000 ms']],
  ],
]

describe('why paging went as it did', () => {
  it.each(stories)('is told of %s', (_story, timeline, pages, expected) => {
    expect(told(explained(timeline, pages).moments)).toEqual(expected)
  })

  it('names what held a step back, began, changed or stopped it', () => {
    const until = at('04:00:00')
    const cause = { kind: 'maintenance', service: 'checkout', until, reasons: ['disks'] } as const
    const first = { fingerprint: 'f', labels: {}, summary: 'Error rate of ios is 12 %' }
    const { moments } = explained(
      [
        entry('02:59:00', { type: 'detected', first, alerts: 1 }),
        entry('03:00:00', { type: 'step-held', step: 1, round: 0, cause, dueAt: until }),
        entry('03:01:00', { type: 'severity-changed', from: 'P1', to: 'P0' }),
        entry('03:02:00', { type: 'acknowledged', until: at('03:32:00'), awaiting: [] }, 'ana'),
        entry('03:03:00', { type: 'note', text: 'looking' }, 'ana'),
        entry('03:32:00', { type: 'released', owner: 'ana', why: 'ran-out', firing: true }),
        entry('03:33:00', { type: 'snoozed', forMs: minutes(5), until: at('03:38:00') }, 'ben'),
        entry('03:40:00', { type: 'resolved', why: 'person' }, 'ben'),
      ],
      [],
    )
    expect(moments.map(({ kind, ...rest }) => [kind, 'text' in rest ? rest.text : ''])).toEqual([
      ['began', 'Detected: Error rate of ios is 12 %'],
      ['held', 'Step 1 waits: checkout is in maintenance until 2026-03-01 04:00 UTC: disks'],
      ['command', 'Severity raised from P1 to P0 by its alerts'],
      [
        'stopped',
        'ana acknowledged; escalation stops; escalates again at 2026-03-01 03:32 UTC unless resolved',
      ],
      ['released', 'The acknowledgement of ana ran out and it still fires: escalating again'],
      ['stopped', 'ben snoozed it for 5 min; escalates again at 2026-03-01 03:38 UTC unless resolved'],
      ['stopped', 'ben resolved the incident'],
    ])
  })

  it('keeps the sentences of incidents that were told in sentences, and reads nothing from them', () => {
    const { moments } = explained(
      [
        entry('03:00:00', { type: 'recorded', kind: 'escalation', text: 'Step 1: paging ana' }),
        entry('03:02:00', { type: 'recorded', kind: 'acknowledged', text: 'ana acknowledged' }),
        entry('03:03:00', { type: 'recorded', kind: 'note', text: 'Step 9: paging everybody' }),
      ],
      [sent()],
    )
    expect(moments.map((moment) => ('text' in moment ? moment.text : moment.title))).toEqual([
      'Step 1: paging ana',
      'Step 1',
      'ana acknowledged',
    ])
  })

  it('says what happens next by itself', () => {
    const { state } = storyOf([], { untilMin: 1 })
    const explanation = explainPaging({
      machine: state,
      timeline: [step(1, '03:00:00', [ana])],
      pages: [sent()],
    })
    expect(pagingLines(explanation, 'UTC').at(-1)).toBe(
      'Next, 1970-01-01 00:05:00 UTC: step 1: waits for an acknowledgement by ana',
    )
  })

  it('says when a step ended early, and why', () => {
    const toBeEntered = step(2, '03:01:00', [ben])
    const endAfter = (...between: TimelineEntry[]) => {
      const { moments } = explained([step(1, '03:00:00', [ana]), ...between, toBeEntered], [sent()])
      return moments.find((moment) => 'title' in moment && moment.title === 'Step 1')
    }
    expect(endAfter()).toMatchObject({ end: 'left after 1 min' })
    expect(endAfter(entry('03:01:00', { type: 'severity-changed', from: 'P2', to: 'P0' }))).toMatchObject({
      end: 'after 1 min: Severity raised from P2 to P0 by its alerts',
    })
    expect(
      endAfter(entry('03:01:00', { type: 'policy-applied', policy: 'x', keep: false }, 'ana')),
    ).toMatchObject({
      end: 'after 1 min: ana applied policy x as configured now, starting from its first step',
    })
  })

  it('says who was spared, and by whom', () => {
    const following = ['schedule backup', 'dora']
    const entered = step(1, '03:00:00', [ana], { following })
    expect(explained([entered], [sent()]).spared).toBeNull()
    expect(explained([entered, step(2, '03:05:00', [ben])], [sent()]).spared).toBeNull()
    expect(explained([entered, acknowledged], [sent()]).spared).toEqual({
      targets: following,
      why: 'ana acknowledged; escalation stops, at 2026-03-01 03:02:00 UTC',
    })
  })

  it.each<[string, Partial<Page>, string]>([
    ['one that was sent', {}, 'webhook: sent at 03:00:01 UTC'],
    [
      'one with a name at its provider',
      { providerId: 'm-17', attempts: 2 },
      'webhook: sent at 03:00:01 UTC, 2 tries, provider id m-17',
    ],
    [
      'one by a rule of their own, over the second contact',
      { ruleAfterMs: 30 * 60_000, contact: 1 },
      'webhook (contact 2, by their own rule after 30 min): sent at 03:00:01 UTC',
    ],
    [
      'one that was bundled',
      { leader: 'INC-41/r0/s1/ana/c0' },
      'webhook: sent at 03:00:01 UTC, in one message with INC-41/r0/s1/ana/c0',
    ],
    ['the leader of a bundle', { leader: 'INC-42/r0/s1/ana/c0' }, 'webhook: sent at 03:00:01 UTC'],
    ['one that failed', failed, 'webhook: failed at 03:00:01 UTC, 4 tries, answered 500'],
    [
      'one that may have come twice',
      { unknownTries: 1, attempts: 2 },
      'webhook: sent at 03:00:01 UTC, 2 tries, marked as a possible repeat',
    ],
  ])('says what became of %s', (_page, change, words) => {
    const [moment] = explained([], [sent(change)]).moments
    const [told] = moment !== undefined && isOccasion(moment) ? (moment.people[0]?.pages ?? []) : []
    expect(told && pageWords(told, 'UTC')).toBe(words)
  })

  it('is read in a terminal from top to bottom', () => {
    const timeline = [step(1, '03:00:00', [ana, carl], { paged: ['ana'], following: ['ben'] }), acknowledged]
    expect(pagingLines(explained(timeline, [sent()]), 'UTC')).toEqual([
      '2026-03-01 (UTC)',
      '  03:00:00  Step 1',
      '              ana (schedule primary), webhook: sent at 03:00:01 UTC',
      '              carl (team sre) did not hear: no contact to page then',
      '            => after 2 min: ana acknowledged; escalation stops',
      '  03:02:00  ana acknowledged; escalation stops',
      'Not paged: ben; ana acknowledged; escalation stops, at 2026-03-01 03:02:00 UTC',
    ])
    expect(pagingLines(explained([], []), 'UTC')).toEqual(['Nothing is recorded about paging.'])
  })
})
