import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shardSeries, shardsOf } from '../../../src/domain/check/shards.ts'
import { check, configurationWith, minute, os } from './world.ts'

describe('shards', () => {
  it('hold checks of one cadence', () => {
    const checks = [
      check({ name: 'a' }),
      check({ name: 'b', everyMs: 5_000, lateMs: 0 }),
      check({ name: 'c', lateMs: 30_000 }),
      check({ name: 'd' }),
    ]
    expect(
      shardsOf(configurationWith(checks)).map(({ id, checks: names, series }) => ({ id, names, series })),
    ).toEqual([
      { id: 'check/5s/0', names: ['b'], series: 6 },
      { id: 'check/15m/0', names: ['a', 'd'], series: 12 },
      { id: 'check/15m+30s/0', names: ['c'], series: 6 },
    ])
  })

  it('hold at most so many series, unless a single check has more', () => {
    const groups = Array.from({ length: 400 }, (_, index) => `g${index}`)
    const checks = [
      check({ name: 'large', metrics: ['likes', 'ctr'], slices: ['os'] }),
      ...Array.from({ length: 3 }, (_, index) =>
        check({ name: `small-${index}`, metrics: ['likes'], slices: ['os'] }),
      ),
    ]
    const shards = shardsOf(configurationWith(checks, { slices: { os: { ...os, groups } } }))
    expect(shards.map(({ id, series }) => `${id} ${series}`)).toEqual([
      'check/15m/0 800',
      'check/15m/1 400',
      'check/15m/2 400',
      'check/15m/3 400',
    ])
  })

  it('leave out checks that are not scheduled', () => {
    const checks = [check({ name: 'live' }), check({ name: 'recorded', scheduled: false })]
    expect(shardsOf(configurationWith(checks)).flatMap((shard) => shard.checks)).toEqual(['live'])
  })

  it('keep checks of one source together, so that they share its query', () => {
    const checks = ['a', 'b', 'c', 'd'].map((name, index) =>
      check({ name, metrics: [index % 2 === 0 ? 'likes' : 'messages'] }),
    )
    expect(shardsOf(configurationWith(checks))[0]?.checks).toEqual(['b', 'd', 'a', 'c'])
  })

  it('hold every check exactly once, in an order that does not depend on the file', () => {
    const cadences = fc.constantFrom(minute, 5 * minute, 15 * minute)
    const some = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,5}$/), cadences), {
      selector: ([name]) => name,
      maxLength: 30,
    })
    fc.assert(
      fc.property(some, (written) => {
        const checks = written.map(([name, everyMs]) => check({ name, everyMs }))
        const shards = shardsOf(configurationWith(checks))
        expect(shards.flatMap((shard) => shard.checks).toSorted()).toEqual(
          checks.map(({ name }) => name).toSorted(),
        )
        expect(new Set(shards.map(({ id }) => id)).size).toBe(shards.length)
        expect(shards.every(({ series, checks: names }) => series <= shardSeries || names.length === 1)).toBe(
          true,
        )
        const reversed = shardsOf(configurationWith(checks.toReversed()))
        expect(reversed).toEqual(shards)
      }),
    )
  })
})
