import type { Configuration, Route } from '../configuration/configuration.ts'
import { severityMeant } from '../values/severity.ts'
import { alertIdentity, groupingKeyOf, type Labels } from './alert.ts'
import { declaredKeyOf, isDeclared } from './declaration.ts'
import { routesOf } from './routing.ts'
import { isSplit } from './split-key.ts'
import type { InboxRow } from './stored-alert.ts'

/** Events that meet in one incident, in the order of acceptance. */
export interface AlertGroup {
  readonly groupingKey: string
  readonly route: Route
  readonly rows: readonly InboxRow[]
  /** Ids of those of its rows that are of no other group: they are done with it. */
  readonly ownIds: readonly number[]
}

/** Where events go. One may be of several groups: each of its routes has its own. */
export interface Grouped {
  readonly groups: readonly AlertGroup[]
  /** Ids of rows that are of several groups: they are done when all of those are. */
  readonly shared: readonly number[]
  /** Of no incident: what pages nobody. */
  readonly ungrouped: readonly InboxRow[]
}

/**
 * Groups events by the grouping keys of their routes. An alert stays with the open incidents that it fires in, whatever its routes say by now,
 * so that a changed configuration leaves nothing behind that fires for ever.
 */
export function groupRows(
  rows: readonly InboxRow[],
  { routes, severities }: Pick<Configuration, 'routes' | 'severities'>,
): Grouped {
  const groups = new Map<string, { groupingKey: string; route: Route; rows: InboxRow[] }>()
  const homes = new Map<string, readonly Place[]>()
  const ungrouped: InboxRow[] = []
  const shared = new Set<number>()
  for (const row of rows) {
    const identity = alertIdentity(row)
    const places = placesOf(row, homes.get(identity), routes)
    const isHeard = severityMeant(row.labels['severity'], severities) !== 'none' || row.status === 'resolved'
    if (!isHeard && row.homes.length === 0 && !homes.has(identity)) {
      ungrouped.push(row)
      continue
    }
    // An end leads nowhere by itself: what fires after it goes where its own labels say.
    if (row.status === 'firing') homes.set(identity, places)
    if (places.length > 1) shared.add(row.id)
    for (const { groupingKey, route } of places) {
      const group = groups.get(groupingKey) ?? { groupingKey, route, rows: [] }
      group.rows.push(row)
      groups.set(groupingKey, group)
    }
  }
  const whole = [...groups.values()].map((group) => ({
    ...group,
    ownIds: group.rows.flatMap(({ id }) => (shared.has(id) ? [] : [id])),
  }))
  return { groups: whole, shared: [...shared], ungrouped }
}

interface Place {
  readonly groupingKey: string
  readonly route: Route
}

/** @param before where an earlier event of the same alert went */
function placesOf(
  row: InboxRow,
  before: readonly Place[] | undefined,
  routes: readonly Route[],
): readonly Place[] {
  const taking = routesOf(row.labels, routes)
  const [first] = taking
  if (first === undefined) throw new Error('no route takes this alert: the last route must have no matchers')
  const declared = declaredKeyOf(row)
  if (declared !== undefined) return [{ groupingKey: declared, route: first }]
  // What a person declared is over when a person says so: no sender's alert joins it, whatever its fingerprint.
  const own = row.homes.filter((groupingKey) => !isDeclared({ groupingKey }))
  const routed = taking.map((route) => ({ groupingKey: senderKeyOf(row.labels, route), route }))
  if (own.length === 0) return before ?? routed
  return own.map(
    (home) => routed.find(({ groupingKey }) => groupingKey === home) ?? { groupingKey: home, route: first },
  )
}

/** The grouping key of an alert in a route. No sender's key is one of an incident that people declared or split off, whatever the route groups by. */
export function senderKeyOf(labels: Labels, { key = '', groupBy }: Route): string {
  const group = groupingKeyOf(labels, groupBy)
  const groupingKey = key === '' ? group : `${key}:${group}`
  return isDeclared({ groupingKey }) || isSplit({ groupingKey }) ? `,${groupingKey}` : groupingKey
}
