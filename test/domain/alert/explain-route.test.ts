import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explainRouting } from '../../../src/domain/alert/explain-route.ts'
import { parseMatchers } from '../../../src/domain/alert/matcher-text.ts'
import { routesOf } from '../../../src/domain/alert/routing.ts'
import type { Route } from '../../../src/domain/configuration/configuration.ts'
import { arbitraryLabels, arbitraryRoutes } from '../../support/route-trees.ts'

function route(matchers: string, change: Partial<Route> = {}): Route {
  return {
    match: {},
    matchers: matchers === '' ? [] : parseMatchers(matchers),
    groupBy: ['alertname'],
    policies: { default: 'standard' },
    stableForMs: 0,
    remediateFirstMs: {},
    ...change,
  }
}

const routes: readonly Route[] = [
  route('', {
    match: { team: 'pay' },
    routes: [route('env="test"'), route('env=~"prod.*"', { continue: true }), route('')],
  }),
  route('team!="pay"', { continue: true }),
  route(''),
]

describe('an explanation of routing', () => {
  it('agrees with where alerts go, for any tree and any labels', () => {
    fc.assert(
      fc.property(arbitraryRoutes, arbitraryLabels, (tree, labels) => {
        const { taken } = explainRouting(labels, { routes: tree })
        // The very same routes, not some that look like them.
        expect(taken.length).toBe(routesOf(labels, tree).length)
        expect(taken.every((look, index) => look.route === routesOf(labels, tree)[index])).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('gives every other route a reason that holds', () => {
    fc.assert(
      fc.property(arbitraryRoutes, arbitraryLabels, (tree, labels) => {
        const looks = explainRouting(labels, { routes: tree }).routes
        const outcomeOf = new Map(looks.map(({ place, outcome }) => [place, outcome.kind]))
        expect(outcomeOf.size).toBe(looks.length)
        for (const { place, route: looked, outcome } of looks) {
          const alone = routesOf(labels, [{ ...looked, routes: [] }]).length > 0
          if (outcome.kind === 'skipped') expect(alone).toBe(false)
          else if (outcome.kind === 'not-asked') expect(outcomeOf.get(outcome.by)).toMatch(/^taken/)
          else expect(alone).toBe(true)
          const above = place.split('.').slice(0, -1).join('.')
          if (above !== '') expect(outcomeOf.get(above)).toMatch(/^taken/)
        }
      }),
    )
  })

  it('names the first matcher that does not hold, and what was there instead', () => {
    const looks = explainRouting({ team: 'web' }, { routes }).routes
    expect(looks.map(({ place, outcome }) => [place, outcome])).toEqual([
      ['1', { kind: 'skipped', matcher: { name: 'team', operator: '=', value: 'pay' }, actual: 'web' }],
      ['2', { kind: 'taken' }],
      ['3', { kind: 'taken' }],
    ])
  })

  it('tells what is below a route, and what is not asked for it', () => {
    const looks = explainRouting({ team: 'pay', env: 'prod-1' }, { routes }).routes
    expect(looks.map(({ place, outcome }) => [place, outcome.kind])).toEqual([
      ['1', 'taken-below'],
      ['1.1', 'skipped'],
      ['1.2', 'taken'],
      ['1.3', 'taken'],
      ['2', 'not-asked'],
      ['3', 'not-asked'],
    ])
    expect(looks.at(-1)?.outcome).toEqual({ kind: 'not-asked', by: '1' })
  })

  it.each([
    [{ severity: 'page' }, { word: 'page', severity: 'P1', isKnown: true, pagesNobody: false }],
    [{ severity: 'sev9' }, { word: 'sev9', severity: 'P2', isKnown: false, pagesNobody: false }],
    [{ severity: 'None' }, { word: 'None', severity: 'P3', isKnown: true, pagesNobody: true }],
    [{}, { word: '', severity: 'P2', isKnown: false, pagesNobody: false }],
  ])('reads the severity of %j', (labels, severity) => {
    expect(explainRouting(labels, { routes }).severity).toEqual(severity)
  })
})
