import fc from 'fast-check'
import { expect, it } from 'vitest'
import { metricStatement } from '../../../src/clickhouse/metric-query.ts'
import { readSeriesChart } from '../../../src/clickhouse/series-chart.ts'
import { bucketsOf } from '../../../src/domain/check/buckets.ts'
import { sameTime } from '../../../src/domain/detectors/same-time.ts'
import { windowsOf } from '../../../src/domain/investigate/investigate.ts'

const hour = 3_600_000
const day = 24 * hour
const { windows } = sameTime({ threshold: 0.5 })
const source = { name: 's', table: 'a.b', timeColumn: 't' }

/** Half-hour and whole-day changes among them. */
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Africa/Casablanca',
  'Pacific/Apia',
]
/** Whatever divides a day may be a bucket. */
const lengths = [1, 5, 15, 60, 90, 120, 180, 240, 360, 480, 720, 1_440].map((minutes) => minutes * 60_000)

const comparedWith = (at: number, bucketMs: number, zone: string) =>
  windows.map((window) => bucketsOf(window, at, bucketMs, zone))

function expectSound(at: number, bucketMs: number, zone: string): void {
  const [yesterday = [], weekAgo = []] = comparedWith(at, bucketMs, zone)
  expect(Math.max(...yesterday) + bucketMs).toBeLessThanOrEqual(at)
  expect(Math.max(...weekAgo) + bucketMs).toBeLessThanOrEqual(Math.min(...yesterday))
  const buckets = [...new Set([at, ...yesterday, ...weekAgo])]
  // It refuses buckets that overlap.
  metricStatement({ source, bucketMs, bucketAt: at, buckets, metrics: [], slices: [] })
}

it.each([8, 12, 24])(
  'N17 a bucket of %i h is held against others on each day round a change of the clocks, and is never refused',
  (hours) => {
    const changes = ['2026-03-20', '2026-10-15'].map((date) => Date.parse(date))
    for (const [zone, from] of ['Europe/Berlin', 'Australia/Lord_Howe'].flatMap((name) =>
      changes.map((at) => [name, at] as const),
    ))
      for (let at = from; at < from + 20 * day; at += hours * hour) {
        expectSound(at, hours * hour, zone)
        expect(comparedWith(at, hours * hour, zone).map(({ length }) => length)).toEqual([1, 1])
      }
  },
)

it('N17 so is a bucket of any length, in any zone, at any time', () => {
  const instant = fc.integer({ min: Date.UTC(2008, 0, 1), max: Date.UTC(2030, 0, 1) })
  fc.assert(
    fc.property(instant, fc.constantFrom(...lengths), fc.constantFrom(...zones), (time, bucketMs, zone) => {
      expectSound(Math.floor(time / bucketMs) * bucketMs, bucketMs, zone)
    }),
    { numRuns: 400 },
  )
})

it('N17 a day that the calendar left out is skipped, not compared with itself', () => {
  // Samoa had no 30 December 2011: it ends at 2011-12-30T10:00Z.
  for (let at = Date.UTC(2011, 11, 30); at < Date.UTC(2012, 0, 8); at += 15 * 60_000)
    expectSound(at, 15 * 60_000, 'Pacific/Apia')
})

it.each([
  ['12h', '2026-03-29T12:00:00Z', ['2026-03-28T13:00:00Z', '2026-03-22T13:00:00Z']],
  ['12h', '2026-10-25T12:00:00Z', ['2026-10-24T11:00:00Z', '2026-10-18T11:00:00Z']],
  ['12h', '2026-06-10T00:00:00Z', ['2026-06-09T00:00:00Z', '2026-06-03T00:00:00Z']],
  ['1d', '2026-03-30T00:00:00Z', ['2026-03-29T00:00:00Z', '2026-03-23T01:00:00Z']],
  ['1d', '2026-10-26T00:00:00Z', ['2026-10-24T23:00:00Z', '2026-10-18T23:00:00Z']],
])('N17 a bucket of %s at %s in Berlin goes by the same local time', (length, at, wanted) => {
  const bucketMs = length === '1d' ? day : 12 * hour
  const starts = comparedWith(Date.parse(at), bucketMs, 'Europe/Berlin').flat()
  expect(starts).toEqual(wanted.map((text) => Date.parse(text)))
})

it('N17 an incident of one daily bucket is not compared with itself either', () => {
  const startedAt = '2026-03-30T00:00:00.000Z'
  const window = windowsOf({ startedAt, until: startedAt, bucketMs: day, timeZone: 'Europe/Berlin' })
  expect([window.dayFrom, window.dayTo]).toEqual(['2026-03-29T00:00:00.000Z', startedAt])
})

it.each([8, 12, 24])('N17 a chart of buckets of %i h is drawn over a change of the clocks', async (hours) => {
  const from = Date.parse('2026-03-25T00:00:00Z')
  const asked: Readonly<Record<string, unknown>>[] = []
  const runner = {
    query: <Row>(_: string, params: Readonly<Record<string, unknown>>) => {
      asked.push(params)
      return Promise.resolve([] as Row[])
    },
  }
  const points = await readSeriesChart(runner, {
    source,
    metric: { name: 'm', title: 'M', unit: '', source: 's', kind: 'count', sql: 'count()', responsible: [] },
    group: 'total',
    rule: { kind: 'same-time', threshold: 0.5 },
    quietHours: [],
    bucketMs: hours * hour,
    bucketsPerPoint: 1,
    from,
    to: from + 8 * day,
    timeZone: 'Europe/Berlin',
  })
  expect(points).toHaveLength((8 * 24) / hours)
  expect(asked.length).toBeGreaterThanOrEqual(1)
})
