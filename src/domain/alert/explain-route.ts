import type { Configuration, Route } from '../configuration/configuration.ts'
import { own } from '../values/own.ts'
import {
  severityMeant,
  severityOfLabel,
  severityOfUnknown,
  type Severity,
  type SeverityWords,
} from '../values/severity.ts'
import type { Labels } from './alert.ts'
import { type Matcher, matchesAll } from './matcher.ts'
import { matchersOf } from './routing.ts'

/** Where a route stands in the file: `1.2` is the second below the first. */
export type RoutePlace = string

/** What became of a route while the tree was walked. */
export type RouteOutcome =
  | { readonly kind: 'taken' }
  /** All its matchers hold, and at least one route below it takes the alert in its place. */
  | { readonly kind: 'taken-below' }
  /** The first of its matchers that does not hold; `actual` is absent where the alert has no such label. */
  | { readonly kind: 'skipped'; readonly matcher: Matcher; readonly actual?: string }
  /** A route before it, in the same list, takes the alert and does not say `continue`. */
  | { readonly kind: 'not-asked'; readonly by: RoutePlace }

export interface RouteLook {
  readonly place: RoutePlace
  readonly route: Route
  readonly matchers: readonly Matcher[]
  readonly outcome: RouteOutcome
}

/** What the label `severity` comes to. */
export interface SeverityReading {
  /** As the alert has it; empty: it says nothing. */
  readonly word: string
  readonly severity: Severity
  /** The word is one of the configured ones. What is not known counts as {@link severityOfUnknown}. */
  readonly isKnown: boolean
  /** It opens no incident. */
  readonly pagesNobody: boolean
}

export interface RoutingExplanation {
  readonly severity: SeverityReading
  /** All that were looked at, and those that were not for what came before them, in the order of the file. Below a skipped one nothing is looked at. */
  readonly routes: readonly RouteLook[]
  /** Those that take the alert: the same as `routesOf`. */
  readonly taken: readonly RouteLook[]
}

/** Why an alert with these labels goes where it goes. */
export function explainRouting(
  labels: Labels,
  { routes, severities }: Pick<Configuration, 'routes' | 'severities'>,
): RoutingExplanation {
  const looks = walk(labels, routes, '')
  return {
    severity: readSeverity(labels, severities),
    routes: looks,
    taken: looks.filter(({ outcome }) => outcome.kind === 'taken'),
  }
}

function readSeverity(labels: Labels, words: SeverityWords | undefined): SeverityReading {
  const word = (own(labels, 'severity') ?? '').trim()
  const meant = severityMeant(word, words)
  return {
    word,
    severity: meant === undefined ? severityOfUnknown : severityOfLabel(word, words),
    isKnown: meant !== undefined,
    pagesNobody: meant === 'none',
  }
}

function walk(labels: Labels, routes: readonly Route[], above: RoutePlace): RouteLook[] {
  const looks: RouteLook[] = []
  let by: RoutePlace | undefined
  for (const [index, route] of routes.entries()) {
    const place = above === '' ? `${index + 1}` : `${above}.${index + 1}`
    const matchers = matchersOf(route)
    const look = (outcome: RouteOutcome) => ({ place, route, matchers, outcome })
    if (by !== undefined) {
      looks.push(look({ kind: 'not-asked', by }))
      continue
    }
    const unmet = matchers.find((matcher) => !matchesAll([matcher], labels))
    if (unmet !== undefined) {
      looks.push(look({ kind: 'skipped', matcher: unmet, ...actualOf(labels, unmet) }))
      continue
    }
    const below = walk(labels, route.routes ?? [], place)
    const isTakenBelow = below.some(({ outcome }) => outcome.kind === 'taken')
    looks.push(look({ kind: isTakenBelow ? 'taken-below' : 'taken' }), ...below)
    if (route.continue !== true) by = place
  }
  return looks
}

function actualOf(labels: Labels, { name }: Matcher): { readonly actual?: string } {
  const actual = own(labels, name)
  return actual === undefined ? {} : { actual }
}
