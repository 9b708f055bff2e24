import { describe, expect, it } from 'vitest'
import type { Explanation, ExplanationOf } from '../../../src/domain/remediate/explanation.ts'
import { explanationSentence, statesWords } from '../../../src/domain/remediate/explanation-words.ts'

const none = { series: [], more: 0 }
const likes = { metric: 'likes', title: 'Likes', slice: 'os', group: 'iOS', against: null }
const judged = { kind: 'judged', good: 2, bad: 1, of: 4, changes: none } as const
const limit = { guard: 'attempt-limit', allowed: false, tried: 3, most: 3 } as const

/** Every kind of explanation, and how it reads. A kind without a row does not compile. */
const sentences: {
  readonly [Kind in Explanation['kind']]: readonly (readonly [ExplanationOf<Kind>, string])[]
} = {
  judged: [
    [{ ...judged, outcome: 'helped' }, 'It helped: 2 of 3 samples after it are good.'],
    [{ ...judged, outcome: 'no-effect' }, 'It had no effect: 1 of 3 samples after it still fire.'],
    [{ ...judged, outcome: 'harmed' }, 'It got worse: 1 of 3 samples after it still fire.'],
    [{ ...judged, outcome: 'waiting' }, '3 of 4 samples after it are known, 2 of them good.'],
    [
      {
        ...judged,
        outcome: 'helped',
        changes: {
          series: [
            {
              ...likes,
              before: 3.1,
              value: 8.7,
              against: { kind: 'before', daysAgo: 7, value: 8.9, diff: 0.02 },
            },
            { ...likes, slice: 'total', group: 'total', before: null, value: null },
          ],
          more: 2,
        },
      },
      'It helped: 2 of 3 samples after it are good. Likes on iOS 3.1 → 8.7, a week before 8.9; Likes unknown → unknown; and 2 more series.',
    ],
  ],
  refused: [
    [
      {
        kind: 'refused',
        decision: { allowed: false, findings: [limit], guard: 'attempt-limit', next: 'hand-over' },
      },
      'Refused (attempt-limit): the incident has had its 3 attempts.',
    ],
    [{ kind: 'refused', decision: { recorded: 'Refused: so it was.' } }, 'Refused: so it was.'],
  ],
  'guards-unread': [
    [
      { kind: 'guards-unread', reason: 'PostgreSQL is away' },
      'Refused: the guards could not be read (PostgreSQL is away).',
    ],
  ],
  'target-locked': [
    [
      { kind: 'target-locked', target: 'feed-1' },
      'Refused (target-lock): feed-1 is still being repaired for another incident.',
    ],
  ],
  cleared: [
    [{ kind: 'cleared', before: 'act' }, 'The symptom had cleared before the act, so nothing was done.'],
    [{ kind: 'cleared', before: 'begin' }, 'The alerts cleared before it began.'],
  ],
  'people-took-over': [[{ kind: 'people-took-over' }, 'People took over before it began.']],
  'not-carried-out': [
    [{ kind: 'not-carried-out', summary: 'HTTP 404' }, 'It was not carried out: HTTP 404.'],
  ],
  'effect-unknown': [
    [
      { kind: 'effect-unknown', summary: 'HTTP 504' },
      'Whether it was carried out could not be found out, so it is not tried again: HTTP 504.',
    ],
    [
      { kind: 'effect-unknown', summary: 'HTTP 504', probed: 'HTTP 503' },
      'Whether it was carried out could not be found out, so it is not tried again: HTTP 504; asked afterwards: HTTP 503.',
    ],
  ],
  'not-probed': [
    [
      { kind: 'not-probed', action: 'restart', target: 'feed-1', summary: 'HTTP 504' },
      'Whether it was carried out could not be found out, so it is not tried again: HTTP 504; restart on feed-1 has no probeUrl and is not declared idempotent, so it is not sent again; look at feed-1 yourself.',
    ],
  ],
  'not-measured': [
    [
      { kind: 'not-measured', withinMs: 1_200_000, last: null },
      'It was carried out, but what it did could not be measured within 20 min.',
    ],
    [
      { kind: 'not-measured', withinMs: 1_200_000, last: { ...judged, outcome: 'waiting' } },
      'It was carried out, but what it did could not be measured within 20 min. 3 of 4 samples after it are known, 2 of them good.',
    ],
  ],
  'measurements-unread': [
    [
      { kind: 'measurements-unread', reason: 'ClickHouse is away' },
      'The measurements could not be read (ClickHouse is away).',
    ],
  ],
  cancelled: [
    [{ kind: 'cancelled', before: 'act' }, 'It was cancelled by hand before it acted.'],
    [{ kind: 'cancelled', before: 'verification' }, 'It was cancelled by hand before it was verified.'],
  ],
  'broke-off': [
    [{ kind: 'broke-off', reason: 'by hand' }, 'The attempt broke off (by hand); nobody knows what it did.'],
  ],
  superseded: [
    [
      { kind: 'superseded', by: 'INC-7/a1' },
      'It broke off without a result; INC-7/a1 has taken over the target.',
    ],
  ],
  recorded: [[{ kind: 'recorded', text: 'CPU is normal.' }, 'CPU is normal.']],
}

describe('why an attempt ended as it did', () => {
  it.each<readonly [Explanation, string]>(Object.values(sentences).flat(1) as [Explanation, string][])(
    '%o reads %s',
    (explanation, sentence) => {
      expect(explanationSentence(explanation)).toBe(sentence)
    },
  )

  it('is told of, not choked on, when a newer version stored it', () => {
    const explanation = { kind: 'eclipse' } as unknown as Explanation
    expect(explanationSentence(explanation)).toBe('Something that this version has no words for: eclipse.')
  })
})

describe('how series stand', () => {
  it('is told of the first, and the rest are counted', () => {
    const against = { kind: 'before', daysAgo: 1, value: 8.9, diff: 0.6 } as const
    const series = [
      { ...likes, value: 3.1, against },
      { ...likes, group: 'Android', value: null },
    ]
    expect(statesWords({ series, more: 4 })).toBe(
      'Likes on iOS 3.1, a day before 8.9; Likes on Android unknown; and 4 more series',
    )
    expect(statesWords(none)).toBe('')
  })
})
