import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Labels } from '../../../src/domain/alert/alert.ts'
import { matchesAll } from '../../../src/domain/alert/matcher.ts'
import { parseMatcher } from '../../../src/domain/alert/matcher-text.ts'
import { receiverOf, routesOf } from '../../../src/domain/alert/routing.ts'
import {
  type AlertmanagerForm,
  alertmanagerForm,
  receiversOf,
} from '../../../src/domain/configuration/alertmanager-form.ts'
import type { Route } from '../../../src/domain/configuration/configuration.ts'

function route(receiver: string, more: Partial<Route> = {}): Route {
  const settings = { stableForMs: 0, remediateFirstMs: {}, policies: { default: 'on-call' } }
  return { match: {}, groupBy: ['service', 'alertname'], receiver, ...settings, ...more }
}

const rest = route('rest')

describe("our routes in the form of Alertmanager's configuration", () => {
  it('have the last one as root and the others below it', () => {
    const routes = [
      route('db', {
        match: { team: 'db', 'service.name': 'a"b' },
        matchers: [{ name: 'severity', operator: '=~', value: 'crit.*' }],
        groupBy: ['...'],
        groupWaitMs: 90_000,
        groupIntervalMs: 300_000,
        routes: [
          route('db-night', {
            match: { night: 'yes' },
            groupBy: ['...'],
            groupWaitMs: 90_000,
            groupIntervalMs: 300_000,
            repeatIntervalMs: 86_400_000,
          }),
        ],
      }),
      rest,
    ]
    expect(alertmanagerForm({ routes })).toEqual({
      global: { resolve_timeout: '5m' },
      route: {
        receiver: 'rest',
        group_by: ['service', 'alertname'],
        routes: [
          {
            receiver: 'db',
            group_by: ['...'],
            group_wait: '90s',
            group_interval: '5m',
            matchers: ['team="db"', '"service.name"="a\\"b"', 'severity=~"crit.*"'],
            routes: [{ receiver: 'db-night', matchers: ['night="yes"'], repeat_interval: '24h' }],
          },
        ],
      },
      receivers: [{ name: 'db' }, { name: 'db-night' }, { name: 'rest' }],
    })
  })

  it('name the policy where a route names no receiver', () => {
    const { receiver: _, ...unnamed } = rest
    expect(alertmanagerForm({ routes: [unnamed], resolveTimeoutMs: 1_500 })).toMatchObject({
      global: { resolve_timeout: '1500ms' },
      route: { receiver: 'on-call' },
      receivers: [{ name: 'on-call' }],
    })
  })

  it('have the rules of inhibition beside them', () => {
    const inhibit = [
      {
        source: [{ name: 'alertname', operator: '=', value: 'Down' }] as const,
        target: [{ name: 'severity', operator: '!=', value: 'critical' }] as const,
        equal: ['service'],
      },
    ]
    expect(alertmanagerForm({ routes: [rest], inhibit })).toMatchObject({
      inhibit_rules: [
        {
          source_matchers: ['alertname="Down"'],
          target_matchers: ['severity!="critical"'],
          equal: ['service'],
        },
      ],
    })
  })

  it('take every alert where ours take it', () => {
    const label = fc.constantFrom('a', 'b')
    const treeOf = (depth: number): fc.Arbitrary<Route> =>
      fc
        .record({
          receiver: fc.integer({ min: 0, max: 99 }).map(String),
          match: fc.dictionary(label, fc.constantFrom('1', '2'), { maxKeys: 1 }),
          continue: fc.boolean(),
          routes: depth === 0 ? fc.constant([]) : fc.array(treeOf(depth - 1), { maxLength: 3 }),
        })
        .map(({ receiver, ...more }) => route(receiver, more))
    const trees = fc.array(treeOf(2), { maxLength: 4 })
    const alerts = fc.dictionary(label, fc.constantFrom('1', '2'))
    fc.assert(
      fc.property(trees, trees, alerts, (others, below, labels) => {
        const routes = [...others, { ...rest, routes: below }]
        const form = alertmanagerForm({ routes })
        expect(receiversBy(form.route, labels)).toEqual(routesOf(labels, routes).map(receiverOf))
        expect(form.receivers.map(({ name }) => name)).toEqual(receiversOf(routes))
      }),
    )
  })
})

/** Where Alertmanager sends it. Source: prometheus/alertmanager, dispatch/route.go (Match). */
function receiversBy(
  { receiver, matchers = [], routes = [] }: AlertmanagerForm['route'],
  labels: Labels,
): readonly string[] {
  if (!matchesAll(matchers.map(parseMatcher), labels)) return []
  const taken: string[] = []
  for (const child of routes) {
    const receivers = receiversBy(child, labels)
    taken.push(...receivers)
    if (receivers.length > 0 && child.continue !== true) break
  }
  return taken.length === 0 ? [receiver] : taken
}
