import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodesUnder } from '../../src/domain/cause-tree.ts'
import { failed } from '../../src/domain/evidence-result.ts'
import { draftReview, type Review } from '../../src/domain/post-mortem.ts'
import { citableIds, sourcesOf, type ReviewRecords, type Statement } from '../../src/domain/review-records.ts'
import {
  at,
  attempt,
  entry,
  evidence,
  incident,
  likesVerdicts,
  page,
  records,
  verdict,
} from './review-world.ts'

function statements(review: Review): Statement[] {
  return [
    ...review.summary,
    ...review.impact.quantified,
    ...review.impact.measured,
    ...review.timeline,
    ...review.trees.map((tree) => tree.statement),
    ...review.attempts.map(({ what }) => what),
    ...Object.values(review.response).flat(),
    ...review.doubts.conflicts,
    ...review.doubts.unknowns,
  ]
}

function texts(of: readonly Statement[]): string[] {
  return of.map(({ text }) => text)
}

describe('a review', () => {
  it('sums up what, when, who was hit, how long and what ended it', () => {
    expect(texts(draftReview(records()).summary).slice(0, 6)).toEqual([
      'What: feed: feed-activity on service feed, P1',
      'When: it began at 2026-11-24 03:00:00 UTC',
      'Who was hit: os iOS; users affected: not recorded',
      'How long: time to mitigate 1 h; time to resolve 1 h 15 min',
      'Mitigated at 2026-11-24 04:00:00 UTC is not yet resolved, which was at 2026-11-24 04:15:00 UTC',
      'What ended it: cache_invalidation on feed-service helped',
    ])
  })

  it('quantifies impact from evidence: the worst bucket, what is missing in sum, and who', () => {
    const counted = evidence(3, 'opened/users', {
      rows: [{ users_affected: '1200' }, { users_affected: 34 }],
    })
    const { quantified, notRecorded } = draftReview(
      records({ evidence: [...records().evidence, counted] }),
    ).impact
    expect(texts(quantified)).toEqual([
      expect.stringContaining('Likes (os iOS) at 12, 98 % below a day before (480)'),
      'Likes (os iOS): over 2 firing buckets about 928 fewer than the nearer baseline',
      'Users affected: 1,234',
    ])
    expect(notRecorded).toEqual(['Cost'])
  })

  it('adds up no ratio and no unique users', () => {
    const ratio = evidence(1, 'opened/verdicts/x', { ...likesVerdicts, metricKind: 'ratio' })
    expect(texts(draftReview(records({ evidence: [ratio] })).impact.quantified)).toHaveLength(1)
  })

  it('begins its timeline at the last normal measurement before the start', () => {
    const [first, second] = draftReview(records()).timeline
    expect(first).toMatchObject({ at: at('02:45'), cites: ['INC-42/E2'] })
    expect(second).toMatchObject({ at: at('03:00'), text: 'The first of its alerts began' })
  })

  it('leads from a timeline item to the records that it is about', () => {
    const paged = entry('page/x', '03:18', {
      kind: 'page',
      summary: 'Paged ana by webhook (step 1)',
      detail: { page: 'INC-42/r0/s1/ana/c0' },
    })
    const { timeline } = draftReview(records({ timeline: [...records().timeline, paged] }))
    expect(timeline.find(({ text }) => text === 'Carried out')?.cites).toEqual(['INC-42/T4', 'INC-42/R1'])
    expect(timeline.find(({ text }) => text.startsWith('Paged'))).toMatchObject({
      text: 'Paged the responder on step 1 by webhook (step 1)',
      cites: ['INC-42/T3', 'INC-42/M1'],
    })
  })

  it('quotes what people noted, apart from its own words', () => {
    const note = entry('note/1', '03:25', {
      kind: 'note',
      actor: 'ana',
      summary: 'we should have seen this, says ana',
    })
    const review = draftReview(records({ timeline: [note] }))
    expect(review.timeline).toContainEqual(
      expect.objectContaining({
        text: 'The responder on step 1 noted',
        quote: 'we should have seen this, says the responder on step 1',
      }),
    )
    expect(review.rubric[15]?.passed).toBe(true)
  })

  it('tells each attempt with what was measured before and after', () => {
    expect(draftReview(records()).attempts[0]).toMatchObject({
      before: expect.stringContaining('Likes (os iOS) at 12') as string,
      after: expect.stringContaining('Likes (os iOS) at 460') as string,
      decisionToAct: '2 min',
    })
    const refused = draftReview(
      records({ attempts: [attempt({ outcome: 'refused', actedAt: null, after: null, effect: null })] }),
    )
    expect(refused.attempts[0]?.what.text).toContain(
      'not carried out: the guards refused it, and nothing was done',
    )
    expect(refused.rubric[10]?.passed).toBe(true)
  })

  it('lists luck: what ended without an act, and what cleared before one', () => {
    const cleared = attempt({ outcome: 'cleared', actedAt: null })
    expect(texts(draftReview(records({ attempts: [cleared] })).response.luck)).toEqual([
      'The symptom was gone before cache_invalidation on feed-service began',
      'It ended without a remediation that is known to have ended it',
    ])
  })

  it('analyses paging: how soon, how far, and what did not arrive', () => {
    const pages = [
      page({ state: 'failed' }),
      page({ id: 'b', step: 2, person: 'ben', createdAt: at('03:30') }),
    ]
    const { response, wentLessWell } = draftReview(
      records({ pages, incident: incident({ acknowledgedAt: at('04:30'), resolvedAt: at('05:00') }) }),
    ).response
    expect(texts(response)).toEqual([
      'The first page was written 2 min after detection',
      'Pages: 2 over 2 escalation steps',
      'Acknowledged by the responder on step 1 after 1 h 14 min; the target of P1 is 1 h',
    ])
    expect(texts(wentLessWell)).toEqual([
      'Pages that did not certainly reach anybody: 1',
      'It was acknowledged 14 min after the target of 1 h',
    ])
  })

  it('lists what could not be asked, judged or measured as unknown', () => {
    const gap = {
      ...likesVerdicts,
      verdicts: [...likesVerdicts.verdicts, verdict(at('03:30'), 'unknown', null)],
    }
    const review = draftReview(
      records({
        evidence: [
          evidence(1, 'opened/os-split', failed('DB::Exception'), { title: 'Split' }),
          evidence(2, 'opened/verdicts/x', gap, { title: 'Verdicts' }),
        ],
        attempts: [attempt({ outcome: 'unknown', effect: 'unknown' })],
        pages: [page({ state: 'unknown' })],
      }),
    )
    expect(texts(review.doubts.unknowns)).toEqual(
      expect.arrayContaining([
        '"Split" could not be asked',
        '"Verdicts": buckets that could not be judged: 1',
        'What cache_invalidation on feed-service came to is not known',
        'Pages of which it is not known whether they arrived: 1',
        'Cause ios-lost could not be tested: the query could not be answered',
      ]),
    )
    expect(review.doubts.unknowns.find(({ text }) => text === '"Split" could not be asked')?.quote).toBe(
      'DB::Exception',
    )
  })

  it('of an incident without any records says so instead of inventing', () => {
    const empty = draftReview(
      records({ alerts: [], timeline: [], evidence: [], attempts: [], pages: [], runbook: null }),
    )
    expect(texts(empty.doubts.unknowns)).toEqual(
      expect.arrayContaining([
        'No evidence was collected',
        'The cause is not established: no runbook proposes one',
        'Size of the deviation: not recorded',
      ]),
    )
    expect(empty.ready).toBe(false)
  })

  it('does not change by having been drafted before', () => {
    const again = [...records().timeline, entry('review/drafted', '05:00', { kind: 'review' })]
    expect(draftReview(records({ timeline: again }))).toEqual(draftReview(records()))
  })

  it('cites only records that exist, names nobody and shows no secret, whatever the records hold', () => {
    const word = fc.constantFrom(
      'ana',
      'Ana',
      '@ana',
      'token=abcdef123',
      '<b>',
      '\n',
      '`',
      'x',
      '1',
      'a@b.cd',
      'Torres',
    )
    const text = fc.array(word, { maxLength: 5 }).map((words) => words.join(' '))
    const result = fc.oneof(
      fc.anything(),
      fc.array(fc.dictionary(text, text)),
      fc.record({ text }),
      fc.record({ error: text }),
      fc.constant(likesVerdicts),
    )
    const change = fc.record({
      title: text,
      summaries: fc.array(text, { maxLength: 4 }),
      results: fc.array(fc.tuple(text, result), { maxLength: 4 }),
      labels: fc.dictionary(text, text),
      decision: text,
    })
    const property = fc.property(change, ({ title, summaries, results, labels, decision }) => {
      const given: ReviewRecords = records({
        incident: incident({ title }),
        timeline: summaries.map((summary, index) =>
          entry(`note/${index}`, '03:30', { kind: 'note', actor: 'ana', summary }),
        ),
        evidence: results.map(([name, found], index) =>
          evidence(index + 1, `opened/${index}`, found, { title: name }),
        ),
        alerts: [{ fingerprint: 'f', status: 'resolved', labels, annotations: {}, startsAt: at('03:00') }],
        attempts: [attempt({ decision, explanation: decision, target: decision })],
      })
      const review = draftReview(given)
      const ids = citableIds(sourcesOf(given))
      for (const { cites } of statements(review)) {
        expect(cites).not.toEqual([])
        expect(cites.filter((id) => !ids.has(id))).toEqual([])
      }
      const nodes = review.trees.flatMap(({ causes }) => causes.flatMap(nodesUnder))
      for (const { status, cites } of nodes)
        expect(cites.length > 0 || status === 'inferred' || status === 'unknown').toBe(true)
      expect(review.rubric[15]).toMatchObject({ passed: true, detail: '' })
    })
    fc.assert(property)
  })
})
