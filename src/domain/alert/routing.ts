import type { Route } from '../configuration/configuration.ts'
import { own } from '../values/own.ts'
import type { Labels } from './alert.ts'
import { type Matcher, matchesAll } from './matcher.ts'

/**
 * Every route that takes an alert with these labels, in the order in which they are written: the deepest that matches, and the ones behind it as long
 * as each before it says `continue`. Source: Alertmanager, dispatch/route.go.
 */
export function routesOf(labels: Labels, routes: readonly Route[]): Route[] {
  const taken: Route[] = []
  for (const route of routes) {
    if (!takes(route, labels)) continue
    const below = routesOf(labels, route.routes ?? [])
    taken.push(...(below.length === 0 ? [route] : below))
    if (route.continue !== true) break
  }
  return taken
}

function takes({ match, matchers = [] }: Route, labels: Labels): boolean {
  return (
    Object.entries(match).every(([name, value]) => (own(labels, name) ?? '') === value) &&
    matchesAll(matchers, labels)
  )
}

/** All that must hold for a route to take an alert, however it is written. */
export function matchersOf({ match, matchers = [] }: Route): readonly Matcher[] {
  const exact = Object.entries(match).map(([name, value]) => ({ name, operator: '=' as const, value }))
  return [...exact, ...matchers]
}

/** The first route that takes these labels. A valid configuration ends with a route that takes everything. */
export function routeOf(labels: Labels, routes: readonly Route[]): Route {
  const [route] = routesOf(labels, routes)
  if (route === undefined) throw new Error('no route takes this alert: the last route must have no matchers')
  return route
}

/**
 * The route of an incident: the one that opened it, as it is now; where that is gone, the one that would take its labels.
 * @param incident `route`: the key of the route that opened it, where that is known
 */
export function routeOfIncident(
  { route: key, labels }: { readonly route?: string; readonly labels: Labels },
  routes: readonly Route[],
): Route {
  return (key === undefined ? undefined : routeOfKey(key, routes)) ?? routeOf(labels, routes)
}

function routeOfKey(key: string, routes: readonly Route[]): Route | undefined {
  for (const route of routes) {
    const found = (route.key ?? '') === key ? route : routeOfKey(key, route.routes ?? [])
    if (found !== undefined) return found
  }
  return undefined
}

/** Labels that a route is chosen by. */
export function namesMatched({ match, matchers = [] }: Route): readonly string[] {
  return [...Object.keys(match), ...matchers.map(({ name }) => name)]
}

/** Whom a route brings alerts to, by name: as it says, else its policy. */
export function receiverOf({ receiver, policies }: Route): string {
  return receiver ?? policies.default
}
