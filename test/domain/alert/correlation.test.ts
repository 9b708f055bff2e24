import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  causeOf,
  type CorrelatedIncident,
  dependenciesOf,
  dependencyPath,
  type PossibleCause,
} from '../../../src/domain/alert/correlation.ts'
import type { Service } from '../../../src/domain/configuration/configuration.ts'

const minute = 60_000
const rules = { withinMs: 5 * minute, holdForMs: 30 * minute }

function depending(on: Readonly<Record<string, readonly string[]>>) {
  const services = Object.fromEntries(
    Object.entries(on).map(([name, dependsOn]): [string, Service] => [name, { name, dependsOn }]),
  )
  return { services }
}

const shop = depending({
  shop: ['checkout', 'search'],
  checkout: ['payments'],
  payments: ['db'],
  search: [],
  db: [],
})

function opened(incident: number, service: string, more: Partial<PossibleCause> = {}): PossibleCause {
  return { incident, service, openedAt: incident * minute, severity: 'P1', isTold: true, ...more }
}

describe('what a service depends on', () => {
  it('is found through others, by the shortest way', () => {
    expect(dependencyPath('shop', 'db', shop)).toEqual(['shop', 'checkout', 'payments', 'db'])
    expect(dependencyPath('checkout', 'search', shop)).toBeUndefined()
    expect(dependencyPath('db', 'shop', shop)).toBeUndefined()
    expect(dependencyPath('unknown', 'db', shop)).toBeUndefined()
    expect(dependencyPath('shop', 'shop', shop)).toBeUndefined()
    expect(dependenciesOf('checkout', shop)).toEqual(['payments', 'db'])
  })

  it('may be a circle', () => {
    const circle = depending({ a: ['b'], b: ['c'], c: ['a'] })
    expect(dependencyPath('a', 'c', circle)).toEqual(['a', 'b', 'c'])
    expect(dependenciesOf('a', circle)).toEqual(['b', 'c'])
  })
})

describe('the cause of an incident', () => {
  const checkout = opened(3, 'checkout')

  it.each<[string, readonly PossibleCause[], number | undefined]>([
    ['is open for a service that it depends on', [opened(1, 'db')], 1],
    ['is at the end of the longest way', [opened(2, 'payments'), opened(1, 'db')], 1],
    ['may have been opened later', [opened(6, 'db')], 6],
    ['was opened about the same time', [opened(1, 'db', { openedAt: -3 * minute })], undefined],
    ['is at least as severe', [opened(1, 'db', { severity: 'P2' })], undefined],
    ['may be more severe', [opened(1, 'db', { severity: 'P0' })], 1],
    ['is known to somebody', [opened(1, 'db', { isTold: false })], undefined],
    ['is of no service beside it', [opened(1, 'search')], undefined],
    ['is of no service above it', [opened(1, 'shop')], undefined],
  ])('%s', (_title, others, into) => {
    expect(causeOf(checkout, others, shop, rules, 4 * minute)?.into).toBe(into)
  })

  it('is said with the way to it, and with how far apart they were opened', () => {
    expect(causeOf(checkout, [opened(1, 'db')], shop, rules, 4 * minute)).toEqual({
      into: 1,
      path: ['checkout', 'payments', 'db'],
      apartMs: 2 * minute,
    })
  })

  it('keeps it quiet for no longer than a while', () => {
    const at = checkout.openedAt + rules.holdForMs
    expect(causeOf(checkout, [opened(1, 'db')], shop, rules, at - 1)?.into).toBe(1)
    expect(causeOf(checkout, [opened(1, 'db')], shop, rules, at)).toBeUndefined()
  })
})

describe('whatever depends on whatever', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const graph = fc
    .array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 14 })
    .map((edges) =>
      depending(
        Object.fromEntries(
          names.map((name) => [
            name,
            edges.filter(([from, to]) => from === name && to !== name).map(([, to]) => to),
          ]),
        ),
      ),
    )
  const incidents = fc.array(
    fc.record({
      service: fc.constantFrom(...names),
      openedAt: fc.integer({ min: 0, max: 8 * minute }),
      severity: fc.constantFrom('P0' as const, 'P1' as const, 'P2' as const),
    }),
    { minLength: 1, maxLength: 8 },
  )

  it('never are all quiet, and each that is quiet is so for one that is not', () =>
    fc.assert(
      fc.property(graph, incidents, fc.integer({ min: 1, max: 5 }), (dependencies, given, rounds) => {
        const all = given.map((one, index): CorrelatedIncident => ({ incident: index + 1, ...one }))
        const told = new Set<number>()
        const quiet = () => all.filter((one) => !told.has(one.incident))
        const look = (one: CorrelatedIncident) => {
          const others = all
            .filter(({ incident }) => incident !== one.incident)
            .map((other) => ({ ...other, isTold: told.has(other.incident) }))
          const cause = causeOf(one, others, dependencies, rules, 8 * minute)
          if (cause === undefined) told.add(one.incident)
          else expect(told).toContain(cause.into)
        }
        for (let round = 0; round < rounds; round++) quiet().forEach(look)
        expect(told.size).toBeGreaterThan(0)
        // Once the causes are over, all others page.
        const over = new Set(told)
        told.clear()
        for (const one of all.filter(({ incident }) => !over.has(incident))) {
          const left = all.filter(({ incident }) => !over.has(incident) && incident !== one.incident)
          const others = left.map((other) => ({ ...other, isTold: told.has(other.incident) }))
          if (causeOf(one, others, dependencies, rules, 8 * minute) === undefined) told.add(one.incident)
        }
        expect(told.size > 0 || over.size === all.length).toBe(true)
      }),
    ))

  it('of two that depend on each other the first is the cause, whoever asks first', () => {
    const circle = depending({ a: ['b'], b: ['a'] })
    const [one, two] = [opened(1, 'a'), opened(2, 'b')]
    expect(causeOf(one, [two], circle, rules, 3 * minute)).toBeUndefined()
    expect(causeOf(two, [one], circle, rules, 3 * minute)?.into).toBe(1)
  })
})
