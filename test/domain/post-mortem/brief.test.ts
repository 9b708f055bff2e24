import { describe, expect, it } from 'vitest'
import type { SectionName } from '../../../src/domain/post-mortem/brief-line.ts'
import { draftReview } from '../../../src/domain/post-mortem/post-mortem.ts'
import type { ReviewRecords } from '../../../src/domain/post-mortem/records.ts'
import { unsettledCauses } from '../../../src/domain/investigate/cause-tree.ts'
import { at, attempt, entry, evidence, incident, likesVerdicts, page, records, verdict } from './world.ts'

function linesOf(section: SectionName, given: ReviewRecords): string[] {
  return draftReview(given).brief[section].map(
    ({ label, text, quote }) =>
      `${label === null ? '' : `${label}: `}${text}${quote === null ? '' : `: “${quote}”`}`,
  )
}

const cure = 'rolled back the ranking config'
const note = (clock: string, actor: string, summary: string) =>
  entry(`note/${clock}/${actor}`, clock, { kind: 'note', actor, summary })
const failed = attempt({ outcome: 'no-effect' })

describe('N40: the page of a review', () => {
  it('says in two sentences what happened, and that a person ended it as they noted', () => {
    const given = records({
      attempts: [failed],
      timeline: [...records().timeline, note('03:58', 'ana', cure)],
    })
    expect(linesOf('summary', given)).toEqual([
      'Likes on iOS (service feed) fell to 12 per 15 min, 98 % below a day before (480), at 2026-11-24 03:00:00 UTC',
      `It lasted 1 h, from 2026-11-24 03:00:00 UTC to 2026-11-24 04:00:00 UTC; it was ended by hand, as Responder A noted: “${cure}”`,
    ])
    expect(linesOf('ending', given)).toEqual([
      `As noted by Responder A at 2026-11-24 03:58:00 UTC, 2 min before every alert was clear: “${cure}”`,
      'Tried without effect: cache_invalidation on feed-service (2026-11-24 03:19:00 UTC)',
    ])
    expect(draftReview(given).response.luck).toEqual([])
  })

  it.each([
    ['a slice', [{ group: 'iOS' }, { group: 'Android' }], 'on iOS, Android'],
    ['a slice and the total that it is part of', [{ group: 'iOS' }, { slice: 'total', group: '' }], 'on iOS'],
    ['the total', [{ slice: 'total', group: '' }], 'all of it'],
    [
      'more than anybody reads',
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((group) => ({ group })),
      'on a, b, c, d, e and 2 more',
    ],
  ])('says who was affected: %s', (_, series, expected) => {
    const [first] = records().alerts
    const alerts = series.flatMap((labels) =>
      first === undefined ? [] : [{ ...first, labels: { ...first.labels, ...labels } }],
    )
    expect(linesOf('impact', records({ alerts }))[0]).toBe(`Affected: service feed, ${expected}`)
  })

  it.each([
    [
      'a note after it was clear',
      { timeline: [note('04:05', 'ben', cure)] },
      `as Responder B noted: “${cure}”`,
    ],
    [
      'the last note before it was clear, of several',
      {
        timeline: [
          note('03:30', 'ana', 'looking'),
          note('03:55', 'ana', cure),
          note('04:10', 'ana', 'good night'),
        ],
      },
      `as Responder A noted: “${cure}”`,
    ],
    [
      'a note long after, where there is no other',
      { timeline: [note('09:00', 'ana', cure)] },
      `as Responder A noted: “${cure}”`,
    ],
    [
      'that a person resolved it',
      {
        timeline: [
          entry('resolved', '04:15', { actor: 'ana', fact: { type: 'resolved', why: 'person', firing: 1 } }),
        ],
      },
      'Responder A resolved it by hand',
    ],
    ['that nobody recorded it', { timeline: [] }, 'what ended it is not recorded'],
  ] as const)('takes for what ended it %s', (_what, change, expected) => {
    const given = records({ attempts: [failed], ...change })
    expect(
      linesOf('summary', given)[1]?.endsWith(`; ${expected}`) ||
        linesOf('summary', given)[1]?.endsWith(expected),
    ).toBe(true)
  })

  it('calls people Responder A, B, C in the order in which they came in, and rooms by their names', () => {
    const pages = [
      page({ id: 'a', person: 'ana', createdAt: at('03:18') }),
      page({ id: 'r', person: '#shop-room', createdAt: at('03:18'), step: 1 }),
      page({ id: 'b', person: 'ben', createdAt: at('03:20'), step: 2 }),
    ]
    const told = [
      note('03:30', 'ben', 'ana and carol are in #shop-room'),
      entry('page/r', '03:18', {
        fact: {
          type: 'page-ended',
          page: 'r',
          kind: 'page',
          step: 1,
          round: 0,
          person: '#shop-room',
          channel: 'slack',
          contact: 0,
          state: 'sent',
          attempts: 1,
          reason: null,
          providerId: null,
        },
      }),
      note('03:40', 'carol', 'carol here'),
    ]
    const review = draftReview(records({ pages, timeline: told }))
    const texts = review.timeline.map(({ text, quote }) => quote ?? text)
    expect(texts).toEqual(
      expect.arrayContaining([
        'Responder A and Responder C are in #shop-room',
        'Paged #shop-room by Slack (step 1)',
        'Responder C here',
      ]),
    )
    expect(JSON.stringify(review.timeline)).not.toMatch(/\b(?:ana|ben|responder on step)\b/)
  })

  it('keeps units with numbers, and says a threshold once', () => {
    const cpu = {
      metricTitle: 'CPU usage',
      metricKind: 'gauge',
      unit: '%',
      bucketMs: 60_000,
      more: 0,
      verdicts: [
        verdict(at('03:00'), 'firing', 68.75, {
          metric: 'cpu',
          slice: 'total',
          group: 'total',
          reason: 'above-threshold',
          baselines: [
            { kind: 'threshold', value: 5, diff: 0.93 },
            { kind: 'clear', value: 3, diff: 0.96 },
          ],
        }),
      ],
    }
    const given = records({ evidence: [evidence(1, 'opened/verdicts/x', cpu)] })
    expect(linesOf('summary', given)[0]).toBe(
      'CPU usage (service feed) stood at 68.75 %, above the threshold of 5 %, at 2026-11-24 03:00:00 UTC',
    )
    expect(linesOf('impact', given)).toContain(
      'CPU usage: 68.75 % at 2026-11-24 03:00:00 UTC, above the threshold of 5 %',
    )
  })

  it('names a service once, and of an alert from elsewhere says what it said', () => {
    const given = records({ evidence: [], incident: incident({ title: 'Checkout errors (feed)' }) })
    expect(linesOf('summary', given)[0]).toBe(
      'Checkout errors (feed): so its alerts said, and no check measured it',
    )
  })

  it.each([
    ['unknown', 'Responder A declared it', 'Affected: which service is not recorded'],
    [
      'checkout',
      'Responder A declared it for the service checkout',
      'Affected: service checkout; which part of it is not recorded',
    ],
  ])(
    'N40: of a declared incident says who declared it, in their words: service %s',
    (service, who, affected) => {
      const labels = { alertname: 'Declared', severity: 'P1', declaration: 'web-ana-1' }
      const alerts = records().alerts.map((alert) => ({
        ...alert,
        labels,
        annotations: { summary: 'nobody can pay', declaredBy: 'ana' },
      }))
      const about = { service, title: 'nobody can pay', groupingKey: 'declaration=web-ana-1' }
      const given = records({ evidence: [], alerts, incident: incident(about) })
      expect(linesOf('summary', given)[0]).toBe(`${who}, and no check measured it: “nobody can pay”`)
      expect(linesOf('impact', given)[0]).toBe(affected)
      expect(linesOf('impact', given).join()).not.toContain('web-ana-1')
    },
  )

  it('gives times with zone and durations, mitigated apart from resolved', () => {
    expect(linesOf('times', records())).toEqual([
      'Began: 2026-11-24 03:00:00 UTC',
      'Detected: 2026-11-24 03:16:00 UTC, 16 min after it began',
      'First page: 2026-11-24 03:18:00 UTC, 2 min after it was detected',
      'Acknowledged: 2026-11-24 03:20:00 UTC by Responder A, 4 min after it was detected',
      'Mitigated: 2026-11-24 04:00:00 UTC, 1 h after it began; every alert was clear',
      'Resolved: 2026-11-24 04:15:00 UTC, 1 h 15 min after it began',
    ])
  })

  it('takes a person’s word on a cause: in the tree, in what is told of it and in the actions against it', () => {
    const settled = (cause: string, verdict: 'confirmed' | 'rejected', clock: string) =>
      entry(`cause/${clock}`, clock, {
        actor: 'ben',
        fact: { type: 'cause-settled', cause, claim: cause, verdict, reason: 'the diff shows it' },
      })
    const timeline = [...records().timeline, settled('no-limit', 'rejected', '09:00')]
    const rejected = draftReview(records({ timeline }))
    expect(rejected.actions.rejected).toContainEqual(
      expect.objectContaining({ cause: 'no-limit', why: 'its cause was rejected by Responder B' }),
    )
    const again = records({ timeline: [...timeline, settled('no-limit', 'confirmed', '10:00')] })
    expect(linesOf('cause', again)[0]).toBe(
      'Confirmed: The interface that warms the cache takes pages of any size. Responder B confirmed it: “the diff shows it”',
    )
    const left = (given: ReviewRecords) => unsettledCauses(draftReview(given).trees).map(({ id }) => id)
    expect(left(records())).toContain('no-limit')
    expect(left(again)).not.toContain('no-limit')
    expect(draftReview(again).rubric[6]?.passed).toBe(true)
  })

  it('has the notes of after the end', () => {
    const given = records({ timeline: [...records().timeline, note('09:00', 'ana', 'the vendor was sorry')] })
    expect(linesOf('notes', given)).toEqual(['Responder A, 2026-11-24 09:00:00 UTC: “the vendor was sorry”'])
    expect(linesOf('notes', records())).toEqual(['Nothing added since it ended'])
  })

  it('of what was replayed says so', () => {
    const fact = {
      type: 'replayed',
      check: 'c',
      from: 'a',
      to: 'b',
      by: 'ana',
      replayedAt: at('09:00'),
    } as const
    const given = records({
      timeline: [entry('replayed', '03:00', { actor: 'ana', fact })],
      evidence: [evidence(1, 'opened/verdicts/x', likesVerdicts)],
    })
    expect(linesOf('summary', given).at(-1)).toBe(
      'Replayed at 2026-11-24 09:00:00 UTC from recorded measurements: nobody was paged, and nothing was repaired',
    )
  })
})
