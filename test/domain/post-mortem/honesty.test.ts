import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodesUnder } from '../../../src/domain/investigate/cause-tree.ts'
import { failed } from '../../../src/domain/investigate/evidence-result.ts'
import { draftReview, type Review } from '../../../src/domain/post-mortem/post-mortem.ts'
import {
  citableIds,
  sourcesOf,
  type ReviewRecords,
  type Statement,
} from '../../../src/domain/post-mortem/records.ts'
import {
  at,
  attempt,
  attemptSaying,
  entry,
  evidence,
  incident,
  likesVerdicts,
  page,
  records,
  verdict,
} from './world.ts'

function statements(review: Review): Statement[] {
  return [
    ...Object.values(review.brief).flat(),
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

describe('an honest review', () => {
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
        attempts: [attempt({ ...attemptSaying(decision), target: decision })],
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
