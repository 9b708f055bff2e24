import { describe, expect, it } from 'vitest'
import { createCheckReadings } from '../../src/app/check-readings.ts'
import { fingerprintOf } from '../../src/domain/alert/alert.ts'
import { identityOf } from '../../src/domain/check/alerts.ts'
import type { Series, Verdict } from '../../src/domain/check/verdict.ts'
import { check, configurationWith, minute } from '../domain/check/world.ts'
import { verdict } from '../domain/post-mortem/world.ts'

const configuration = configurationWith([
  check({ name: 'feed-activity', metrics: ['likes'], slices: ['os'], bucketMs: 15 * minute }),
])
const at = (bucket: number) => new Date(Date.UTC(2026, 2, 3) + bucket * 15 * minute).toISOString()

function readings(
  stored: readonly Verdict[],
  incidentsOf: Parameters<typeof createCheckReadings>[2] = async () => new Map(),
) {
  const asked: string[] = []
  const reader = createCheckReadings(
    {
      standings: async () => [],
      firstDataWaits: async () => [],
      muted: async () => [],
      newest: async (_check: string, most: number) =>
        stored.filter(({ bucketAt }) => bucketAt === at(10)).slice(0, most),
      since: async (_series: readonly Series[], from: string) => {
        asked.push(from)
        return [...stored]
      },
    },
    () => configuration,
    incidentsOf,
  )
  return { reader, asked }
}

describe('what the console reads of a check', () => {
  const stored = [
    verdict(at(9), 'ok', 400),
    verdict(at(10), 'firing', 12),
    verdict(at(9), 'ok', 7, { group: 'Android' }),
    verdict(at(10), 'ok', 8, { group: 'Android' }),
    // Another run ended meanwhile.
    verdict(at(11), 'ok', 9, { group: 'Android' }),
  ]

  it('is each series with its verdicts up to one and the same bucket, sixty buckets back', async () => {
    const { reader, asked } = readings(stored)
    const read = await reader.read('feed-activity', 10)
    expect(read?.series.map(({ verdicts }) => verdicts.map(({ value }) => value))).toEqual([
      [400, 12],
      [7, 8],
    ])
    expect(read?.series[0]?.title).toBe('Likes on iOS')
    expect(asked).toEqual([at(10 - 59)])
  })

  it('N36: names the incident that a series fires in, and asks for none where it does not fire', async () => {
    const asked: string[][] = []
    const of = (series: Verdict) => fingerprintOf(identityOf(series))
    const firing = verdict(at(10), 'firing', 12)
    const { reader } = readings([firing, verdict(at(10), 'ok', 8, { group: 'Android' })], async (alerts) => {
      asked.push([...alerts])
      return new Map([[of(firing), 57]])
    })
    const read = await reader.read('feed-activity', 10)
    expect(read?.series.map(({ incident }) => incident)).toEqual([57, undefined])
    expect(asked).toEqual([[of(firing)]])
  })

  it('says how many series are not shown', async () => {
    const { reader } = readings(stored)
    const all = await reader.read('feed-activity', 10)
    const one = await reader.read('feed-activity', 1)
    expect(one?.series).toHaveLength(1)
    expect(one?.more).toBe((all?.more ?? 0) + 1)
  })

  it('is empty for a check that has not run, and nothing for one that is not configured', async () => {
    const { reader } = readings([])
    expect(await reader.read('feed-activity', 10)).toMatchObject({ series: [], more: 0 })
    expect(await reader.read('toString', 10)).toBeUndefined()
  })
})
