import type { Route } from '../configuration/configuration.ts'
import { byCodePoints } from '../values/text.ts'
import { own } from '../values/own.ts'
import { allLabels, type Labels } from './alert.ts'
import { createInhibition, type InhibitionRule } from './inhibition.ts'
import { type Matcher, matchesAll } from './matcher.ts'
import { receiverOf, routesOf } from './routing.ts'
import { type Silence, silencing } from './silence.ts'
import type { StoredAlert } from './stored-alert.ts'

/** What an alert without an end fires for after it was last sent: Alertmanager's `global.resolve_timeout`, as it is by default. */
export const defaultResolveTimeoutMs = 5 * 60_000

/** An alert that fires now, and what becomes of it. Instants are ISO 8601 in UTC. */
export interface CurrentAlert {
  readonly source: string
  readonly fingerprint: string
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAt: string
  /** When it stops firing unless its source says so again. */
  readonly endsAt: string
  readonly updatedAt: string
  /** Ids of the silences that hold now. */
  readonly silencedBy: readonly string[]
  /** Fingerprints of alerts that inhibit it. */
  readonly inhibitedBy: readonly string[]
  /** The routes that take it, in the order of the tree. */
  readonly routes: readonly AlertRoute[]
}

/** A route that takes an alert. */
export interface AlertRoute {
  /** Tells it from others with the same receiver. */
  readonly id: string
  readonly receiver: string
  /** What its alerts are grouped by: of the alert's labels those that the route's `groupBy` names. */
  readonly groupLabels: Labels
}

/** What alerts are looked at by. */
export interface AlertSurroundings {
  readonly routes: readonly Route[]
  readonly silences: readonly Silence[]
  readonly inhibit: readonly InhibitionRule[]
  /** An alert whose source did not say until when it fires is shown as if it had just been sent, and fired for so long. */
  readonly resolveTimeoutMs: number
  /** Epoch milliseconds. */
  readonly now: number
}

/** Those that fire now, with what becomes of them. */
export function currentAlerts(
  alerts: readonly StoredAlert[],
  { routes, silences, inhibit, resolveTimeoutMs, now }: AlertSurroundings,
): readonly CurrentAlert[] {
  const timeout = new Date(now + resolveTimeoutMs).toISOString()
  const firing = alerts.filter((alert) => firesAt(alert, now))
  const inhibition = createInhibition(inhibit, firing)
  return firing.map((alert) => ({
    source: alert.source,
    fingerprint: alert.fingerprint,
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: alert.startsAt,
    endsAt: alert.expiresAt ?? timeout,
    updatedAt: alert.changedAt,
    silencedBy: silencing(alert.labels, silences, now).map(({ id }) => id),
    inhibitedBy: [...new Set(inhibition.by(alert).map(({ alert: { fingerprint } }) => fingerprint))],
    routes: routesOf(alert.labels, routes).map((route) => ({
      id: route.key ?? '',
      receiver: receiverOf(route),
      groupLabels: groupLabelsOf(alert.labels, route),
    })),
  }))
}

/** Also when nobody has noticed yet that its time is over. */
function firesAt({ status, expiresAt }: StoredAlert, now: number): boolean {
  return status === 'firing' && (expiresAt === undefined || Date.parse(expiresAt) > now)
}

function groupLabelsOf(labels: Labels, { groupBy }: Route): Labels {
  if (groupBy.includes(allLabels)) return labels
  return Object.fromEntries(Object.entries(labels).filter(([name]) => groupBy.includes(name)))
}

/** Which alerts somebody asks for; each of the truth values leaves out when it is `false`. */
export interface AlertQuery {
  readonly matchers: readonly Matcher[]
  /** Neither silenced nor inhibited. */
  readonly active: boolean
  readonly silenced: boolean
  readonly inhibited: boolean
  /** Expression in RE2's syntax that has to match the whole name of a receiver. */
  readonly receiver?: string
}

/** Alerts that one route takes with the same group labels. */
export interface AlertGroup {
  readonly receiver: string
  readonly labels: Labels
  readonly alerts: readonly CurrentAlert[]
}

/** `suppressed`: silenced or inhibited. Source: prometheus/alertmanager, types/types.go. */
export function suppressionOf({
  silencedBy,
  inhibitedBy,
}: Pick<CurrentAlert, 'silencedBy' | 'inhibitedBy'>): 'active' | 'suppressed' {
  return silencedBy.length === 0 && inhibitedBy.length === 0 ? 'active' : 'suppressed'
}

/** Those that are asked for, in Alertmanager's order: by fingerprint. Source: prometheus/alertmanager, api/v2/api.go (getAlertsHandler). */
export function findAlerts(alerts: readonly CurrentAlert[], query: AlertQuery): readonly CurrentAlert[] {
  return alerts
    .filter(
      (alert) => alert.routes.some(({ receiver }) => isReceiverOf(query, receiver)) && isIn(query, alert),
    )
    .toSorted((a, b) => byCodePoints(a.fingerprint, b.fingerprint) || byCodePoints(a.source, b.source))
}

/**
 * Those that are asked for in their groups. An alert that several routes take is in a group of each; of its routes it has only those that are asked
 * for. Source: prometheus/alertmanager, dispatch/dispatch.go (Groups).
 */
export function groupAlerts(alerts: readonly CurrentAlert[], query: AlertQuery): readonly AlertGroup[] {
  const groups = new Map<string, AlertGroup & { alerts: CurrentAlert[] }>()
  for (const alert of alerts.filter((each) => isIn(query, each))) {
    const routes = alert.routes.filter(({ receiver }) => isReceiverOf(query, receiver))
    const asked = { ...alert, routes: routes.toSorted((a, b) => byCodePoints(a.receiver, b.receiver)) }
    for (const { id, receiver, groupLabels } of routes) {
      const key = JSON.stringify([id, ...Object.entries(groupLabels).toSorted(byName)])
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { receiver, labels: groupLabels, alerts: [asked] })
      else group.alerts.push(asked)
    }
  }
  return [...groups.values()]
    .map((group) => ({ ...group, alerts: group.alerts.toSorted(byInstance) }))
    .toSorted((a, b) => compareLabels(a.labels, b.labels) || byCodePoints(a.receiver, b.receiver))
}

function isIn({ matchers, active, silenced, inhibited }: AlertQuery, alert: CurrentAlert): boolean {
  if (!active && suppressionOf(alert) === 'active') return false
  if (!silenced && alert.silencedBy.length > 0) return false
  if (!inhibited && alert.inhibitedBy.length > 0) return false
  return matchesAll(matchers, alert.labels)
}

function isReceiverOf({ receiver: expression }: AlertQuery, receiver: string): boolean {
  if (expression === undefined) return true
  return matchesAll([{ name: 'receiver', operator: '=~', value: expression }], { receiver })
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return byCodePoints(a, b)
}

/** Inside a group, by job and instance first. Source: prometheus/alertmanager, types/types.go (AlertSlice). */
function byInstance(a: CurrentAlert, b: CurrentAlert): number {
  for (const name of ['job', 'instance']) {
    const [left, right] = [own(a.labels, name), own(b.labels, name)]
    if (left === right) continue
    if (left === undefined) return 1
    if (right === undefined) return -1
    return byCodePoints(left, right)
  }
  return compareLabels(a.labels, b.labels) || byCodePoints(a.source, b.source)
}

/** Fewer labels first; else by the first name that only one has or that both have another value of. Source: prometheus/common, model/labelset.go (Before). */
export function compareLabels(a: Labels, b: Labels): number {
  const [left, right] = [Object.keys(a), Object.keys(b)]
  if (left.length !== right.length) return left.length - right.length
  for (const name of [...left, ...right].toSorted(byCodePoints)) {
    const [inA, inB] = [own(a, name), own(b, name)]
    if (inA === undefined) return -1
    if (inB === undefined) return 1
    if (inA !== inB) return byCodePoints(inA, inB)
  }
  return 0
}
