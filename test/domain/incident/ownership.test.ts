import { describe, expect, it } from 'vitest'
import type { MachineEvent } from '../../../src/domain/incident/event.ts'
import { nowDoing } from '../../../src/domain/incident/now-doing.ts'
import { sentenceOf } from '../../../src/domain/facts/sentence.ts'
import type { Page } from '../../../src/domain/page/page.ts'
import { does, fires, minute, pagesTold, storyOf, type TestWorld, told, twoSteps } from './world.ts'

const acknowledge = { type: 'acknowledge', forMs: null } as const

/** What nobody can be reached by. */
function unreachable(...people: readonly string[]) {
  return ({ person }: Page) =>
    people.includes(person)
      ? ({ state: 'failed', afterMs: 0, reason: 'answered 500' } as const)
      : ({ state: 'sent', afterMs: 0 } as const)
}

/** A provider that asks for patience with this person's pages. */
function backOff(person: string, minutes: number) {
  return (page: Page) => ({ state: 'sent', afterMs: page.person === person ? minutes * minute : 0 }) as const
}

const each = {
  ...twoSteps,
  steps: [{ notify: ['ana', 'ben'], acknowledge: 'each', ackTimeoutMs: 60 * minute }],
} as const

/** Its steps share the time that the severity allows. */
const untimed = { ...twoSteps, steps: [{ notify: ['ana'] }, { notify: ['ben'] }] }

const stories: [string, readonly MachineEvent[], TestWorld, readonly string[]][] = [
  ['nobody answers', [], {}, ['0 ana', '5 ben', '15 dora']],
  ['somebody acknowledges', [does(2, 'ana', acknowledge)], {}, ['0 ana']],
  ['at the very end of a step', [does(5, 'ana', acknowledge)], {}, ['0 ana']],
  [
    'it is snoozed, and escalates again',
    [does(2, 'ana', { type: 'snooze', forMs: 10 * minute })],
    {},
    ['0 ana', '12 ana', '17 ben', '27 dora'],
  ],
  [
    'a snooze ends while it is clear: nobody owns it when it fires again',
    [does(2, 'ana', { type: 'snooze', forMs: 4 * minute }), fires(3, 0), fires(9, 1)],
    { untilMin: 13 },
    ['0 ana', '9 ana'],
  ],
  [
    'an acknowledgement runs out',
    [does(2, 'ana', { type: 'acknowledge', forMs: 10 * minute })],
    { untilMin: 13 },
    ['0 ana', '12 ana'],
  ],
  [
    'its owner has it escalated',
    [does(2, 'ana', acknowledge), does(3, 'ana', { type: 'escalate' })],
    { untilMin: 4 },
    ['0 ana', '3 ben'],
  ],
  [
    'an answer to an older message asks for the next step',
    [does(6, 'ana', { type: 'escalate', asOf: { step: 1, round: 0 } })],
    { untilMin: 10 },
    ['0 ana', '5 ben'],
  ],
  [
    'each must acknowledge',
    [does(2, 'ana', acknowledge), does(40, 'ben', acknowledge)],
    {
      policies: [each],
      notify: {
        ben: [
          { contact: 0, afterMs: 0 },
          { contact: 0, afterMs: 30 * minute },
        ],
      },
    },
    ['0 ana', '0 ben', '30 ben'],
  ],
  [
    'each did',
    [does(2, 'ana', acknowledge), does(20, 'ben', acknowledge)],
    {
      policies: [each],
      notify: {
        ben: [
          { contact: 0, afterMs: 0 },
          { contact: 0, afterMs: 30 * minute },
        ],
      },
    },
    ['0 ana', '0 ben'],
  ],
  [
    'ben takes it over',
    [does(2, 'ana', acknowledge), does(3, 'ben', { type: 'take-over', forMs: null })],
    {},
    ['0 ana'],
  ],
  [
    'a hand-over is taken',
    [
      does(2, 'ana', acknowledge),
      does(3, 'ana', { type: 'hand-over', to: 'ben' }),
      does(4, 'ben', acknowledge),
    ],
    {},
    ['0 ana', '3 ben'],
  ],
  [
    'a hand-over is not taken',
    [does(2, 'ana', acknowledge), does(3, 'ana', { type: 'hand-over', to: 'ben' })],
    {},
    ['0 ana', '3 ben', '8 ana'],
  ],
  [
    'a hand-over reaches nobody',
    [does(2, 'ana', acknowledge), does(3, 'ana', { type: 'hand-over', to: 'ben' })],
    { deliver: unreachable('ben') },
    ['0 ana', '3 ana'],
  ],
  [
    'N02 a hand-over’s page is in back-off when every alert clears',
    [does(2, 'ana', acknowledge), does(3, 'ana', { type: 'hand-over', to: 'ben' }), fires(4, 0), fires(6, 1)],
    { deliver: backOff('ben', 30) },
    ['0 ana', '6 ana'],
  ],
  [
    'N02 a hand-over’s page is in back-off when somebody takes over; it fires again after its end',
    [
      does(2, 'ana', acknowledge),
      does(3, 'ana', { type: 'hand-over', to: 'ben' }),
      does(4, 'dora', { type: 'take-over', forMs: null }),
      fires(5, 0),
    ],
    { deliver: backOff('ben', 30) },
    ['0 ana'],
  ],
  [
    'N02 a hand-over’s page is in back-off when the acknowledgement runs out: it is asked for still',
    [
      does(1, 'ana', { type: 'acknowledge', forMs: 3 * minute }),
      does(2, 'ana', { type: 'hand-over', to: 'dora' }),
    ],
    { deliver: backOff('dora', 6), untilMin: 8 },
    ['0 ana', '4 ana', '8 dora'],
  ],
  [
    'N03 it gets worse after an acknowledgement: its owner is paged, and who is silent loses it',
    [does(2, 'ana', acknowledge), fires(10, 3, { severity: 'P0' })],
    { opened: { severity: 'P2' } },
    ['0 ana', '10 ana', '15 ana', '20 ben', '30 dora'],
  ],
  [
    'N03 it gets worse, and its owner still has it',
    [does(2, 'ana', acknowledge), fires(10, 3, { severity: 'P0' }), does(12, 'ana', acknowledge)],
    { opened: { severity: 'P2' } },
    ['0 ana', '10 ana'],
  ],
  [
    'N03 it gets worse, and its owner takes it over once more',
    [
      does(2, 'ana', acknowledge),
      fires(10, 1, { severity: 'P0' }),
      does(12, 'ana', { type: 'take-over', forMs: null }),
    ],
    { opened: { severity: 'P2' } },
    ['0 ana', '10 ana'],
  ],
  [
    'N03 it gets worse, and somebody else acknowledges',
    [does(2, 'ana', acknowledge), fires(10, 1, { severity: 'P0' }), does(12, 'ben', acknowledge)],
    { opened: { severity: 'P2' } },
    ['0 ana', '10 ana'],
  ],
  [
    'N03 it gets worse, and its owner cannot be reached',
    [does(2, 'ana', acknowledge), fires(10, 1, { severity: 'P0' })],
    { opened: { severity: 'P2' }, deliver: unreachable('ana'), untilMin: 10 },
    ['0 ben', '10 ben'],
  ],
  [
    'N03 it gets worse by its owner’s own word',
    [
      does(2, 'ana', acknowledge),
      does(10, 'ana', {
        type: 'set-severity',
        severity: 'P0',
        settings: {
          policy: 'default',
          stableForMs: 0,
          headStartMs: 0,
          remediates: false,
          stillFiringAfterMs: null,
        },
      }),
    ],
    {},
    ['0 ana'],
  ],
  [
    'N03 it gets worse by another’s word',
    [
      does(2, 'ana', acknowledge),
      does(10, 'ben', {
        type: 'set-severity',
        severity: 'P0',
        settings: {
          policy: 'default',
          stableForMs: 0,
          headStartMs: 0,
          remediates: false,
          stillFiringAfterMs: null,
        },
      }),
      does(11, 'ana', acknowledge),
    ],
    {},
    ['0 ana', '10 ana'],
  ],
  [
    'N03 it gets worse while nobody owns it, and its people are being paged by the same policy',
    [fires(2, 1, { severity: 'P0' })],
    {},
    ['0 ana', '5 ben', '15 dora'],
  ],
  [
    'N03 it gets worse while nobody owns it, and the step waits no longer than the higher severity allows',
    [fires(2, 1, { severity: 'P0' })],
    { policies: [untimed], opened: { severity: 'P3' }, untilMin: 60 },
    ['0 ana', '9.5 ben', '17 dora'],
  ],
  [
    'N03 it gets worse while nobody owns it: those who are being paged hear by their rules for the higher severity',
    [fires(2, 1, { severity: 'P0' })],
    {
      opened: { severity: 'P3' },
      notify: {
        ana: [
          { contact: 0, afterMs: 0 },
          { contact: 1, afterMs: minute, severities: ['P0'] },
          { contact: 1, afterMs: 4 * minute, severities: ['P0'] },
        ],
      },
    },
    ['0 ana', '2 ana', '4 ana', '5 ben', '15 dora'],
  ],
  [
    'N03 it gets worse while one of those who must each acknowledge has not: they hear by their rules for the higher severity',
    [does(1, 'ben', acknowledge), fires(2, 1, { severity: 'P0' }), does(3, 'ben', acknowledge)],
    {
      policies: [each],
      opened: { severity: 'P3' },
      notify: {
        ana: [
          { contact: 0, afterMs: 0 },
          { contact: 1, afterMs: minute, severities: ['P0'] },
        ],
      },
      untilMin: 50,
    },
    ['0 ana', '0 ben', '2 ben', '2 ana'],
  ],
  [
    'N03 it gets worse again before its owner answers: they hear, and are waited for as the highest severity allows',
    [
      does(1, 'ana', acknowledge),
      fires(2, 1, { severity: 'P2' }),
      fires(3, 1, { severity: 'P1' }),
      fires(4, 1, { severity: 'P0' }),
    ],
    { policies: [untimed], opened: { severity: 'P3' }, untilMin: 15 },
    ['0 ana', '2 ana', '3 ana', '4 ana', '11.5 ana'],
  ],
  [
    'N03 it gets worse while nobody owns it: another policy begins',
    [fires(2, 1, { severity: 'P0', settings: { policy: 'night' } })],
    {
      policies: [
        twoSteps,
        { ...twoSteps, name: 'night', steps: [{ notify: ['dora'], ackTimeoutMs: 60 * minute }] },
      ],
      untilMin: 30,
    },
    ['0 ana', '2 dora'],
  ],
  [
    'it gets better: nobody hears',
    [does(2, 'ana', acknowledge), fires(10, 1, { severity: 'P3' })],
    {},
    ['0 ana'],
  ],
  [
    'N03 it grows: its owner hears, by half more each time',
    [does(2, 'ana', acknowledge), ...[2, 3, 4, 5, 6, 7, 8, 9, 10].map((firing) => fires(firing + 8, firing))],
    {},
    ['0 ana', '10 ana', '11 ana', '13 ana', '16 ana'],
  ],
  [
    'it was clear, and fires again: its owner hears',
    [does(2, 'ana', acknowledge), fires(3, 0), fires(9, 1)],
    {},
    ['0 ana', '9 ana'],
  ],
  [
    'N05 what was clear fires again within a cooldown: its owner hears when that ends',
    [
      does(2, 'ana', acknowledge),
      fires(3, 0),
      fires(9, 1, { muted: true }),
      fires(10, 4, { muted: true }),
      fires(30, 4),
      fires(50, 4),
    ],
    {},
    ['0 ana', '30 ana'],
  ],
  [
    'N05 some of what fires again within a cooldown clears: its owner hears when that ends',
    [
      does(2, 'ana', acknowledge),
      fires(3, 0),
      fires(9, 3, { muted: true }),
      fires(10, 2, { fired: false }),
      fires(30, 2),
    ],
    {},
    ['0 ana', '30 ana'],
  ],
  [
    'N05 it grows within a cooldown, and some of that clears: its owner hears when that ends',
    [does(2, 'ana', acknowledge), fires(9, 4, { muted: true }), fires(10, 3, { fired: false }), fires(30, 3)],
    {},
    ['0 ana', '30 ana'],
  ],
  [
    'N05 what was clear fires again within a cooldown, and nobody owns it',
    [fires(3, 0), fires(9, 1, { muted: true })],
    { untilMin: 12 },
    ['0 ana', '9 ana'],
  ],
  [
    'it flaps: its owner hears once for as long as it would have to stay clear',
    [
      does(2, 'ana', acknowledge),
      ...[4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((at) => fires(at, at % 2)),
    ],
    {},
    ['0 ana', '5 ana', '15 ana'],
  ],
  [
    'it fires again, and worse: its owner is asked, and told nothing beside',
    [does(2, 'ana', acknowledge), fires(3, 0), fires(9, 1, { severity: 'P0' }), does(10, 'ana', acknowledge)],
    {},
    ['0 ana', '9 ana'],
  ],
  [
    'N03 ten thousand alerts join: its owner hears a handful of times',
    [
      does(2, 'ana', acknowledge),
      ...Array.from({ length: 10_000 }, (_, index) => fires(10 + index / 1_000, index + 2)),
    ],
    { untilMin: 30 },
    ['0 ana', ...Array.from({ length: 23 }, () => 'ana')],
  ],
]

const handOver = (to: string) => ({ type: 'hand-over', to }) as const

describe('N02 somebody else is asked to take it', () => {
  it('does not page whoever was asked before and did not hear yet', () => {
    const story = storyOf(
      [does(1, 'ana', acknowledge), does(2, 'ana', handOver('ben')), does(3, 'ana', handOver('dora'))],
      {
        deliver: ({ kind, person }) => ({
          state: 'sent',
          afterMs: kind === 'hand-over' && person === 'ben' ? 4 * minute : 0,
        }),
      },
    )
    expect(pagesTold(story)).toEqual(['0 ana', '3 dora', '8 ana'])
    expect(story.pages.filter(({ person }) => person === 'ben')).toMatchObject([{ state: 'cancelled' }])
  })

  it('still asks whoever was asked before when the other cannot be', () => {
    const { state } = storyOf([
      does(1, 'ana', acknowledge),
      does(2, 'ana', handOver('ben')),
      does(3, 'ana', handOver('carl')),
      does(4, 'ben', acknowledge),
    ])
    expect(state).toMatchObject({ owner: { person: 'ben' }, handOver: null })
  })
})

describe('N03 it gets worse after nobody could be reached for hours', () => {
  it('begins the steps again at once, and then soon', () => {
    const worseAt = 6 * 60
    const { pages } = storyOf([fires(worseAt, 1, { severity: 'P0' })], {
      policies: [{ ...twoSteps, steps: [{ notify: ['ben'] }], fallback: [] }],
      opened: { severity: 'P3' },
      deliver: unreachable('ben'),
      untilMin: worseAt + 6,
    })
    const paged = pages.map(({ createdAt }) => Date.parse(createdAt) / minute)
    expect(paged.filter((at) => at >= worseAt)).toEqual([worseAt, worseAt + 5])
  })
})

describe('whose it is', () => {
  it.each(stories)('%s', (_story, events, world, expected) => {
    const pages = pagesTold(storyOf(events, world))
    // Of a storm only the number counts.
    if (expected.length > 20) expect(pages.length).toBeLessThan(expected.length + 2)
    else expect(pages).toEqual(expected)
  })

  it('names every outcome of a hand-over', () => {
    const events = [does(2, 'ana', acknowledge), does(3, 'ana', { type: 'hand-over', to: 'ben' })]
    expect(told(storyOf(events)).slice(2)).toEqual([
      '2 acknowledged ana',
      '3 handed-over ana',
      '3 message hand-over ben',
      '8 handed-over firewatch',
      '8 message hand-over ana',
    ])
    const { entries } = storyOf([does(1, 'ana', { type: 'hand-over', to: 'carl' })], { untilMin: 2 })
    expect(entries.at(-1)).toMatchObject({
      kind: 'refused',
      why: 'carl has no contact, so cannot be asked to take it',
    })
  })

  it('keeps who owned it to the end, and nothing runs out after it', () => {
    const events = [
      does(2, 'ana', { type: 'acknowledge', forMs: 60 * minute }),
      does(5, 'ana', { type: 'resolve', anyway: true }),
    ]
    const { state, entries } = storyOf(events)
    expect(state.owner).toMatchObject({ person: 'ana', until: null })
    expect(entries.map(({ kind }) => kind)).not.toContain('released')
  })

  it('carries out the commands of two people, and two of one, that have the same id', () => {
    const { state } = storyOf([
      does(1, 'ben', { type: 'note', text: 'looking', commandId: '1' }),
      does(2, 'ana', { ...acknowledge, commandId: '1' }),
      does(3, 'ana', { type: 'hand-over', to: 'ben', commandId: '1' }),
      does(4, 'ana', { ...acknowledge, commandId: '1' }),
    ])
    expect(state.answered.map(({ answer }) => answer.message)).toEqual([
      'noted',
      'INC-42 acknowledged; nobody else is paged',
      'paged ben, who owns it once they acknowledge',
    ])
  })

  it('answers in words', () => {
    const { state } = storyOf([
      does(1, 'ana', { ...acknowledge, commandId: 'a' }),
      does(2, 'ben', { ...acknowledge, commandId: 'b' }),
      does(3, 'ana', { type: 'take-over', forMs: null, commandId: 'c' }),
    ])
    expect(state.answered.map(({ answer }) => [answer.kind, answer.message])).toEqual([
      ['done', 'INC-42 acknowledged; nobody else is paged'],
      ['unchanged', 'already acknowledged by ana'],
      ['unchanged', 'you have it already'],
    ])
  })
})

describe('N19 what is being done now', () => {
  it.each<[string, readonly MachineEvent[], number, string]>([
    ['step 1', [], 1, 'Paging ana (step 1)'],
    ['step 2', [], 6, 'Paging ben (step 2)'],
    ['the end', [], 20, 'Every step is exhausted and nobody acknowledged'],
    ['an owner', [does(1, 'ana', acknowledge)], 2, 'ana has it'],
    [
      'a hand-over',
      [does(1, 'ana', acknowledge), does(2, 'ana', { type: 'hand-over', to: 'ben' })],
      3,
      'ana hands over to ben',
    ],
    [
      'worse',
      [does(1, 'ana', acknowledge), fires(2, 1, { severity: 'P0' })],
      3,
      'It became worse: asking ana',
    ],
    ['clear', [fires(2, 0)], 3, 'Every alert is clear; watching for 10 min'],
    [
      'clear, owned',
      [does(1, 'ana', acknowledge), fires(2, 0)],
      3,
      'Every alert is clear; watching for 10 min; ana has it',
    ],
    ['resolved', [does(1, 'ana', { type: 'resolve', anyway: true })], 3, 'Resolved by ana'],
    ['stayed clear', [fires(2, 0)], 13, 'Resolved: every alert stayed clear'],
  ])('of %s', (_what, events, minutes, expected) => {
    expect(nowDoing(storyOf(events, { untilMin: minutes }).state)).toBe(expected)
  })
})

it('tells of everything in sentences', () => {
  for (const [, events, world] of stories.slice(0, -1)) {
    for (const entry of storyOf(events, world).entries)
      if ('fact' in entry) expect(sentenceOf(entry.fact, entry.by)).not.toMatch(/undefined|null/)
  }
})
