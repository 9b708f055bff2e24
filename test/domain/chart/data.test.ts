import { describe, expect, it } from 'vitest'
import { chartDataFrom, chartRequest, type SeriesPoint } from '../../../src/domain/chart/data.ts'
import { chartDataOf, chartModel } from '../../../src/domain/chart/chart.ts'
import type { Configuration } from '../../../src/domain/configuration/configuration.ts'
import { at, attempt, incident } from '../post-mortem/world.ts'

const quarter = 900_000
const configuration = {
  timeZone: 'UTC',
  sources: { feed: { name: 'feed', table: 'simulator.feed_actions', timeColumn: 'time' } },
  metrics: {
    likes: { name: 'likes', title: 'Likes', kind: 'count', sql: 'count()', source: 'feed', responsible: [] },
  },
  slices: { os: { name: 'os', sql: 'os', groups: ['iOS'], responsible: [] } },
  checks: { 'feed-activity': { name: 'feed-activity', bucketMs: quarter } },
} as unknown as Configuration

const series = { check: 'feed-activity', metric: 'likes', slice: 'os', group: 'iOS' }

describe('what is read for a chart', () => {
  it('is a quarter of a day before the incident, and a little after the last measurement', () => {
    const request = chartRequest({ series, configuration, startedAt: at('03:00'), until: at('04:00') })
    expect(request).toMatchObject({
      group: 'iOS',
      bucketMs: quarter,
      from: Date.parse('2026-11-23T21:00:00Z'),
      to: Date.parse(at('05:00')),
    })
  })

  it('widens its buckets for a long incident, and they still divide a day', () => {
    const request = chartRequest({
      series,
      configuration,
      startedAt: at('03:00'),
      until: '2026-12-04T03:00:00.000Z',
    })
    expect(((request?.to ?? 0) - (request?.from ?? 0)) / (request?.bucketMs ?? 1)).toBeLessThanOrEqual(280)
    expect(86_400_000 % (request?.bucketMs ?? 7)).toBe(0)
  })

  it('is nothing where the configuration does not know the series', () => {
    const question = { configuration, startedAt: at('03:00'), until: at('04:00') }
    expect(chartRequest({ ...question, series: { ...series, metric: 'gone' } })).toBeUndefined()
    expect(chartRequest({ ...question, series: { ...series, slice: 'gone' } })).toBeUndefined()
    expect(chartRequest({ ...question, series: { ...series, check: 'gone' } })).toBeUndefined()
  })
})

describe('the data of a chart', () => {
  const request = chartRequest({ series, configuration, startedAt: at('03:00'), until: at('03:50') })
  if (request === undefined) throw new Error('the series is known')
  const points: SeriesPoint[] = ['03:00', '03:15', '03:30', '03:45'].map((clock, index) => ({
    at: Date.parse(at(clock)),
    today: index,
    yesterday: 10,
    weekAgo: null,
  }))

  it('end today where measurements end, since an incomplete bucket looks like a fall', () => {
    const data = chartDataFrom(request, points, at('03:50'))
    expect(data).toMatchObject({
      title: 'Likes (os iOS)',
      from: at('03:00'),
      today: [0, 1, 2],
      yesterday: [10, 10, 10, 10],
      weekAgo: [null, null, null, null],
    })
    expect(chartDataOf(JSON.parse(JSON.stringify(data)))).toEqual(data)
    expect(chartDataOf({ rows: [] })).toBeUndefined()
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
      `Likes (os iOS). week ago: no measurements; yesterday: last value 10; today: last value 2; began at ${at('03:00')}; cache_invalidation at ${at('03:19')}; clear at ${at('04:00')}.`,
    )
  })
})
