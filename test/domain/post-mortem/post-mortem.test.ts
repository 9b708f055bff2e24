import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../src/domain/facts/fact.ts'
import { draftReview } from '../../../src/domain/post-mortem/post-mortem.ts'
import type { Statement } from '../../../src/domain/post-mortem/records.ts'
import { longText, oddAlert } from '../../support/odd-alerts.ts'
import {
  at,
  attempt,
  entry,
  evidence,
  incident,
  likesVerdicts,
  page,
  records,
  rows,
  verdict,
} from './world.ts'

function texts(of: readonly Statement[]): string[] {
  return of.map(({ text }) => text)
}

describe('a review', () => {
  it('sums up what, when, who was hit, how long and what ended it', () => {
    expect(texts(draftReview(records()).brief.summary)).toEqual([
      'Likes on iOS (service feed) fell to 12 per 15 min, 98 % below a day before (480), at 2026-11-24 03:00:00 UTC',
      'It lasted 1 h, from 2026-11-24 03:00:00 UTC to 2026-11-24 04:00:00 UTC; Firewatch ended it with cache_invalidation on feed-service',
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
      'Likes on iOS: 12 per 15 min at 2026-11-24 03:00:00 UTC, 98 % below a day before (480) and 98 % below a week before (500); in all about 928 fewer than usual while it fired (30 min)',
      'Users affected: 1,234',
    ])
    expect(notRecorded).toEqual(['Cost'])
  })

  it('N52 tells of an alert by what can be read of it, whatever its labels say', () => {
    const odd = oddAlert({ summary: longText, [longText]: longText })
    for (const labels of [
      odd.labels,
      { ...odd.labels, metric: longText, slice: longText, group: longText },
    ]) {
      const draft = JSON.stringify(draftReview(records({ alerts: [{ ...odd, labels }] })))
      expect(draft).toContain('xxx…')
      expect(draft).not.toContain('x'.repeat(501))
    }
  })

  it('adds up no ratio and no unique users', () => {
    const ratio = evidence(1, 'opened/verdicts/x', { ...likesVerdicts, metricKind: 'ratio' })
    expect(texts(draftReview(records({ evidence: [ratio] })).impact.quantified)).toHaveLength(1)
  })

  it('begins its timeline at the last measurement before the start that the check called normal, and claims no more', () => {
    const [first, second] = draftReview(records()).timeline
    expect(first).toMatchObject({ at: at('02:45'), cites: ['INC-42/E2'] })
    expect(first?.text).toMatch(/^Last bucket before it that the check called normal: Likes/)
    expect(second).toMatchObject({ at: at('03:00'), text: 'The first alert began' })
  })

  it('tells a mark in its own words, and quotes no more than the person said', () => {
    const marked = entry('not-actionable', '09:00', {
      actor: 'ana',
      fact: { type: 'not-actionable', text: 'a planned load test' },
    })
    const { timeline } = draftReview(records({ timeline: [...records().timeline, marked] }))
    expect(timeline.at(-1)).toMatchObject({
      text: 'Responder A marked it as not actionable',
      quote: 'a planned load test',
    })
  })

  it('leads from a timeline item to the records that it is about', () => {
    const paged = entry('page/x', '03:18', {
      fact: {
        type: 'page-ended',
        page: 'INC-42/r0/s1/ana/c0',
        kind: 'page',
        step: 1,
        round: 0,
        person: 'ana',
        channel: 'webhook',
        contact: 0,
        state: 'sent',
        attempts: 1,
        reason: null,
        providerId: null,
      },
    })
    const { timeline } = draftReview(records({ timeline: [...records().timeline, paged] }))
    const acted = timeline.find(({ text }) => text.startsWith('cache_invalidation on feed-service'))
    expect(acted?.text).toBe('cache_invalidation on feed-service was carried out: HTTP 200.')
    expect(acted?.cites).toEqual(['INC-42/T4', 'INC-42/R1'])
    expect(timeline.find(({ text }) => text.startsWith('Paged'))).toMatchObject({
      text: 'Paged Responder A by webhook (step 1)',
      cites: ['INC-42/T3', 'INC-42/M1'],
    })
  })

  it('tells decisions of one instant in the order in which they were made, whatever the order they are read in', () => {
    const decided = (key: string, fact: Fact) => entry(key, '03:30', { fact })
    const told = [
      decided('detected', {
        type: 'detected',
        first: { fingerprint: 'f', labels: {}, summary: 'Likes fell' },
        alerts: 1,
      }),
      decided('decision/9/0', { type: 'severity-changed', from: 'P2', to: 'P1' }),
      decided('decision/9/1', { type: 'escalated' }),
      decided('decision/10/0', { type: 'cleared', stableForMs: 60_000 }),
      decided('decision/11/0', { type: 'reopened' }),
    ]
    const { timeline } = draftReview(records({ timeline: told.toReversed() }))
    expect(timeline.slice(2).map(({ text }) => text)).toEqual(told.map(({ summary }) => summary))
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
        text: 'Responder A noted',
        quote: 'we should have seen this, says Responder A',
      }),
    )
    expect(review.rubric[15]?.passed).toBe(true)
  })

  it('cites with an attempt what was kept of it and of no other', () => {
    const kept = ['INC-42/1', 'INC-42/1', 'INC-42/11'].map((of, index) => {
      const about = { kind: index === 0 ? 'attempt' : 'answer', attempt: of } as const
      return evidence(index + 1, `opened/${index}`, {}, { about })
    })
    const [told] = draftReview(records({ evidence: kept })).attempts
    expect(told?.what.cites).toEqual(['INC-42/R1', 'INC-42/E1', 'INC-42/E2'])
  })

  it('tells each attempt with what was measured before and after', () => {
    expect(draftReview(records()).attempts[0]).toMatchObject({
      before: expect.stringContaining('Likes on iOS: 12 per 15 min') as string,
      after: expect.stringContaining('Likes on iOS: 460 per 15 min') as string,
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

  it('tells of several samples of a series the newest', () => {
    const samples = [
      verdict(at('03:45'), 'ok', 470),
      verdict(at('03:30'), 'firing', 100),
      verdict(at('03:45'), 'ok', 9, { group: 'Android' }),
    ]
    const [told] = draftReview(
      records({ attempts: [attempt({ after: { at: at('03:50'), verdicts: samples } })] }),
    ).attempts
    expect(told?.after).toMatch(
      /^Likes on iOS: 470 per 15 min, .* \(ok\); Likes on Android: 9 per 15 min, .* \(ok\)$/,
    )
  })

  it('shows a query once, and rounds what verdicts hold', () => {
    const means = {
      ...likesVerdicts,
      verdicts: [
        verdict(at('03:00'), 'firing', 12, {
          baselines: [{ kind: 'before', daysAgo: 1, value: 31 + 2 / 3, diff: 0.6 }],
        }),
      ],
    }
    const asked = [1, 2].map((number) =>
      evidence(number, `${number}/q`, rows({ a: 1 }), { query: 'SELECT 1' }),
    )
    const [first, second, third] = draftReview(
      records({ evidence: [...asked, evidence(3, 'opened/verdicts/x', means)] }),
    ).evidence
    expect(first).toMatchObject({ query: { code: 'SELECT 1' }, sameQueryAs: null })
    expect(second).toMatchObject({ query: null, sameQueryAs: 'INC-42/E1' })
    expect(third?.table?.rows[0]).toEqual(['2026-11-24 03:00:00 UTC', '12', '31.67', 'firing', 'deviates'])
  })

  it('lists luck: what ended without an act, and what cleared before one', () => {
    const cleared = attempt({ outcome: 'cleared', actedAt: null })
    expect(texts(draftReview(records({ attempts: [cleared] })).response.luck)).toEqual([
      'The symptom was gone before cache_invalidation on feed-service began',
      'As far as the records show it ended by itself, and may come back',
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
      'The first page went out 2 min after detection',
      'Pages: 2 over 2 escalation steps',
      'Acknowledged by Responder A after 1 h 14 min; the target of P1 is 1 h',
    ])
    expect(texts(wentLessWell)).toEqual([
      'Pages that did not certainly reach anybody: 1',
      'It was acknowledged 14 min later than the target of 1 h',
    ])
  })

  it('does not change by having been drafted before', () => {
    const again = [...records().timeline, entry('review/drafted', '05:00', { kind: 'review' })]
    expect(draftReview(records({ timeline: again }))).toEqual(draftReview(records()))
  })
})
