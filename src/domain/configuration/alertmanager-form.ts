import { allLabels } from '../alert/alert.ts'
import { defaultResolveTimeoutMs } from '../alert/current-alert.ts'
import type { InhibitionRule } from '../alert/inhibition.ts'
import { formatMatcher } from '../alert/matcher-text.ts'
import { receiverOf } from '../alert/routing.ts'
import type { Configuration, Route } from './configuration.ts'

/** Alertmanager's configuration file, as much of it as says where alerts go. https://prometheus.io/docs/alerting/latest/configuration/ */
export interface AlertmanagerForm {
  readonly global: { readonly resolve_timeout: string }
  readonly route: RouteForm
  readonly inhibit_rules?: readonly InhibitForm[]
  readonly receivers: readonly { readonly name: string }[]
}

interface InhibitForm {
  readonly source_matchers: readonly string[]
  readonly target_matchers: readonly string[]
  readonly equal: readonly string[]
}

interface RouteForm {
  readonly receiver: string
  readonly group_by?: readonly string[]
  readonly matchers?: readonly string[]
  readonly continue?: true
  readonly group_wait?: string
  readonly group_interval?: string
  readonly repeat_interval?: string
  readonly routes?: readonly RouteForm[]
}

/**
 * Our routes as Alertmanager has them, so that its tools tell of an alert what we would do with it. There the route that takes what is left is the root, and
 * all others are below it.
 */
export function alertmanagerForm({
  routes,
  inhibit = [],
  resolveTimeoutMs = defaultResolveTimeoutMs,
}: Pick<Configuration, 'routes' | 'inhibit' | 'resolveTimeoutMs'>): AlertmanagerForm {
  const root = routes.at(-1)
  if (root === undefined) throw new Error('a valid configuration ends with a route that takes everything')
  return {
    global: { resolve_timeout: durationText(resolveTimeoutMs) },
    route: rootForm(root, routes.slice(0, -1)),
    ...(inhibit.length === 0 ? {} : { inhibit_rules: inhibit.map(inhibitForm) }),
    receivers: receiversOf(routes).map((name) => ({ name })),
  }
}

function inhibitForm({ source, target, equal }: InhibitionRule): InhibitForm {
  return { source_matchers: source.map(formatMatcher), target_matchers: target.map(formatMatcher), equal }
}

/** Whom alerts can reach, by name, in the order of the routes. */
export function receiversOf(routes: readonly Route[]): readonly string[] {
  const names = routes.flatMap((route) => [receiverOf(route), ...receiversOf(route.routes ?? [])])
  return [...new Set(names)]
}

function rootForm(root: Route, others: readonly Route[]): RouteForm {
  const { routes: below = [] } = root
  const form = ownForm(root, undefined)
  // What one of the others takes and hands on has its turn with the last one too, which is no root then.
  const anyContinues = others.some((route) => route.continue === true)
  const routes = anyContinues ? [...others, root] : [...others, ...below]
  return routes.length === 0 ? form : { ...form, routes: routes.map((route) => routeForm(route, root)) }
}

function routeForm(route: Route, parent: Route): RouteForm {
  const { match, matchers = [], routes = [] } = route
  const equal = Object.entries(match).map(([name, value]) => ({ name, operator: '=', value }) as const)
  const all = [...equal, ...matchers].map(formatMatcher)
  return {
    ...ownForm(route, parent),
    ...(all.length === 0 ? {} : { matchers: all }),
    ...(route.continue === true ? { continue: true } : {}),
    ...(routes.length === 0 ? {} : { routes: routes.map((each) => routeForm(each, route)) }),
  }
}

/** What it does not say there, it has from its parent. */
function ownForm(route: Route, parent: Route | undefined): RouteForm {
  const groupBy = groupByOf(route)
  const isParents = parent !== undefined && String(groupBy) === String(groupByOf(parent))
  return {
    receiver: receiverOf(route),
    ...(isParents ? {} : { group_by: groupBy }),
    ...(route.groupWaitMs === parent?.groupWaitMs
      ? {}
      : { group_wait: durationText(route.groupWaitMs ?? 0) }),
    ...timeForm('group_interval', route.groupIntervalMs, parent?.groupIntervalMs),
    ...timeForm('repeat_interval', route.repeatIntervalMs, parent?.repeatIntervalMs),
  }
}

function timeForm(name: string, ms: number | undefined, above: number | undefined): object {
  return ms === undefined || ms === above ? {} : { [name]: durationText(ms) }
}

/** The mark for all labels stands alone there. */
function groupByOf({ groupBy }: Route): readonly string[] {
  return groupBy.includes(allLabels) ? [allLabels] : [...new Set(groupBy)]
}

const units = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** As Prometheus writes durations: `5m`, `90s`. */
function durationText(ms: number): string {
  if (ms === 0) return '0s'
  const [unit, each] = units.find(([, length]) => ms % length === 0) ?? (['ms', 1] as const)
  return `${ms / each}${unit}`
}
