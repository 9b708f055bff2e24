import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundedRows, failed, mostRows } from '../../../src/domain/investigate/evidence-result.ts'
import {
  findingOf,
  queryParameters,
  seriesOf,
  windowsOf,
} from '../../../src/domain/investigate/investigate.ts'
import { likesVerdicts, rows } from '../post-mortem/world.ts'

const quarter = 900_000

describe('the windows of evidence', () => {
  it('are whole buckets, with the same local time a day and a week before', () => {
    const window = windowsOf({
      startedAt: '2026-11-24T03:00:00Z',
      until: '2026-11-24T03:50:00Z',
      bucketMs: quarter,
      timeZone: 'UTC',
    })
    expect(window).toEqual({
      from: '2026-11-24T03:00:00.000Z',
      to: '2026-11-24T03:45:00.000Z',
      dayFrom: '2026-11-23T03:00:00.000Z',
      dayTo: '2026-11-23T03:45:00.000Z',
      weekFrom: '2026-11-17T03:00:00.000Z',
      weekTo: '2026-11-17T03:45:00.000Z',
    })
  })

  it('keep the local clock where it changed in between', () => {
    // Berlin left daylight saving on 2026-10-25.
    const window = windowsOf({
      startedAt: '2026-10-26T09:00:00Z',
      until: '2026-10-26T10:00:00Z',
      bucketMs: quarter,
      timeZone: 'Europe/Berlin',
    })
    expect(window.dayFrom).toBe('2026-10-25T09:00:00.000Z')
    expect(window.weekFrom).toBe('2026-10-19T08:00:00.000Z')
  })

  it('hold at least one bucket and all last as long', () => {
    const instants = fc.integer({ min: 1_600_000_000, max: 1_900_000_000 }).map((seconds) => seconds * 1000)
    const property = fc.property(
      instants,
      fc.integer({ min: -quarter, max: 50 * quarter }),
      (started, lasted) => {
        const given = {
          startedAt: new Date(started).toISOString(),
          until: new Date(started + lasted).toISOString(),
        }
        const window = windowsOf({ ...given, bucketMs: quarter, timeZone: 'America/New_York' })
        const length = (from: string, to: string) => Date.parse(to) - Date.parse(from)
        expect(length(window.from, window.to)).toBeGreaterThanOrEqual(quarter)
        expect(length(window.dayFrom, window.dayTo)).toBe(length(window.from, window.to))
        expect(length(window.weekFrom, window.weekTo)).toBe(length(window.from, window.to))
        expect(Date.parse(window.from)).toBeLessThanOrEqual(started)
      },
    )
    fc.assert(property)
  })

  it('are bound as instants, with the length of a bucket', () => {
    const window = windowsOf({
      startedAt: '2026-11-24T03:00:00Z',
      until: '2026-11-24T04:00:00Z',
      bucketMs: quarter,
      timeZone: 'UTC',
    })
    const parameters = queryParameters(window, quarter)
    expect(Object.keys(parameters).toSorted()).toEqual([
      'bucketSeconds',
      'dayFrom',
      'dayTo',
      'from',
      'to',
      'weekFrom',
      'weekTo',
    ])
    expect(parameters['from']).toEqual(new Date('2026-11-24T03:00:00Z'))
    expect(parameters['bucketSeconds']).toBe(900)
  })
})

describe('a finding', () => {
  it.each([
    [
      'the row that changed most',
      rows({ os: 'Android', now: 510, week_ago: 520 }, { os: 'iOS', now: 32, week_ago: 500 }),
      'Split: os iOS at 32, 94 % below a week before (500)',
    ],
    [
      'named columns with their windows',
      rows({ likes: 10, likes_day: 40, likes_week: 11 }),
      'Split: likes at 10, 75 % below a day before (40)',
    ],
    [
      '64-bit integers that come as text',
      rows({ now: '1200', day_ago: '300' }),
      'Split: value at 1,200, 4 times a day before (300)',
    ],
    ['a rise from nothing', rows({ now: 3, day_ago: 0 }), 'Split: value at 3, above a day before (0)'],
    [
      'rows without anything to compare',
      rows({ path: 'cache', hits: 0.125 }),
      'Split: 1 row: path cache, hits 0.125',
    ],
    ['no rows', rows(), 'Split: no rows'],
    ['an answer that did not come', failed(new Error('timeout')), 'Split: could not be asked (timeout)'],
    ['words', { text: 'Deployed at 3' }, 'Split: Deployed at 3'],
    [
      'the worst verdict',
      likesVerdicts,
      'Likes on iOS at 12, 98 % below a day before (480) and 98 % below a week before (500)',
    ],
  ])('tells %s', (_, result, sentence) => {
    expect(findingOf('Split', result)).toBe(sentence)
  })

  it('never throws, whatever a query answers', () => {
    fc.assert(
      fc.property(fc.anything(), fc.array(fc.dictionary(fc.string(), fc.anything())), (result, found) => {
        expect(typeof findingOf('Title', result)).toBe('string')
        expect(typeof findingOf('Title', boundedRows(found))).toBe('string')
      }),
    )
  })
})

describe('what is kept of an answer', () => {
  it('that did not come is never empty: an error without a message goes by its name', () => {
    expect(failed(new AggregateError([], ' '))).toEqual({ error: 'AggregateError' })
    expect(failed('why')).toEqual({ error: 'why' })
  })

  it('is bounded in rows and in the length of texts, and says so', () => {
    const many = Array.from({ length: mostRows + 1 }, (_, index) => ({ index, text: 'x'.repeat(5_000) }))
    const kept = boundedRows(many)
    expect(kept.rows).toHaveLength(mostRows)
    expect(kept.truncated).toBe(true)
    expect(String(kept.rows[0]?.['text'])).toHaveLength(1_000)
    expect(boundedRows(many.slice(1)).truncated).toBe(false)
  })
})

it('knows the series behind an alert by its labels', () => {
  expect(seriesOf({ alertname: 'feed-activity', metric: 'likes', slice: 'os', group: 'iOS' })).toEqual({
    check: 'feed-activity',
    metric: 'likes',
    slice: 'os',
    group: 'iOS',
  })
  expect(seriesOf({ check: 'c', alertname: 'x', metric: 'm' })).toEqual({
    check: 'c',
    metric: 'm',
    slice: 'total',
    group: 'total',
  })
  expect(seriesOf({ alertname: 'from-outside' })).toBeUndefined()
})
