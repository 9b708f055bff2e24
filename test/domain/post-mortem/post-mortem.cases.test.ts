import { describe, expect, it } from 'vitest'
import { endCauses, nodesUnder, type CauseNode } from '../../../src/domain/investigate/cause-tree.ts'
import { draftReview, type Review } from '../../../src/domain/post-mortem/post-mortem.ts'
import type { RemediationAttempt } from '../../../src/domain/remediate/remediation.ts'
import { ownProse } from '../../../src/domain/post-mortem/draft.ts'
import type { ReviewRecords } from '../../../src/domain/post-mortem/records.ts'
import type { MomentName } from '../../../src/domain/post-mortem/times.ts'
import { gauge, postMortemCases, recordsOfCase } from './post-mortem-case.ts'

/** What was done, from the case's prose. */
const killSwitch: RemediationAttempt = {
  id: 'waf-kill',
  incident: 1,
  rung: 1,
  action: 'global WAF kill',
  target: 'edge-http-proxy',
  state: 'done',
  decision: { recorded: 'Approved.' },
  effect: 'done',
  outcome: 'helped',
  explanation: { kind: 'recorded', text: 'CPU and traffic are normal at 14:09.' },
  before: { at: '2019-07-02T14:06:00Z', verdicts: [gauge('2019-07-02T14:06:00Z', 'firing')] },
  after: { at: '2019-07-02T14:09:00Z', verdicts: [gauge('2019-07-02T14:09:00Z', 'ok')] },
  proposedAt: '2019-07-02T14:02:00Z',
  startedAt: '2019-07-02T14:02:00Z',
  actedAt: '2019-07-02T14:07:00Z',
  finishedAt: '2019-07-02T14:09:00Z',
}

/** Only of this case it is known what was done when. */
const attemptsOf: Readonly<Record<string, readonly RemediationAttempt[]>> = {
  'cloudflare-2019-07-02-waf-regex': [killSwitch],
}
const moments: Readonly<Record<string, MomentName>> = {
  impact_started_at: 'started',
  detected_at: 'detected',
  cause_identified_at: 'identified',
  mitigated_at: 'mitigated',
  resolved_at: 'resolved',
}

function nodesOf({ trees }: Review): CauseNode[] {
  return trees.flatMap(({ causes }) => causes.flatMap(nodesUnder))
}

function passes(of: Review, number: number): boolean | undefined {
  return of.rubric.find((answer) => answer.number === number)?.passed
}

describe.each(postMortemCases)('the review of $id', (given) => {
  const { expect: expected } = given
  const records = recordsOfCase(given, attemptsOf[given.id] ?? [])
  const review = draftReview(records)

  it.each(expected.durations.filter(({ from }) => from in moments))(
    'says $name in minutes: $expected_minutes',
    ({ from, to, expected_minutes }) => {
      const found = review.times.durations.find(
        (duration) => duration.from === moments[from] && duration.to === moments[to],
      )
      expect(found?.ms).toBe(expected_minutes * 60_000)
    },
  )

  it('reaches every cause through evidence, and marks what is inferred', () => {
    const nodes = nodesOf(review)
    const ids = nodes.map(({ id }) => id)
    expect(review.trees.length).toBeGreaterThanOrEqual(expected.five_whys.min_problems)
    expect(review.trees.flatMap(({ causes }) => endCauses(causes)).length).toBeGreaterThanOrEqual(
      expected.five_whys.min_branches,
    )
    expect(ids).toEqual(expect.arrayContaining([...expected.five_whys.must_reach]))
    const inferred = nodes.filter(({ status }) => status === 'inferred').map(({ id }) => id)
    expect(inferred).toEqual(expected.five_whys.inferred_nodes_marked)
    for (const node of nodes.filter(({ status }) => status === 'supported'))
      expect(node.cites).not.toEqual([])
    expect(passes(review, 9)).toBe(true)
  })

  it('keeps the actions of the source, flags that nobody owns them, and names end causes without one', () => {
    const { proposed, openRisks } = review.actions
    expect(proposed.length).toBeGreaterThanOrEqual(expected.actions.min)
    expect(proposed.map(({ type }) => type)).toEqual(
      expect.arrayContaining([...expected.actions.types_required]),
    )
    expect(openRisks.map(({ cause }) => cause)).toEqual(expected.end_causes_without_action_in_source)
    expect(passes(review, 14)).toBe(false)
    expect(review.rubric[13]?.detail).toContain('has no owner')
    expect(passes(review, 15)).toBe(openRisks.length === 0)
  })

  it.each(expected.must_not_match)('says nothing that matches $pattern', ({ pattern, flags }) => {
    expect(ownProse(review).filter((text) => new RegExp(pattern, flags).test(text))).toEqual([])
  })

  it.each(expected.actions_must_not_match)('proposes nothing that matches $pattern', ({ pattern, flags }) => {
    expect(review.actions.proposed.filter(({ title }) => new RegExp(pattern, flags).test(title))).toEqual([])
  })

  it.each(given.evidence.map(({ id }) => id))(
    'without %s, what rested on it is unknown and nothing is invented',
    (dropped) => {
      const variant = draftReview(without(records, dropped))
      const cited = JSON.stringify(variant.trees)
      expect(cited).not.toContain(`"INC-1/${dropped}"`)
      for (const node of nodesOf(variant)) {
        const before = nodesOf(review).find(({ id }) => id === node.id)
        const rested = before?.cites.includes(`INC-1/${dropped}`) === true
        expect(node.status).toBe(rested ? 'unknown' : before?.status)
      }
      expect(passes(variant, 6)).toBe(true)
      expect(passes(variant, 7)).toBe(true)
      expect(passes(variant, 12)).toBe(true)
    },
  )

  it('comes out the same from the same records, in whatever order they are read', () => {
    const shuffled = {
      ...records,
      evidence: records.evidence.toReversed(),
      timeline: records.timeline.toReversed(),
    }
    expect(draftReview(records)).toEqual(review)
    expect(draftReview(shuffled)).toEqual(review)
  })
})

const outage = postMortemCases.filter(({ id }) => attemptsOf[id] !== undefined)

describe.each(outage)('the review of $id, of which more is known', (given) => {
  const records = recordsOfCase(given, attemptsOf[given.id] ?? [])
  const review = draftReview(records)

  it('says how long it took from decision to action', () => {
    expect(review.attempts[0]?.decisionToActMs).toBe(5 * 60_000)
    expect(review.attempts[0]?.decisionToAct).toBe('5 min')
  })

  it('says what is not recorded', () => {
    const unknowns = review.doubts.unknowns.map(({ text }) => text)
    expect(unknowns).toEqual(
      expect.arrayContaining([
        'The moment "acknowledged" is not recorded',
        'Users affected: not recorded',
        'Cost: not recorded',
      ]),
    )
    expect(review.times.durations.find(({ name }) => name === 'time to acknowledge')?.ms).toBeNull()
  })

  it('tells mitigation from resolution, and names the switch that was ready', () => {
    const times = review.brief.times.map(({ label, text }) => `${label}: ${text}`)
    expect(times).toEqual(
      expect.arrayContaining([
        'Mitigated: 2019-07-02 14:09:00 UTC, 27 min after it began; every alert was clear',
        'Resolved: 2019-07-02 14:52:00 UTC, 1 h 10 min after it began',
      ]),
    )
    expect(review.response.wentWell.map(({ text }) => text)).toContain(
      'global WAF kill on edge-http-proxy was ready, and it helped',
    )
    expect(review.timeline.map(({ quote }) => quote)).toContainEqual(
      expect.stringContaining('pull request, approval, CI and a change request'),
    )
  })

  it('refuses durations when detection and mitigation are swapped', () => {
    const { detectedAt, mitigatedAt } = records.incident
    const swapped = { ...records.incident, detectedAt: mitigatedAt ?? '', mitigatedAt: detectedAt }
    const variant = draftReview({ ...records, incident: swapped })
    const refused = variant.times.durations.filter(({ ms }) => ms === null).map(({ name }) => name)
    expect(refused).toEqual(['time to detect', 'time to acknowledge', 'time to mitigate'])
    expect(variant.doubts.conflicts.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^Invalid timeline: "mitigated" lies before "detected"/),
    )
    expect(passes(variant, 3)).toBe(false)
  })

  it('shows a role where evidence names a person', () => {
    const named = records.evidence.map((item) => ({
      ...item,
      result: { text: 'Mira Okafor removed the protection, mira said', rows: [{ recorded: 1 }] },
    }))
    const notes = records.timeline.map((item) => ({ ...item, summary: 'Mira Okafor removed the protection' }))
    const variant = draftReview({
      ...records,
      evidence: named,
      timeline: notes,
      users: [{ name: 'mira', title: 'Mira Okafor' }],
    })
    expect(JSON.stringify(variant)).not.toMatch(/mira|okafor/i)
    expect(JSON.stringify(variant)).toContain('A person removed the protection')
    expect(passes(variant, 16)).toBe(true)
  })
})

if (postMortemCases.length === 0)
  describe('cases of post-mortems.json', () => {
    it.skip('has none in this directory')
  })

function without(from: ReviewRecords, id: string): ReviewRecords {
  return {
    ...from,
    evidence: from.evidence.filter(({ about }) => about?.kind !== 'query' || about.name !== id),
    timeline: from.timeline.filter(({ eventKey }) => eventKey !== id),
  }
}
