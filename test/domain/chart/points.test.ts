import { describe, expect, it } from 'vitest'
import { chartBuckets, pointsOf } from '../../../src/domain/chart/points.ts'
import { rangeRequest, type SeriesRequest } from '../../../src/domain/chart/data.ts'
import { evaluate, type Measured, questionOf } from '../../../src/domain/check/check.ts'
import type { Check, DetectorConfiguration } from '../../../src/domain/configuration/configuration.ts'
import { check, configurationWith, minute } from '../check/world.ts'

const hour = 60 * minute
const day = 24 * hour
const series = { check: 'feed', metric: 'likes', slice: 'total', group: 'total' }

function world(change: Partial<Check>, timeZone = 'UTC') {
  const watched = check({ name: 'feed', metrics: ['likes'], slices: ['total'], ...change })
  return { watched, configuration: { ...configurationWith([watched]), timeZone } }
}

/** A value per bucket: a wave over the day, with a hole and a silent hour. */
function measured(valueAt: (bucketAt: number) => number | null): Measured {
  return {
    rowsIn: (bucketAt) => (valueAt(bucketAt) === null ? 0 : 1),
    sample: (_metric, _slice, _group, bucketAt) => {
      const value = valueAt(bucketAt)
      return value === null ? undefined : { numerator: value, denominator: 1 }
    },
  }
}

const wave = (at: number) => 500 + Math.round(300 * Math.sin((at / day) * 2 * Math.PI)) + ((at / minute) % 7)

function requestOf(change: Partial<Check>, until: string, rangeMs: number, timeZone = 'UTC'): SeriesRequest {
  const request = rangeRequest(series, world(change, timeZone).configuration, {
    until: Date.parse(until),
    rangeMs,
  })
  if (request === undefined) throw new Error('the series is known')
  return request
}

describe('N34: the points of a chart are what the rule judged', () => {
  const detectors: DetectorConfiguration[] = [
    { kind: 'same-time', threshold: 0.4 },
    { kind: 'threshold', op: '>', value: 700, clear: 600 },
  ]

  it.each(
    detectors.flatMap((detector) => [
      [detector, 'UTC', '2026-11-24T12:00:00Z'] as const,
      [detector, 'Europe/Berlin', '2026-03-29T12:00:00Z'] as const,
      [detector, 'Europe/Berlin', '2026-10-25T12:00:00Z'] as const,
      [detector, 'Australia/Lord_Howe', '2026-04-05T12:00:00Z'] as const,
    ]),
  )('%j in %s up to %s', (detector, timeZone, until) => {
    const { watched, configuration } = world({ detector, bucketMs: 15 * minute }, timeZone)
    const request = requestOf(watched, until, 24 * hour, timeZone)
    const hole = Date.parse(until) - 6 * hour
    const answers = measured((at) => (at === hole ? null : at > hole + hour ? wave(at) * 1.8 : wave(at)))
    const source = request.source
    for (const point of pointsOf(request, answers)) {
      const asked = questionOf(source, [watched], configuration, point.at + watched.bucketMs + watched.lateMs)
      expect(asked.bucketAt).toBe(point.at)
      const [verdict] = evaluate(watched, asked, answers, configuration)
      expect(point.today).toBe(verdict?.value)
      if (verdict?.state !== 'unchanged') expect(point.firing).toBe(verdict?.state === 'firing')
      if (detector.kind === 'same-time') {
        expect([point.yesterday, point.weekAgo]).toEqual(verdict?.baselines.map(({ value }) => value))
        // And all of that was asked for.
        const wanted = new Set(chartBuckets(request))
        for (const bucket of asked.buckets) expect(wanted).toContain(bucket)
      }
    }
  })

  it('a series that hovers about its threshold fires until it clears', () => {
    const request = requestOf(
      { detector: detectors[1] as DetectorConfiguration },
      '2026-11-24T12:00:00Z',
      3 * hour,
    )
    const values = [500, 750, 650, 650, 590, 650]
    const answers = measured((at) => values[(at - request.from) / request.bucketMs] ?? 500)
    expect(
      pointsOf(request, answers)
        .slice(0, 6)
        .map(({ firing }) => firing),
    ).toEqual([false, true, true, true, false, false])
  })

  it('quiet hours do not fire', () => {
    const detector = { kind: 'threshold', op: '>', value: 0 } as const
    const quietHours = [{ from: '10:00', to: '11:00' }]
    const request = requestOf(
      { detector, quietHours, bucketMs: 15 * minute },
      '2026-11-24T12:00:00Z',
      3 * hour,
    )
    const quiet = pointsOf(
      request,
      measured(() => 5),
    ).filter(({ firing }) => !firing)
    expect(quiet.map(({ at }) => new Date(at).toISOString().slice(11, 16))).toEqual([
      '10:00',
      '10:15',
      '10:30',
      '10:45',
    ])
  })
})

describe('N34: where a point stands for many buckets', () => {
  const detector = { kind: 'threshold', op: '>', value: 5_000 } as const
  const request = requestOf({ detector, bucketMs: minute }, '2026-11-24T12:00:00Z', 7 * day)

  it('the lowest and the highest are shown, so that a spike of one minute is not averaged away', () => {
    const spike = request.from + 4_321 * minute
    const points = pointsOf(
      request,
      measured((at) => (at === spike ? 9_000 : 100 + ((at / minute) % 10))),
    )
    expect(points.length).toBeLessThanOrEqual(302)
    expect(points.filter(({ today }) => today === 9_000)).toHaveLength(1)
    expect(points.find(({ firing }) => firing)?.today).toBe(9_000)
    for (const [index, { at }] of points.entries())
      expect(at).toBe(request.from + index * request.bucketsPerPoint * minute)
  })

  it('what they are compared with is asked for, over a change of the clocks too', () => {
    const over = requestOf(
      { detector: { kind: 'same-time', threshold: 0.5 }, bucketMs: minute },
      '2026-03-31T12:00:00Z',
      7 * day,
      'Europe/Berlin',
    )
    const asked = new Set(chartBuckets(over))
    const answers = measured((at) => (asked.has(at) ? wave(at) : null))
    const points = pointsOf(over, answers)
    const unknown = points.filter(({ yesterday, weekAgo }) => yesterday === null || weekAgo === null)
    expect(unknown.length).toBeLessThanOrEqual(4)
  })

  it('nothing measured is nothing shown', () => {
    expect(
      pointsOf(
        request,
        measured(() => null),
      ).every(({ today }) => today === null),
    ).toBe(true)
  })
})

describe('N34: a source that is watched for silence', () => {
  it('fires once it has had no rows for so long', () => {
    const base = requestOf({ bucketMs: 5 * minute }, '2026-11-24T12:00:00Z', hour)
    const request: SeriesRequest = { ...base, rule: { kind: 'silence', silentAfterMs: 15 * minute } }
    const last = request.to - 30 * minute
    const points = pointsOf(
      request,
      measured((at) => (at < last ? 12 : null)),
    )
    expect(points.filter(({ firing }) => firing).map(({ at }) => (at - last) / minute)).toEqual([
      10, 15, 20, 25,
    ])
    expect(chartBuckets(request)).toHaveLength(points.length)
  })
})
