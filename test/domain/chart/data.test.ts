import { describe, expect, it } from 'vitest'
import { seriesWords } from '../../../src/domain/check/verdict-words.ts'
import {
  chartDataFrom,
  chartRequest,
  rangeRequest,
  type SeriesPoint,
} from '../../../src/domain/chart/data.ts'
import { type ChartData, chartDataOf, chartModel, type ChartModel } from '../../../src/domain/chart/chart.ts'
import type { ChartRule } from '../../../src/domain/chart/rule.ts'
import type { Configuration } from '../../../src/domain/configuration/configuration.ts'
import { at, attempt, incident } from '../post-mortem/world.ts'

const quarter = 900_000
const likes = {
  name: 'likes',
  title: 'Likes',
  kind: 'count',
  sql: 'count()',
  source: 'feed',
  responsible: [],
}
const check = {
  name: 'feed-activity',
  metrics: ['likes'],
  slices: ['os'],
  detector: { kind: 'same-time', threshold: 0.5 },
  bucketMs: quarter,
  quietHours: [],
  silentAfterMs: 2 * quarter,
}
const configuration = {
  timeZone: 'UTC',
  sources: { feed: { name: 'feed', table: 'simulator.feed_actions', timeColumn: 'time' } },
  metrics: { likes, likedTime: { ...likes, name: 'likedTime', title: 'Time to like', unit: 'ms' } },
  slices: { os: { name: 'os', sql: 'os', groups: ['iOS'], responsible: [] } },
  checks: { 'feed-activity': check },
} as unknown as Configuration

const series = { check: 'feed-activity', metric: 'likes', slice: 'os', group: 'iOS' }
const subject = { kind: 'series', series } as const

describe('what is read for a chart', () => {
  it('is a quarter of a day before the incident, and a little after the last measurement', () => {
    const request = chartRequest({ subject, configuration, startedAt: at('03:00'), until: at('04:00') })
    expect(request).toMatchObject({
      group: 'iOS',
      bucketMs: quarter,
      bucketsPerPoint: 1,
      rule: check.detector,
      from: Date.parse('2026-11-23T21:00:00Z'),
      to: Date.parse(at('05:00')),
    })
  })

  it.each([
    ['eleven days', '2026-12-05T03:00:00.000Z', 300],
    ['a year', '2027-11-24T03:00:00.000Z', 300],
  ])('N34: of %s has the buckets that the rule judges, and a bounded number of points', (_, until, most) => {
    const request = chartRequest({ subject, configuration, startedAt: at('03:00'), until })
    if (request === undefined) throw new Error('the series is known')
    const { from, to, bucketMs, bucketsPerPoint } = request
    expect(bucketMs).toBe(quarter)
    expect((to - from) / (bucketMs * bucketsPerPoint)).toBeLessThanOrEqual(most + 1)
    expect(((to - from) / bucketMs) % (2 * bucketsPerPoint)).toBe(0)
    expect((to - from) / bucketMs).toBeLessThanOrEqual(21_000)
  })

  it('is nothing where the configuration does not know the series', () => {
    const question = { configuration, startedAt: at('03:00'), until: at('04:00') }
    const unknown = { metric: 'gone', slice: 'gone', check: 'gone' }
    for (const [key, name] of [
      ...Object.entries(unknown),
      ['check', 'constructor'],
      ['metric', 'toString'],
    ] as const)
      expect(
        chartRequest({ ...question, subject: { kind: 'series', series: { ...series, [key]: name } } }),
      ).toBeUndefined()
    expect(chartRequest({ ...question, subject: { kind: 'source', source: 'gone' } })).toBeUndefined()
  })

  it('N34: of a silent source is its rows, in the shortest buckets of its checks', () => {
    const request = chartRequest({
      subject: { kind: 'source', source: 'feed' },
      configuration,
      startedAt: at('03:00'),
      until: at('04:00'),
    })
    expect(request).toMatchObject({
      metric: { title: 'Rows of feed', kind: 'count', sql: 'count()' },
      rule: { kind: 'silence', silentAfterMs: 2 * quarter },
      bucketMs: quarter,
    })
  })

  it.each([
    [3, 12],
    [24, 96],
    [168, 673],
  ])('N34: of a check over %d h ends with its last whole bucket', (hours, most) => {
    const until = Date.parse(at('04:07'))
    const request = rangeRequest(series, configuration, { until, rangeMs: hours * 3_600_000 })
    expect(request?.to).toBe(Date.parse(at('04:00')))
    expect(((request?.to ?? 0) - (request?.from ?? 0)) / quarter).toBeLessThanOrEqual(most + 5)
  })
})

describe('the data of a chart', () => {
  const request = chartRequest({ subject, configuration, startedAt: at('03:00'), until: at('03:50') })
  if (request === undefined) throw new Error('the series is known')
  const points: SeriesPoint[] = ['03:00', '03:15', '03:30', '03:45'].map((clock, index) => ({
    at: Date.parse(at(clock)),
    today: index,
    yesterday: 10,
    weekAgo: null,
    firing: index === 1 || index === 2,
  }))

  it('end today where measurements end, since an incomplete bucket looks like a fall', () => {
    const data = chartDataFrom(request, points, at('03:50'))
    expect(data).toMatchObject({
      title: 'Likes on iOS',
      from: at('03:00'),
      today: [0, 1, 2],
      yesterday: [10, 10, 10, 10],
      weekAgo: [null, null, null, null],
      firing: [{ from: at('03:15'), to: at('03:45') }],
    })
    expect(chartDataOf(JSON.parse(JSON.stringify(data)))).toEqual(data)
    expect(chartDataOf({ rows: [] })).toBeUndefined()
  })

  it('N34: have the name that sentences give the series', () => {
    const named = seriesWords('Likes', { slice: 'os', group: 'iOS' })
    expect(named).toBe('Likes on iOS')
    expect(chartDataFrom(request, points, at('03:50')).title).toBe(named)
  })

  it('N34: of a threshold hold nothing of the days before', () => {
    const rule: ChartRule = { kind: 'threshold', op: '>', value: 5 }
    expect(chartDataFrom({ ...request, rule }, points, at('03:50'))).toMatchObject({
      yesterday: [],
      weekAgo: [],
    })
  })

  it('become a chart with the beginning, acts and the end', () => {
    const data = chartDataFrom(request, points, at('03:50'))
    const model = chartModel({
      incident: incident(),
      data,
      attempts: [attempt(), attempt({ actedAt: null })],
      timeZone: 'UTC',
    })
    expect(model.markers).toEqual([
      { kind: 'start', at: at('03:00'), label: 'began' },
      { kind: 'act', at: at('03:19'), label: 'cache_invalidation' },
      { kind: 'end', at: at('04:00'), label: 'clear' },
    ])
    expect(model.description).toBe(
      `Likes on iOS. week ago: no measurements; yesterday: last value 10; today: last value 2; began at ${at('03:00')}; cache_invalidation at ${at('03:19')}; clear at ${at('04:00')}.`,
    )
  })
})

describe('N34: a chart shows what its rule looked at', () => {
  const data: ChartData = {
    title: 'Time to like',
    unit: 'ms',
    from: at('03:00'),
    bucketMs: quarter,
    today: [400, 1_500, 300],
    yesterday: [],
    weekAgo: [],
    firing: [],
  }
  const modelOf = (change: Partial<ChartData>): ChartModel =>
    chartModel({ data: { ...data, ...change }, timeZone: 'UTC' })
  const labels = ({ lines, limits }: ChartModel) => [...lines, ...limits].map(({ label }) => label)

  it.each<[ChartRule, string[]]>([
    [{ kind: 'threshold', op: '>', value: 1_000 }, ['measured', 'fires above 1 s']],
    [
      { kind: 'threshold', op: '>', value: 1_000, clear: 800 },
      ['measured', 'fires above 1 s', 'clears at 0.8 s or below'],
    ],
    [
      { kind: 'threshold', op: '<=', value: 200, clear: 250 },
      ['measured', 'fires at 0.2 s or below', 'clears above 0.25 s'],
    ],
    [{ kind: 'same-time', threshold: 0.5 }, ['week ago', 'yesterday', 'today']],
    [{ kind: 'silence', silentAfterMs: 60_000 }, ['rows']],
  ])('%j: %j', (rule, wanted) => {
    expect(labels(modelOf({ rule }))).toEqual(wanted)
  })

  it('the limits of a comparison follow what it compares with, and are unknown where that is', () => {
    const rule: ChartRule = { kind: 'same-time', threshold: 0.4 }
    const { limits } = modelOf({ rule, yesterday: [100, 100, null], weekAgo: [50, 200, 100] })
    expect(limits).toEqual([
      { kind: 'fires', label: 'fires above', values: [100 / 0.6, 200 / 0.6, null] },
      { kind: 'fires', label: 'fires below', values: [30, 60, null] },
    ])
  })

  it('what was kept before the rule was is drawn as before', () => {
    const { firing: _, ...before } = data
    const started = { startedAt: at('03:15'), mitigatedAt: null }
    const model = chartModel({ data: before, incident: started, timeZone: 'UTC' })
    expect(labels(model)).toEqual(['week ago', 'yesterday', 'today'])
    expect(model.firing).toEqual([{ from: at('03:15'), to: at('03:45') }])
  })

  it.each<[string, (number | null)[], ChartRule['kind'], string | undefined]>([
    ['one bucket without rows of a watched source', [5, 6, null], 'silence', at('03:30')],
    ['one bucket of a metric', [5, 6, null], 'threshold', undefined],
    ['two buckets of a metric', [5, null, null], 'threshold', at('03:15')],
    ['nothing at all', [null, null, null], 'silence', undefined],
    ['a gap that is over', [5, null, null, 6], 'threshold', undefined],
  ])('marks the last sample before %s', (_, today, kind, from) => {
    const rules = {
      silence: { kind: 'silence', silentAfterMs: 60_000 },
      threshold: { kind: 'threshold', op: '>', value: 9 },
    } as const
    const model = modelOf({ today, rule: rules[kind as keyof typeof rules] })
    expect(model.gap?.from).toBe(from)
    expect(model.markers).toEqual(
      from === undefined ? [] : [{ kind: 'last-sample', at: from, label: 'last sample' }],
    )
  })
})
