import { z } from 'zod'
import { allLabels, defaultGroupBy } from '../../domain/alert/alert.ts'
import { formatMatcher } from '../../domain/alert/matcher-text.ts'
import type { Route } from '../../domain/configuration/configuration.ts'
import { formatDuration } from '../../domain/values/duration.ts'
import { acknowledgeTargetMs, type Severity } from '../../domain/values/severity.ts'
import { deepestRoutes } from '../written.ts'
import { duration, labelName, labels, matcher, name, text } from './fields.ts'

const secondMs = 1_000

/** A head start as long as the target of acknowledging would make the target unreachable. */
function headStart(severity: Severity) {
  const target = acknowledgeTargetMs[severity]
  return duration()
    .refine(
      (ms) => ms < target,
      `must be shorter than ${formatDuration(target)}, by which ${severity} should be acknowledged`,
    )
    .exactOptional()
}

const required = ({ input }: { input?: unknown }) =>
  input === undefined ? 'is required: the policy of every severity without one of its own' : undefined

const ofSeverities = {
  P0: text.exactOptional(),
  P1: text.exactOptional(),
  P2: text.exactOptional(),
  P3: text.exactOptional(),
}

const remediateFirst = z.strictObject({
  P0: z
    .never({ error: 'P0 never waits: people are paged at once and remediation runs beside them' })
    .exactOptional(),
  P1: headStart('P1'),
  P2: headStart('P2'),
  P3: headStart('P3'),
})

const groupBy = z.array(z.union([z.literal(allLabels), labelName])).min(1)

/** What a route is chosen by. It is never inherited. */
const choosing = {
  name: name.exactOptional(),
  match: labels.exactOptional(),
  matchers: z.array(matcher).exactOptional(),
  continue: z.boolean().exactOptional(),
}

/** `false`: nothing is taken for flapping. */
const flapping = z.union([
  z.literal(false),
  z.strictObject({ times: z.int().min(2).max(20), within: duration({ leastMs: secondMs }) }),
])

/** What a route says, and what those below it have from it where they say nothing. */
const inherited = {
  receiver: text.exactOptional(),
  groupBy: groupBy.exactOptional(),
  groupWait: duration().exactOptional(),
  tell: z.array(text).exactOptional(),
  groupInterval: duration({ leastMs: secondMs }).exactOptional(),
  repeatInterval: duration({ leastMs: secondMs }).exactOptional(),
  sendResolved: z.boolean().exactOptional(),
  mute: z.array(name).exactOptional(),
  active: z.array(name).exactOptional(),
  service: text.exactOptional(),
  policies: z.strictObject({ default: text.exactOptional(), ...ofSeverities }).exactOptional(),
  stableFor: duration().exactOptional(),
  flapping: flapping.exactOptional(),
  stillFiringAfter: duration().exactOptional(),
  remediateFirst: remediateFirst.exactOptional(),
}

const deepest = z.strictObject({
  ...choosing,
  ...inherited,
  routes: z
    .never({ error: `routes may be nested ${deepestRoutes} deep: draw two levels together` })
    .exactOptional(),
})

type ChildRoute = Omit<z.output<typeof deepest>, 'routes'> & { readonly routes?: readonly ChildRoute[] }

function childRoute(depth: number): z.ZodType<ChildRoute> {
  if (depth === deepestRoutes) return deepest
  return z.strictObject({
    ...choosing,
    ...inherited,
    routes: z.array(childRoute(depth + 1)).exactOptional(),
  }) as unknown as z.ZodType<ChildRoute>
}

export const routeSchema = z.strictObject({
  ...choosing,
  ...inherited,
  groupBy: groupBy.default([...defaultGroupBy]),
  groupWait: duration().prefault('0s'),
  policies: z.strictObject({ default: z.string({ error: required }).trim().min(1), ...ofSeverities }),
  stableFor: duration().prefault('15m'),
  flapping: flapping.prefault({ times: 4, within: '1h' }),
  stillFiringAfter: duration().prefault('10m'),
  remediateFirst: remediateFirst.default({}),
  routes: z.array(childRoute(2)).exactOptional(),
})

/** A route with everything that it has from above. */
type WholeRoute = z.output<typeof routeSchema>

export function toRoute(written: WholeRoute): Route {
  return whole(written, null)
}

/** @param above key of the route above it; `null`: none is */
function whole(written: WholeRoute, above: string | null): Route {
  const { name: _name, stableFor, stillFiringAfter, groupWait, remediateFirst: headStarts, ...more } = written
  const { match = {}, routes = [], groupInterval, repeatInterval, flapping: flaps, ...rest } = more
  const own = keyOf(written)
  const key = above === null ? own : `${above}/${own === '' ? '{}' : own}`
  return {
    ...rest,
    key,
    match,
    groupWaitMs: groupWait,
    ...(groupInterval === undefined ? {} : { groupIntervalMs: groupInterval }),
    ...(repeatInterval === undefined ? {} : { repeatIntervalMs: repeatInterval }),
    stableForMs: stableFor,
    ...(flaps === false ? {} : { flapping: { times: flaps.times, withinMs: flaps.within } }),
    stillFiringAfterMs: stillFiringAfter,
    remediateFirstMs: headStarts,
    routes: routes.map((route) => whole(below(written, route), key)),
  }
}

function below(above: WholeRoute, route: ChildRoute): WholeRoute {
  const {
    name: _name,
    match: _match,
    matchers: _matchers,
    continue: _continue,
    routes: _routes,
    ...settings
  } = above
  return { ...settings, ...route, policies: { ...above.policies, ...route.policies } } as WholeRoute
}

/** By its name, else by what it is chosen by; empty for one that takes everything. Alerts of two routes meet in no incident. */
function keyOf({
  name: named,
  match = {},
  matchers = [],
}: Pick<ChildRoute, 'name' | 'match' | 'matchers'>): string {
  if (named !== undefined) return named
  const exact = Object.entries(match).map(([label, value]) => ({
    name: label,
    operator: '=' as const,
    value,
  }))
  const all = [...exact, ...matchers]
  return all.length === 0 ? '' : `{${all.map(formatMatcher).join(',')}}`
}
