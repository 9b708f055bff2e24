import fc from 'fast-check'
import type { Labels } from '../../src/domain/alert/alert.ts'
import { type Matcher, matchOperators } from '../../src/domain/alert/matcher.ts'
import type { Route } from '../../src/domain/configuration/configuration.ts'

/* Few names and values, so that matchers hold about as often as they do not. */

const name = fc.constantFrom('team', 'env', 'service.name')
const value = fc.constantFrom('', 'a', 'b', 'ab')
const expression = fc.constantFrom('a', 'a|b', 'a.*', '.*', '.+', '')

export const arbitraryLabels: fc.Arbitrary<Labels> = fc.dictionary(name, value, { maxKeys: 3 })

export const arbitraryMatcher: fc.Arbitrary<Matcher> = fc
  .record({ name, operator: fc.constantFrom(...matchOperators), value, expression })
  .map(({ expression: re, ...matcher }) => ({
    ...matcher,
    value: matcher.operator.includes('~') ? re : matcher.value,
  }))

/** Trees of at most three levels, that may leave an alert to nobody. */
export const arbitraryRoutes: fc.Arbitrary<readonly Route[]> = fc.letrec<{ routes: Route[] }>((tie) => ({
  routes: fc.array(
    fc
      .record({
        match: fc.dictionary(name, value, { maxKeys: 1 }),
        matchers: fc.array(arbitraryMatcher, { maxLength: 2 }),
        continue: fc.boolean(),
        routes: fc.oneof({ maxDepth: 2 }, fc.constant([]), tie('routes')),
      })
      .map(
        (written): Route => ({
          ...written,
          groupBy: ['team'],
          policies: { default: 'standard' },
          stableForMs: 0,
          remediateFirstMs: {},
        }),
      ),
    { maxLength: 3 },
  ),
})).routes
