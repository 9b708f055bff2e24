import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conversationsIn, read, type Town, visitsIn } from '../../../examples/feed/behaviour.ts'
import { createPopulation } from '../../../examples/feed/population.ts'

const population = createPopulation(1)
const town: Town = { population, rhythm: { seed: 1, scale: 1 } }
const anySecond = fc.integer({ min: 1_600_000_000, max: 2_000_000_000 })
const page = Array.from({ length: 10 }, (_, index) => 100 + index)

describe('the population', () => {
  it('is split over platforms, sources and experiment groups as it should be', () => {
    const people = [...population.of.iOS, ...population.of.Android]
    const share = (holds: (person: (typeof people)[number]) => boolean) =>
      people.filter(holds).length / people.length
    expect(people).toHaveLength(population.size)
    expect(share(({ os }) => os === 'iOS')).toBeCloseTo(0.55, 1)
    expect(share(({ source }) => source === 'ads')).toBeCloseTo(0.4, 1)
    expect(share(({ exp_group }) => exp_group === 4)).toBeCloseTo(0.1, 1)
    expect(share(({ country }) => country === 'Germany')).toBeCloseTo(0.24, 1)
    expect(people.every(({ age }) => age >= 14 && age <= 72)).toBe(true)
  })

  it('is the same for the same seed and another for another', () => {
    expect(createPopulation(1).of.iOS).toEqual(population.of.iOS)
    expect(createPopulation(2).of.iOS).not.toEqual(population.of.iOS)
  })
})

describe('what people do in a second', () => {
  it('is the same whoever asks, and differs from the second before', () => {
    fc.assert(
      fc.property(anySecond, (second) => {
        const same: Town = { population: createPopulation(1, 2_000), rhythm: town.rhythm }
        expect(visitsIn(same, second)).toEqual(visitsIn({ ...same }, second))
        expect(conversationsIn(same, second)).toEqual(conversationsIn({ ...same }, second))
        expect(visitsIn(same, second)).not.toEqual(visitsIn(same, second - 1))
      }),
      { numRuns: 20 },
    )
  })

  it('is never written to someone who does not exist', () => {
    fc.assert(
      fc.property(anySecond, (second) => {
        const receivers = conversationsIn(town, second).flatMap((conversation) => conversation.receivers)
        expect(receivers.every((id) => Number.isInteger(id) && id >= 1 && id <= population.size)).toBe(true)
      }),
    )
  })
})

describe('reading a feed', () => {
  it('is nothing when nothing is shown', () => {
    fc.assert(
      fc.property(anySecond, (second) =>
        visitsIn(town, second).every((visit) => read(visit, []).length === 0),
      ),
    )
  })

  it('views what is on top as far as patience goes, and likes only what was viewed', () => {
    fc.assert(
      fc.property(anySecond, fc.integer({ min: 1, max: 10 }), (second, length) => {
        for (const visit of visitsIn(town, second)) {
          const shown = page.slice(0, length)
          const actions = read(visit, shown)
          const done = (wanted: string) =>
            actions.flatMap(({ post_id, action }) => (action === wanted ? [post_id] : []))
          expect(done('view')).toEqual(shown.slice(0, visit.patience))
          expect(done('view')).toEqual(expect.arrayContaining(done('like')))
        }
      }),
    )
  })

  it('ends in a like for about a quarter of the views, however short the feed', () => {
    for (const length of [1, 10]) {
      const actions = Array.from({ length: 600 }, (_, nth) => 1_700_000_000 + nth * 977).flatMap((second) =>
        visitsIn(town, second).flatMap((visit) => read(visit, page.slice(0, length))),
      )
      const likes = actions.filter(({ action }) => action === 'like').length
      expect(likes / (actions.length - likes)).toBeCloseTo(0.26, 1)
    }
  })
})
