import { describe, expect, it } from 'vitest'
import { groupRows } from '../../../src/domain/alert/grouping.ts'
import { parseMatchers } from '../../../src/domain/alert/matcher-text.ts'
import { receiverOf, routeOfIncident, routesOf } from '../../../src/domain/alert/routing.ts'
import type { InboxRow } from '../../../src/domain/alert/stored-alert.ts'
import type { Route } from '../../../src/domain/configuration/configuration.ts'

function route(key: string, matchers: string, change: Partial<Route> = {}): Route {
  return {
    key,
    match: {},
    matchers: matchers === '' ? [] : parseMatchers(matchers),
    groupBy: ['alertname'],
    policies: { default: key === '' ? 'standard' : key },
    stableForMs: 0,
    remediateFirstMs: {},
    ...change,
  }
}

/** Alertmanager's own example of a tree: dispatch/route_test.go. */
const tree: readonly Route[] = [
  route('A', '{owner="team-A"}', {
    routes: [
      route('A/testing', '{env="testing"}'),
      route('A/production', '{env="production"}', { continue: true }),
      route('A/produ.*', '{env=~"produ.*",job=~".*"}'),
    ],
  }),
  route('B', '{owner=~"team-(B|C)"}', { continue: true }),
  route('C', '{owner=~"team-C"}'),
  route('', ''),
]

const keysOf = (labels: Record<string, string>) => routesOf(labels, tree).map(({ key }) => key)

describe('routes', () => {
  it.each([
    [{ owner: 'team-A' }, ['A']],
    [{ owner: 'team-A', env: 'unset' }, ['A']],
    [{ owner: 'team-A', env: 'testing' }, ['A/testing']],
    [{ owner: 'team-A', env: 'production' }, ['A/production', 'A/produ.*']],
    [{ owner: 'team-A', env: 'produce' }, ['A/produ.*']],
    // A route that says `continue` is followed also by the one that takes everything.
    [{ owner: 'team-B' }, ['B', '']],
    [{ owner: 'team-C' }, ['B', 'C']],
    [{ owner: 'team-X' }, ['']],
    [{}, ['']],
  ])('take %j by %j', (labels, keys) => {
    expect(keysOf(labels)).toEqual(keys)
  })

  it('N52: goes by names of any script, dots and slashes', () => {
    const routes = [
      route('dots', '{"service.name"="feed","k8s/pod"=~"web-.*"}'),
      route('größe', '{"größe"="xl"}'),
      route('', ''),
    ]
    const taken = (labels: Record<string, string>) => routesOf(labels, routes).map(({ key }) => key)
    expect(taken({ 'service.name': 'feed', 'k8s/pod': 'web-1' })).toEqual(['dots'])
    expect(taken({ größe: 'xl' })).toEqual(['größe'])
    expect(taken({ größe: 's' })).toEqual([''])
  })

  it('an incident keeps the one that opened it, as it is now; where that is gone, its labels say', () => {
    const labels = { owner: 'team-C' }
    expect(routeOfIncident({ route: 'C', labels }, tree).key).toBe('C')
    expect(routeOfIncident({ route: 'A/produ.*', labels }, tree).key).toBe('A/produ.*')
    expect(routeOfIncident({ route: 'gone', labels }, tree).key).toBe('B')
    expect(routeOfIncident({ labels }, tree).key).toBe('B')
    // It was opened by the route that takes what is left, behind one that says `continue`.
    expect(routeOfIncident({ route: '', labels }, tree).key).toBe('')
  })

  it('are called by their policy where they name no receiver', () => {
    expect(receiverOf(route('A', ''))).toBe('A')
    expect(receiverOf(route('A', '', { receiver: 'payments' }))).toBe('payments')
  })
})

describe('grouping by routes', () => {
  const row = (id: number, labels: Record<string, string>, change: Partial<InboxRow> = {}): InboxRow => ({
    id,
    eventId: String(id),
    source: 'integration/prometheus',
    fingerprint: `f${id}`,
    status: 'firing',
    labels,
    annotations: {},
    startsAt: '2026-03-01T00:00:00.000Z',
    acceptedAt: '2026-03-01T00:00:00.000Z',
    homes: [],
    resolvedBefore: null,
    ...change,
  })
  const grouped = (rows: readonly InboxRow[]) => groupRows(rows, { routes: tree })

  it('each route has a group of its own, though they group by the same labels', () => {
    const { groups, shared } = grouped([row(1, { alertname: 'x', owner: 'team-C' })])
    expect(groups.map(({ groupingKey, rows, ownIds }) => [groupingKey, rows.length, ownIds])).toEqual([
      ['B:alertname=x', 1, []],
      ['C:alertname=x', 1, []],
    ])
    expect(shared).toEqual([1])
  })

  it('an alert that fires in open incidents ends in all of them, and opens none elsewhere', () => {
    const homes = ['B:alertname=x', 'old:alertname=x']
    const { groups } = grouped([row(1, { alertname: 'x', owner: 'team-X' }, { status: 'resolved', homes })])
    expect(groups.map(({ groupingKey }) => groupingKey)).toEqual(homes)
  })

  it('N50: what pages nobody is of no incident, unless it fires in one', () => {
    const watchdog = { alertname: 'Watchdog', severity: 'none' }
    expect(grouped([row(1, watchdog)])).toEqual({ groups: [], shared: [], ungrouped: [row(1, watchdog)] })
    const inOne = row(2, watchdog, { homes: ['alertname=Watchdog'] })
    expect(grouped([inOne]).groups.map(({ groupingKey }) => groupingKey)).toEqual(['alertname=Watchdog'])
  })

  it('the same fingerprint of two sources is two alerts', () => {
    const one = row(1, { alertname: 'x' }, { fingerprint: 'f', homes: ['elsewhere'] })
    const other = row(2, { alertname: 'x' }, { fingerprint: 'f', source: 'integration/other' })
    expect(grouped([one, other]).groups.map(({ groupingKey, rows }) => [groupingKey, rows.length])).toEqual([
      ['elsewhere', 1],
      ['alertname=x', 1],
    ])
  })
})
