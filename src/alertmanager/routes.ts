import { allLabels, defaultGroupBy } from '../domain/alert/alert.ts'
import type { Matcher } from '../domain/alert/matcher.ts'
import { formatMatcher } from '../domain/alert/matcher-text.ts'
import { writtenDuration } from '../domain/values/duration.ts'
import {
  AlertmanagerRefused,
  durationIn,
  isTrue,
  items,
  type Part,
  textIn,
  textsIn,
  under,
} from './foreign.ts'
import { matchersIn } from './matchers.ts'
import type { ImportedReceivers } from './receivers.ts'
import { nameFrom, type Report, unused } from './report.ts'
import type { ImportedWindows } from './windows.ts'

/** How deep routes may be nested in `firewatch.yaml`, the outermost included. */
const deepest = 5
/** Source: prometheus/alertmanager, dispatch/route.go (DefaultRouteOpts). */
const usualTimes = { groupWait: '30s', groupInterval: '5m', repeatInterval: '4h' }
const secondMs = 1_000

interface Targets {
  readonly receivers: ImportedReceivers
  readonly windows: ImportedWindows
  readonly report: Report
}

/** A route as it is written, with the receiver that it has from above. */
interface ReadRoute {
  readonly path: string
  readonly receiver: string
  readonly matchers: readonly Matcher[]
  readonly continues: boolean
  readonly groupBy?: readonly string[]
  /** As they are written, in whole seconds. */
  readonly times: Readonly<Partial<typeof usualTimes>>
  /** Windows by our names. Routes below have them not. */
  readonly mute: readonly string[]
  readonly active: readonly string[]
  readonly policy: string
  readonly tell: readonly string[]
  readonly sendResolved: boolean
  readonly routes: readonly ReadRoute[]
}

/**
 * The tree as one route that takes everything, with all others below it: as in Alertmanager, an alert that one of them takes does not come to the
 * outermost as well, also where that one says `continue`. Source: prometheus/alertmanager, dispatch/route.go.
 * @throws AlertmanagerRefused for what Alertmanager would refuse, and for a tree that is too deep to be drawn together
 */
export function importRoutes(file: Part, targets: Targets): object[] {
  const part = under(file, 'route')
  if (part.value === undefined) throw new AlertmanagerRefused(['route: is required'])
  const root = readRoute(part, '', targets)
  if (root.matchers.length > 0) throw new AlertmanagerRefused(['route: the root has no matchers'])
  const { report } = targets
  if (root.groupBy === undefined) tellUngrouped('route.group_by', report)
  report.full(
    'route',
    `routes, ${countOf(root)} in all; the root is the last route, and all others are below it`,
  )
  return [writtenRoute({ groupBy: defaultGroupBy, ...root, times: { ...usualTimes, ...root.times } }, 1)]
}

function readRoute(part: Part, above: string, targets: Targets): ReadRoute {
  const { receivers, windows, report } = targets
  const receiver = textIn(under(part, 'receiver')) ?? above
  const found = receivers.find(receiver)
  if (found === undefined)
    throw new AlertmanagerRefused([
      `${part.path}.receiver: ${receiver === '' ? 'is required' : `there is no receiver ${JSON.stringify(receiver)}`}`,
    ])
  const named = (key: string) => items(under(part, key)).map(windows.nameOf)
  const mute = [...named('mute_time_intervals'), ...(found.tellsNobody ? [windows.always()] : [])]
  return {
    path: part.path,
    receiver,
    matchers: matchersIn(part),
    continues: isTrue(under(part, 'continue')),
    ...groupByOf(under(part, 'group_by'), report),
    times: timesOf(part),
    mute: [...new Set(mute)],
    active: [...new Set(named('active_time_intervals'))],
    policy: found.policy,
    tell: found.channels,
    sendResolved: found.sendResolved,
    routes: items(under(part, 'routes')).map((one) => readRoute(one, receiver, targets)),
  }
}

function groupByOf(part: Part, report: Report): Pick<ReadRoute, 'groupBy'> {
  if (part.value === undefined) return {}
  const labels = [...new Set(textsIn(part))]
  if (labels.includes(allLabels)) return { groupBy: [allLabels] }
  if (labels.length > 0) return { groupBy: labels }
  tellUngrouped(part.path, report)
  return { groupBy: defaultGroupBy }
}

function tellUngrouped(path: string, report: Report): void {
  report.partly(
    path,
    'Alertmanager groups everything in this route together; here each service and alertname is an incident of its own',
  )
}

function timesOf(part: Part): ReadRoute['times'] {
  const written = {
    groupWait: 'group_wait',
    groupInterval: 'group_interval',
    repeatInterval: 'repeat_interval',
  }
  const read = Object.entries(written).flatMap(([ours, theirs]) => {
    const ms = durationIn(under(part, theirs))
    return ms === undefined ? [] : [[ours, secondsOf(ms)]]
  })
  return Object.fromEntries(read) as ReadRoute['times']
}

/** In whole seconds, rounded up. */
function secondsOf(ms: number): string {
  return writtenDuration(Math.ceil(ms / secondMs) * secondMs)
}

function countOf({ routes }: ReadRoute): number {
  return routes.reduce((sum, route) => sum + countOf(route), 1)
}

/** @param above says what the route has without saying it */
function writtenRoute(route: ReadRoute, depth: number, above?: ReadRoute): object {
  const { receiver, policy, matchers, continues, groupBy, times, mute, active, tell, sendResolved } = route
  const routes = named(fitting(route.routes, depth + 1))
  const below = routes.map(({ name, route: one }) => ({
    ...(name === undefined ? {} : { name }),
    ...writtenRoute(one, depth + 1, route),
  }))
  const isSaid = (windows: readonly string[], before: readonly string[] = []) =>
    windows.length > 0 || before.length > 0
  return {
    ...(matchers.length === 0 ? {} : chosenBy(matchers)),
    ...(continues ? { continue: true } : {}),
    ...(receiver === above?.receiver
      ? {}
      : { receiver, policies: { default: policy }, ...followedBy({ tell, sendResolved }, above) }),
    ...(groupBy === undefined ? {} : { groupBy }),
    ...times,
    ...(isSaid(mute, above?.mute) ? { mute } : {}),
    ...(isSaid(active, above?.active) ? { active } : {}),
    ...(below.length === 0 ? {} : { routes: below }),
  }
}

/** The rooms of a receiver follow its alerts. They are said only where the route would have others from above. */
function followedBy(
  { tell, sendResolved }: Pick<ReadRoute, 'tell' | 'sendResolved'>,
  above?: ReadRoute,
): object {
  const isSaid = tell.length > 0 || (above?.tell.length ?? 0) > 0
  if (!isSaid) return {}
  return tell.length === 0 ? { tell } : { tell, sendResolved }
}

/** Labels that must have one value are a map where no name stands twice. */
function chosenBy(matchers: readonly Matcher[]): object {
  const isPlain = matchers.every(({ operator }) => operator === '=')
  const names = new Set(matchers.map(({ name }) => name))
  return isPlain && names.size === matchers.length
    ? { match: Object.fromEntries(matchers.map(({ name, value }) => [name, value])) }
    : { matchers: matchers.map(formatMatcher) }
}

/**
 * Routes that are not deeper than they may be: those below the last level are drawn together with the one above them, with the matchers of both. That
 * comes to the same as long as none of them says `continue`.
 */
function fitting(routes: readonly ReadRoute[], depth: number): readonly ReadRoute[] {
  return depth < deepest ? routes : routes.flatMap(drawnTogether)
}

function drawnTogether(route: ReadRoute): ReadRoute[] {
  if (route.routes.length === 0) return [route]
  const below = route.routes.flatMap(drawnTogether)
  const saying = [route, ...below].find(({ continues }) => continues)
  if (saying !== undefined)
    throw new AlertmanagerRefused([
      `${saying.path}: stands more than ${deepest - 1} deep and says continue: such routes cannot be drawn together, so make the tree flatter first`,
    ])
  const { groupBy, times, matchers } = route
  const inherited = groupBy && { groupBy }
  return [
    ...below.map((one) => ({
      ...inherited,
      ...one,
      times: { ...times, ...one.times },
      matchers: [...matchers, ...one.matchers],
    })),
    { ...route, routes: [] },
  ]
}

interface NamedRoute {
  readonly name?: string
  readonly route: ReadRoute
}

/** Alerts of two routes meet in no incident: those that are chosen by the same are told by a name, and so are those that take everything. */
function named(routes: readonly ReadRoute[]): NamedRoute[] {
  const keys = new Set<string>()
  const names = new Set<string>()
  return routes.map((route) => {
    const key = route.matchers.map(formatMatcher).join()
    const isTold = key !== '' && !keys.has(key)
    keys.add(key)
    if (isTold) return { route }
    const name = unused(nameFrom(route.receiver), (one) => names.has(one))
    names.add(name)
    return { name, route }
  })
}
