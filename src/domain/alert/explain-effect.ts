import type { Configuration, Route } from '../configuration/configuration.ts'
import type { HoldCause } from '../escalate/hold.ts'
import type { PagingContext } from '../escalate/paging-context.ts'
import { type PreviewedStep, previewSteps } from '../escalate/preview.ts'
import { groupSettings, runbookOf } from '../incident/plan.ts'
import type { Severity } from '../values/severity.ts'
import { own } from '../values/own.ts'
import { byCodePoints } from '../values/text.ts'
import { allLabels, type Labels } from './alert.ts'
import type { NoticeRules } from './group-notice.ts'
import { incidentService } from './dispatch.ts'
import { senderKeyOf } from './grouping.ts'
import { explainRouting, type RoutePlace, type RoutingExplanation } from './explain-route.ts'
import { type Matcher, matchesAll } from './matcher.ts'
import { receiverOf } from './routing.ts'
import { type Silence, silencing } from './silence.ts'
import { windowHold } from './suppression.ts'
import { insideUntil, isInside } from './time-window.ts'

/** What an explanation goes by. */
export interface ExplanationContext {
  readonly configuration: Configuration
  readonly paging: PagingContext
  /** `null`: not known, as of a file. */
  readonly silences: readonly Silence[] | null
  /** When the alert comes in; epoch milliseconds. */
  readonly at: number
}

export interface WindowState {
  readonly window: string
  readonly isInside: boolean
  /** Epoch milliseconds; `null`: it is outside, or inside for over a year. */
  readonly until: number | null
}

/** A rule by which other alerts would keep this one from paging. */
export interface PossibleInhibition {
  /** Counted from 0, as in the file. */
  readonly rule: number
  readonly source: readonly Matcher[]
  /** Labels that the other alert must have the same of, with the values of this one; one that is absent counts as empty. */
  readonly equal: Labels
}

/** What a route that takes an alert does with it. */
export interface RouteEffect {
  readonly place: RoutePlace
  readonly receiver: string
  readonly service: string
  /** What it is grouped by, with its values. */
  readonly group: Labels
  readonly groupingKey: string
  readonly groupWaitMs: number
  /** Shared channels that follow the group, and how often they hear; `null`: none does. */
  readonly follows: (NoticeRules & { readonly rooms: readonly string[] }) | null
  readonly mute: readonly WindowState[]
  readonly active: readonly WindowState[]
  /** What the windows hold back at that time; `null`: nothing. */
  readonly windowHold: HoldCause | null
  /** `null` where the alert pages nobody. */
  readonly paging: PagingEffect | null
}

export interface PagingEffect {
  readonly policy: string
  readonly severity: Severity
  /** What holds its first step back, beside windows, silences and inhibition; `null`: nothing. */
  readonly held: HoldCause | null
  readonly steps: readonly PreviewedStep[]
}

/** Where an alert would go, why, and what would become of it there. */
export interface AlertExplanation extends RoutingExplanation {
  readonly effects: readonly RouteEffect[]
  readonly inhibitions: readonly PossibleInhibition[]
  /** Those that silence it then; `null`: not known. */
  readonly silences: readonly Silence[] | null
}

export function explainAlert(labels: Labels, context: ExplanationContext): AlertExplanation {
  const { configuration, silences, at } = context
  const routing = explainRouting(labels, configuration)
  return {
    ...routing,
    effects: routing.taken.map(({ place, route }) => effectOf(labels, { place, route, routing }, context)),
    inhibitions: inhibitionsOf(labels, configuration),
    silences: silences === null ? null : silencing(labels, silences, at),
  }
}

interface TakenRoute {
  readonly place: RoutePlace
  readonly route: Route
  readonly routing: RoutingExplanation
}

function effectOf(labels: Labels, taken: TakenRoute, context: ExplanationContext): RouteEffect {
  const { place, route, routing } = taken
  const { configuration, at } = context
  const { mute = [], active = [], groupBy } = route
  const names = groupBy.includes(allLabels) ? Object.keys(labels).toSorted(byCodePoints) : groupBy
  return {
    place,
    receiver: receiverOf(route),
    service: incidentService(labels, route),
    group: valuesOf(labels, names),
    groupingKey: senderKeyOf(labels, route),
    groupWaitMs: route.groupWaitMs ?? 0,
    follows: followsOf(route),
    mute: mute.map((window) => windowState(window, configuration, at)),
    active: active.map((window) => windowState(window, configuration, at)),
    windowHold: windowHold(route, configuration.windows, at)?.cause ?? null,
    paging: routing.severity.pagesNobody ? null : pagingEffect(labels, taken, context),
  }
}

function followsOf(route: Route): RouteEffect['follows'] {
  const group = groupSettings(route)
  if (group === undefined || group.rooms.length === 0) return null
  const { rooms, intervalMs, repeatMs, sendResolved } = group
  return { rooms, intervalMs, repeatMs, sendResolved }
}

function windowState(name: string, { windows = {} }: Configuration, at: number): WindowState {
  const window = own(windows, name) ?? []
  return { window: name, isInside: isInside(window, at), until: insideUntil(window, at) }
}

/** An incident that the alert opens in the route, by itself. */
function pagingEffect(
  labels: Labels,
  { route, routing }: TakenRoute,
  { configuration, paging, at }: ExplanationContext,
): PagingEffect {
  const { severity } = routing.severity
  const name = route.policies[severity] ?? route.policies.default
  const policy = own(configuration.policies, name)
  if (policy === undefined) throw new Error(`the route names policy "${name}", which is not configured`)
  const remediates = (runbookOf(labels, configuration.runbooks)?.remediation ?? []).length > 0
  const headStartMs = remediates && severity !== 'P0' ? (route.remediateFirstMs[severity] ?? 0) : 0
  const settings = {
    policy: name,
    stableForMs: route.stableForMs,
    headStartMs,
    remediates,
    stillFiringAfterMs: null,
  }
  const service = incidentService(labels, route)
  return { policy: name, severity, ...previewSteps(paging, { service, severity, policy, settings, at }) }
}

function inhibitionsOf(labels: Labels, { inhibit = [] }: Configuration): PossibleInhibition[] {
  return inhibit.flatMap(({ source, target, equal }, rule) =>
    matchesAll(target, labels) ? [{ rule, source, equal: valuesOf(labels, equal) }] : [],
  )
}

function valuesOf(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(names.map((name) => [name, own(labels, name) ?? '']))
}
