import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clearState } from '../../../src/domain/check/alert-state.ts'
import { watchedSeries } from '../../../src/domain/check/check.ts'
import { isMuted, mutedUntil, summaryOf } from '../../../src/domain/check/alerts.ts'
import {
  concludeRetired,
  concludeRun,
  type CheckRun,
  type Conclusion,
  type SeriesStanding,
  type Standings,
} from '../../../src/domain/check/run.ts'
import type { Check } from '../../../src/domain/configuration/configuration.ts'
import type { Series, Verdict, VerdictState } from '../../../src/domain/check/verdict.ts'
import { check, configurationWith, minute } from './world.ts'

const bucketMs = 15 * minute
const at = (bucket: number) => new Date(Date.UTC(2026, 2, 3) + bucket * bucketMs).toISOString()
const nothingKnown: Standings = { known: [], judged: [] }

function verdict(series: Series, bucket: number, state: VerdictState): Verdict {
  const values = { ok: 118, firing: 3, unknown: null } as const
  const reasons = { ok: 'near-baseline', firing: 'deviates', unknown: 'source-silent' } as const
  const baselines = [
    { kind: 'before' as const, daysAgo: 1, value: 120, diff: null },
    { kind: 'before' as const, daysAgo: 7, value: 131, diff: null },
  ]
  return { ...series, bucketAt: at(bucket), state, reason: reasons[state], value: values[state], baselines }
}

function run(
  one: Check,
  bucket: number,
  states: (series: Series) => VerdictState,
  change: Partial<CheckRun> = {},
): CheckRun {
  const verdicts = watchedSeries(one, configurationWith([one])).map((series) =>
    verdict(series, bucket, states(series)),
  )
  return {
    at: at(bucket + 1),
    checks: [one],
    verdicts,
    measured: [{ check: one, error: null }],
    sources: [],
    ...change,
  }
}

/** What is known after a conclusion, as the store would keep it. */
function standingAfter(before: Standings, { changed, forgotten }: Conclusion): Standings {
  const key = ({ check: name, metric, slice, group }: Series) => [name, metric, slice, group].join('/')
  const known = new Map(before.known.map((standing) => [key(standing), standing]))
  for (const standing of changed) known.set(key(standing), standing)
  for (const series of forgotten) known.delete(key(series))
  return { known: [...known.values()], judged: [] }
}

const one = check({ clearAfter: 1 })
const configuration = configurationWith([one])
const iosFires = (series: Series): VerdictState =>
  series.metric === 'likes' && series.group === 'iOS' ? 'firing' : 'ok'

describe('concluding a run', () => {
  it('raises an alert that says what, how much, and against what', () => {
    const { alerts } = concludeRun(run(one, 4, iosFires), nothingKnown, configuration)
    expect(alerts).toEqual([
      {
        source: 'check/feed-health',
        eventId: `check/feed-health/likes/os/iOS/${at(4)}/firing`,
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        status: 'firing',
        labels: {
          alertname: 'feed-health',
          service: 'feed',
          severity: 'critical',
          check: 'feed-health',
          metric: 'likes',
          slice: 'os',
          group: 'iOS',
          team: 'growth',
        },
        annotations: {
          title: 'Likes on iOS down 98 %',
          summary: 'Likes on iOS: 3, against 120 a day ago (−98 %) and 131 a week ago (−98 %)',
          chart: 'https://charts.example/likes',
          dashboard: 'https://dashboards.example/feed',
          responsible: 'ada, bob',
        },
        startsAt: at(4),
      },
    ])
  })

  it('keeps only series that have something to remember, and that the check has measured', () => {
    const { changed, forgotten } = concludeRun(run(one, 4, iosFires), nothingKnown, configuration)
    expect(changed.map(({ metric, group, state }) => `${metric} ${group} ${state.phase}`)).toEqual([
      'likes iOS firing',
      'feed-health  clear',
    ])
    expect(forgotten).toEqual([])
  })

  it('resolves under the same fingerprint, also when severity and labels were changed meanwhile', () => {
    const fired = concludeRun(run(one, 4, iosFires), nothingKnown, configuration)
    const changed = { ...one, severity: 'info', labels: {} }
    const after = concludeRun(
      run(changed, 5, () => 'ok'),
      standingAfter(nothingKnown, fired),
      configurationWith([changed]),
    )
    expect(after.alerts).toMatchObject([
      { status: 'resolved', startsAt: at(4), endsAt: at(5), fingerprint: fired.alerts[0]?.fingerprint },
    ])
    expect(after.forgotten).toMatchObject([{ metric: 'likes', group: 'iOS' }])
  })

  it('changes nothing when a run is concluded again', () => {
    const first = concludeRun(run(one, 4, iosFires), nothingKnown, configuration)
    const again = concludeRun(run(one, 4, iosFires), standingAfter(nothingKnown, first), configuration)
    expect(again).toEqual({ changed: [], forgotten: [], alerts: [], verdicts: first.verdicts })
  })

  it('does not judge a bucket again whose verdict is stored already', () => {
    const judged = watchedSeries(one, configuration).map((series) => ({ ...series, judgedAt: at(4) }))
    for (const bucket of [3, 4]) {
      expect(concludeRun(run(one, bucket, iosFires), { known: [], judged }, configuration).alerts).toEqual([])
    }
    expect(concludeRun(run(one, 5, iosFires), { known: [], judged }, configuration).alerts).toHaveLength(1)
  })

  it('marks a re-fire within the cooldown, so that nobody is messaged', () => {
    const cooling = check({ clearAfter: 1, cooldownMs: 3 * 60 * minute })
    const setup = configurationWith([cooling])
    let standing = nothingKnown
    const alerts = [iosFires, () => 'ok' as const, iosFires].flatMap((states, bucket) => {
      const conclusion = concludeRun(run(cooling, bucket, states), standing, setup)
      standing = standingAfter(standing, conclusion)
      return conclusion.alerts
    })
    expect(alerts.map((alert) => `${alert.status} ${isMuted(alert)}`)).toEqual([
      'firing false',
      'resolved false',
      'firing true',
    ])
    expect(alerts[2]?.annotations['muted']).toBe(`cooldown until ${at(12)}`)
    expect(alerts.map(mutedUntil)).toEqual([null, null, at(12)])
    const fromOutside = { source: 'alertmanager/prometheus', annotations: alerts[2]?.annotations ?? {} }
    expect(mutedUntil(fromOutside)).toBeNull()
  })

  it('ends the alert of a group that is not configured any more', () => {
    const first = concludeRun(run(one, 4, iosFires), nothingKnown, configuration)
    const narrower = check({ clearAfter: 1, slices: ['total'] })
    const after = concludeRun(
      run(narrower, 5, () => 'ok'),
      standingAfter(nothingKnown, first),
      configurationWith([narrower]),
    )
    expect(after.alerts).toMatchObject([{ status: 'resolved', fingerprint: first.alerts[0]?.fingerprint }])
    expect(after.forgotten).toMatchObject([{ group: 'iOS' }])
  })

  it('ends the alerts of a check that is gone', () => {
    const orphan: SeriesStanding = {
      check: 'gone',
      metric: 'likes',
      slice: 'os',
      group: 'iOS',
      state: { ...clearState, phase: 'firing', since: at(1) },
    }
    const quiet: SeriesStanding = { ...orphan, group: 'Android', state: clearState }
    const { alerts, forgotten } = concludeRetired([orphan, quiet], at(9))
    expect(alerts).toMatchObject([{ status: 'resolved', startsAt: at(1), endsAt: at(9) }])
    expect(forgotten).toHaveLength(2)
  })
})

describe('what a check says about itself', () => {
  const failing = (error: string | null, bucket = 4) =>
    run(one, bucket, () => 'unknown', { measured: [{ check: one, error }] })

  it('is an alert as soon as it cannot measure, and clears after a good run', () => {
    const first = concludeRun(failing('unknown column'), nothingKnown, configuration)
    expect(first.alerts).toMatchObject([
      {
        status: 'firing',
        labels: { alertname: 'check-failing', check: 'feed-health', service: 'feed', severity: 'warning' },
        annotations: { summary: 'Check feed-health cannot measure: unknown column' },
      },
    ])
    const known = standingAfter(nothingKnown, first)
    expect(concludeRun(failing('unknown column', 5), known, configuration).alerts).toEqual([])
    const cleared = concludeRun(failing(null, 5), known, configuration).alerts
    expect(cleared).toMatchObject([{ status: 'resolved', fingerprint: first.alerts[0]?.fingerprint }])
  })

  it('clears also when the next good run is in the same bucket', () => {
    const first = concludeRun(failing('away'), nothingKnown, configuration)
    const soon = { ...failing(null), at: new Date(Date.parse(at(5)) + 1000).toISOString() }
    expect(concludeRun(soon, standingAfter(nothingKnown, first), configuration).alerts).toMatchObject([
      { status: 'resolved' },
    ])
  })

  it('is one alert about a silent source, which clears when rows come again', () => {
    const sighting = (state: 'alive' | 'silent' | 'unknown') => ({
      source: 'feed',
      service: 'feed',
      silentAfterMs: 30 * minute,
      firstDataWithinMs: 60 * minute,
      state,
    })
    let standing = nothingKnown
    const alerts = (['alive', 'unknown', 'silent', 'silent', 'unknown', 'alive', 'alive'] as const).flatMap(
      (state, bucket) => {
        const conclusion = concludeRun(
          run(one, bucket, () => 'unknown', { sources: [sighting(state)] }),
          standing,
          configuration,
        )
        standing = standingAfter(standing, conclusion)
        return conclusion.alerts.map(({ status, labels, annotations }) => ({
          bucket,
          status,
          labels,
          summary: annotations['summary'],
        }))
      },
    )
    const labels = { alertname: 'source-silent', source: 'feed', service: 'feed', severity: 'warning' }
    expect(alerts).toEqual([
      { bucket: 2, status: 'firing', labels, summary: 'No rows from feed for 30 min' },
      { bucket: 5, status: 'resolved', labels, summary: 'Rows come from feed again' },
    ])
  })
})

describe('any story of runs', () => {
  it('never clears on unknown and never tells the same event twice', () => {
    const stories = fc.array(
      fc.array(fc.constantFrom<VerdictState>('ok', 'firing', 'unknown'), { minLength: 6, maxLength: 6 }),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(stories, fc.integer({ min: 1, max: 3 }), (story, clearAfter) => {
        const told = check({ clearAfter, cooldownMs: 4 * bucketMs, forMs: 0 })
        const setup = configurationWith([told])
        let standing = nothingKnown
        const ids: string[] = []
        for (const [bucket, states] of story.entries()) {
          let index = 0
          const current = run(told, bucket, () => states[index++] ?? 'ok')
          const conclusion = concludeRun(current, standing, setup)
          const unknown = new Set(
            current.verdicts
              .filter(({ state }) => state === 'unknown')
              .map(({ metric, group }) => `${metric} ${group}`),
          )
          for (const { labels } of conclusion.alerts)
            expect(unknown.has(`${labels['metric']} ${labels['group']}`)).toBe(false)
          ids.push(...conclusion.alerts.map(({ eventId }) => eventId))
          standing = standingAfter(standing, conclusion)
        }
        expect(new Set(ids).size).toBe(ids.length)
      }),
    )
  })
})

describe('the summary', () => {
  const series = { check: 'feed-health', metric: 'likes', slice: 'total', group: 'total' }
  const summary = (value: number | null, day: number | null) =>
    summaryOf(
      {
        ...verdict(series, 0, 'ok'),
        value,
        baselines: [{ kind: 'before' as const, daysAgo: 1, value: day, diff: null }],
      },
      configuration,
    )

  it.each([
    [3, 120, 'Likes: 3, against 120 a day ago (−98 %)'],
    [240, 120, 'Likes: 240, against 120 a day ago (+100 %)'],
    [0, 120, 'Likes: 0, against 120 a day ago (−100 %)'],
    [1, 1_000_000, 'Likes: 1, against 1,000,000 a day ago (−100 %)'],
    [3, 0, 'Likes: 3, against 0 a day ago'],
    [3, null, 'Likes: 3, against nothing a day ago'],
    [-5, -10, 'Likes: -5, against -10 a day ago (+50 %)'],
    [null, 120, 'Likes: unknown'],
  ])('of %s against %s', (value, day, expected) => {
    expect(summary(value, day)).toBe(expected)
  })
})
