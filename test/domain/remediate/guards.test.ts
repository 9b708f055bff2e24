import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Check, RemediationTarget } from '../../../src/domain/configuration/configuration.ts'
import {
  blastBudgetOf,
  evaluateGuards,
  leaseRefused,
  type EndedAttempt,
  type GuardInputs,
} from '../../../src/domain/remediate/guards.ts'
import { decisionSentence, findingSentence } from '../../../src/domain/remediate/guard-words.ts'
import type { AttemptOutcome } from '../../../src/domain/remediate/remediation.ts'
import type { Verdict, VerdictState } from '../../../src/domain/check/verdict.ts'
import { thrown } from '../../support/kill-switch.ts'

const now = '2026-03-01T03:00:00.000Z'
const minute = 60_000

function target(name: string, group = 'feeds'): RemediationTarget {
  const restart = { kind: 'http', url: 'http://127.0.0.1:1/restart', timeoutMs: 1_000 } as const
  return { name, service: 'feed', group, actions: { restart } }
}

function targets(...named: readonly RemediationTarget[]) {
  return Object.fromEntries(named.map((one) => [one.name, one]))
}

const check = { name: 'likes', bucketMs: 5 * minute, lateMs: minute, everyMs: 5 * minute } as Check

function verdict(agoMs: number, state: VerdictState = 'firing'): Verdict {
  const bucketAt = new Date(Date.parse(now) - agoMs).toISOString()
  const series = { check: 'likes', metric: 'likes', slice: 'total', group: 'total' }
  return { ...series, bucketAt, state, reason: 'deviates', value: 3, baselines: [] }
}

function inputs(changed: Partial<GuardInputs> = {}): GuardInputs {
  return {
    incident: 42,
    service: 'feed',
    rung: { action: 'restart', target: 'feed-1' },
    configuration: { targets: targets(target('feed-1')), checks: { likes: check } },
    switches: [],
    past: [],
    recent: [],
    underRepair: [],
    measured: { at: now, verdicts: [verdict(6 * minute)] },
    ...changed,
  }
}

const dayBefore = new Date(Date.parse(now) - 86_400_000).toISOString()

function ended(...outcomes: readonly AttemptOutcome[]): EndedAttempt[] {
  return endedAt(now, ...outcomes)
}

function endedAt(finishedAt: string, ...outcomes: readonly AttemptOutcome[]): EndedAttempt[] {
  return outcomes.map((outcome) => ({
    outcome,
    effect: outcome === 'unknown' ? 'unknown' : 'done',
    finishedAt,
  }))
}

function tried(count: number, outcome: AttemptOutcome | null = 'no-effect') {
  return Array.from({ length: count }, (_, index) => ({
    id: `INC-42/a${index + 1}`,
    rung: index + 1,
    outcome,
  }))
}

describe('the guards', () => {
  it('allow an ordinary attempt and say everything they looked at', () => {
    const rung = { action: 'restart', target: 'feed-1' }
    const decision = evaluateGuards(inputs())
    expect(decision).toEqual({
      allowed: true,
      findings: [
        { guard: 'target', allowed: true, ...rung, missing: null },
        { guard: 'kill-switch', allowed: true, thrown: [] },
        { guard: 'attempt-limit', allowed: true, tried: 0, most: 3 },
        { guard: 'breaker', allowed: true, ...rung, failures: 0, of: 0, opensAt: 3 },
        {
          guard: 'blast-budget',
          allowed: true,
          group: 'feeds',
          size: 1,
          budget: 1,
          busy: 0,
          holders: [],
        },
        { guard: 'metrics', allowed: true, measured: 'fresh', ageMs: 6 * minute },
      ],
    })
    expect(decisionSentence(decision)).toBe(
      'Allowed: feed-1 offers restart; no kill switch is thrown; attempt 1 of at most 3; the breaker is closed: no attempts of ' +
        "restart on feed-1 within a day; 0 of 1 in group feeds under repair, 1 allowed; the newest measurement's bucket began 6 min ago.",
    )
  })

  it.each<[string, Partial<GuardInputs>, string, 'next-rung' | 'hand-over', RegExp]>([
    [
      'an empty target',
      { rung: { action: 'restart', target: '' } },
      'target',
      'next-rung',
      /empty target never means all/,
    ],
    [
      'a target nobody configured',
      { rung: { action: 'restart', target: 'x' } },
      'target',
      'next-rung',
      /no target "x"/,
    ],
    [
      'an action the target does not have',
      { rung: { action: 'drop', target: 'feed-1' } },
      'target',
      'next-rung',
      /no action "drop"/,
    ],
    [
      'anything while everything is stopped',
      { switches: [thrown('everything')] },
      'kill-switch',
      'hand-over',
      /ann stopped automation for everything: we migrate/,
    ],
    [
      'the incident that is stopped',
      { switches: [thrown('incident/INC-42')] },
      'kill-switch',
      'hand-over',
      /INC-42/,
    ],
    [
      'the target that is stopped, and leaves the next rung free',
      { switches: [thrown('target/feed-1')] },
      'kill-switch',
      'next-rung',
      /target feed-1/,
    ],
    [
      'the wider switch first',
      { switches: [thrown('target/feed-1'), thrown('everything')] },
      'kill-switch',
      'hand-over',
      /everything/,
    ],
    [
      'N12 the action that is stopped, and leaves the next rung free',
      { switches: [thrown('action/restart')] },
      'kill-switch',
      'next-rung',
      /^ann stopped automation for action restart: we migrate \(since .+ UTC\)$/,
    ],
    [
      'N12 the service of the target that is stopped',
      { service: 'shop', switches: [thrown('service/feed')] },
      'kill-switch',
      'hand-over',
      /service feed/,
    ],
    [
      'N12 the service of the incident that is stopped',
      { service: 'shop', switches: [thrown('service/shop')] },
      'kill-switch',
      'hand-over',
      /service shop/,
    ],
    [
      'N12 what two switches stop, and names both',
      { switches: [thrown('action/restart'), thrown('incident/INC-42')] },
      'kill-switch',
      'hand-over',
      /for INC-42: .+; ann stopped automation for action restart: /,
    ],
    ['a fourth attempt', { past: tried(3) }, 'attempt-limit', 'hand-over', /had its 3 attempts/],
    [
      'a fourth attempt beside running ones',
      { past: tried(3, null) },
      'attempt-limit',
      'hand-over',
      /3 attempts/,
    ],
    [
      'at three failures in five',
      { recent: ended('helped', 'no-effect', 'unknown', 'helped', 'harmed') },
      'breaker',
      'next-rung',
      /breaker is open: 3 of the last 5 .* people act themselves/,
    ],
    [
      'a group without budget left',
      {
        underRepair: [{ attempt: 'INC-7/a1', target: 'feed-2' }],
        configuration: { checks: { likes: check }, targets: targets(target('feed-1'), target('feed-2')) },
      },
      'blast-budget',
      'hand-over',
      /feed-2 by INC-7\/a1/,
    ],
    [
      'an incident that no check measures',
      { measured: { at: now, verdicts: [] } },
      'metrics',
      'hand-over',
      /no check measures/,
    ],
    [
      'stale measurements',
      { measured: { at: now, verdicts: [verdict(17 * minute)] } },
      'metrics',
      'hand-over',
      /stale: its bucket began 17 min ago/,
    ],
    [
      'measurements of a check that is gone',
      { configuration: { targets: targets(target('feed-1')), checks: {} } },
      'metrics',
      'hand-over',
      /stale/,
    ],
    [
      'measurements that are all unknown',
      { measured: { at: now, verdicts: [verdict(6 * minute, 'unknown')] } },
      'metrics',
      'hand-over',
      /unknown \(deviates\)/,
    ],
  ])('refuse %s', (_, changed, guard, next, reason) => {
    const decision = evaluateGuards(inputs(changed))
    expect(decision).toMatchObject({ allowed: false, guard, next })
    expect(decision.findings).toHaveLength(6)
    const refusing = decision.findings.filter(({ allowed }) => !allowed)
    expect(refusing[0]?.guard).toBe(guard)
    expect(refusing.slice(0, 1).map((finding) => findingSentence(finding))).toEqual([
      expect.stringMatching(reason),
    ])
  })

  it('keep what they looked at: names, counts, ages', () => {
    const holders = [{ attempt: 'INC-7/a1', target: 'feed-2' }]
    const configuration = {
      checks: { likes: check },
      targets: targets(target('feed-1'), target('feed-2')),
    }
    const { findings } = evaluateGuards(
      inputs({
        configuration,
        switches: [thrown('action/restart')],
        past: tried(3),
        recent: ended('harmed', 'no-effect', 'helped'),
        underRepair: holders,
        measured: { at: now, verdicts: [verdict(17 * minute), verdict(40 * minute)] },
      }),
    )
    const rung = { action: 'restart', target: 'feed-1' }
    expect(findings.slice(1)).toEqual([
      { guard: 'kill-switch', allowed: false, thrown: [thrown('action/restart')] },
      { guard: 'attempt-limit', allowed: false, tried: 3, most: 3 },
      { guard: 'breaker', allowed: true, ...rung, failures: 2, of: 3, opensAt: 3 },
      { guard: 'blast-budget', allowed: false, group: 'feeds', size: 2, budget: 1, busy: 1, holders },
      { guard: 'metrics', allowed: false, measured: 'stale', ageMs: 17 * minute },
    ])
  })

  it('refuse a lease that others took since, by the budget of the group', () => {
    const holders = [{ attempt: 'INC-7/a1', target: 'feed-2' }]
    const members = ['feed-1', 'feed-2', 'feed-3']
    expect(leaseRefused({ group: 'feeds', members, budget: 1 }, holders)).toEqual({
      allowed: false,
      guard: 'blast-budget',
      next: 'hand-over',
      findings: [
        { guard: 'blast-budget', allowed: false, group: 'feeds', size: 3, budget: 1, busy: 1, holders },
      ],
    })
  })

  it.each<[string, Partial<GuardInputs>]>([
    [
      'switches of another incident and target',
      { switches: [thrown('incident/INC-4'), thrown('target/feed-11')] },
    ],
    ['attempts that were refused or not needed', { past: [...tried(3, 'refused'), ...tried(3, 'cleared')] }],
    [
      'two failures in five',
      { recent: ended('no-effect', 'helped', 'harmed', 'helped', 'helped', 'harmed') },
    ],
    [
      'actions that were carried out and could not be measured',
      {
        recent: [1, 2, 3, 4, 5].map(() => ({ outcome: 'unknown', effect: 'done', finishedAt: now }) as const),
      },
    ],
    ['failures of more than a day ago', { recent: endedAt(dayBefore, 'no-effect', 'harmed', 'no-effect') }],
    [
      'a repair of the same target that breaks off',
      { underRepair: [{ attempt: 'INC-7/a1', target: 'feed-1' }] },
    ],
    [
      'a repair in another group',
      {
        underRepair: [{ attempt: 'INC-7/a1', target: 'db-1' }],
        configuration: {
          checks: { likes: check },
          targets: targets(target('feed-1'), target('db-1', 'databases')),
        },
      },
    ],
    ['a run of the check that is late', { measured: { at: now, verdicts: [verdict(16 * minute)] } }],
    [
      'one known series among unknown ones',
      { measured: { at: now, verdicts: [verdict(6 * minute, 'unknown'), verdict(6 * minute)] } },
    ],
  ])('allow in spite of %s', (_, changed) => {
    expect(evaluateGuards(inputs(changed))).toMatchObject({ allowed: true })
  })

  it('never allow a repair beyond a tenth of a group, and always one of a small group', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 59 }), (size, busy) => {
        const all = Array.from({ length: size }, (_, index) => target(`feed-${index + 1}`))
        const underRepair = all.slice(1, 1 + busy).map(({ name }) => ({ attempt: 'INC-7/a1', target: name }))
        const decision = evaluateGuards(
          inputs({ underRepair, configuration: { checks: { likes: check }, targets: targets(...all) } }),
        )
        expect(decision.allowed).toBe(underRepair.length + 1 <= Math.max(1, size / 10))
      }),
    )
  })

  it.each([
    [1, 1],
    [9, 1],
    [19, 1],
    [20, 2],
    [100, 10],
  ])('give a group of %i a budget of %i', (size, budget) => {
    expect(blastBudgetOf(size)).toBe(budget)
  })

  it('open the breaker on exactly the attempts that failed', () => {
    const outcome = fc.constantFrom<AttemptOutcome>('helped', 'no-effect', 'harmed', 'unknown')
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 8 }), (outcomes) => {
        const failures = outcomes.slice(0, 5).filter((one) => one !== 'helped').length
        expect(evaluateGuards(inputs({ recent: ended(...outcomes) })).allowed).toBe(failures < 3)
      }),
    )
  })
})
