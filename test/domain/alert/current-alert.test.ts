import { describe, expect, it } from 'vitest'
import type { Labels } from '../../../src/domain/alert/alert.ts'
import {
  type AlertQuery,
  type AlertSurroundings,
  compareLabels,
  type CurrentAlert,
  currentAlerts,
  findAlerts,
  groupAlerts,
} from '../../../src/domain/alert/current-alert.ts'
import type { StoredAlert } from '../../../src/domain/alert/stored-alert.ts'

const everything: AlertQuery = { matchers: [], active: true, silenced: true, inhibited: true }

function alertOf(name: string, more: Partial<CurrentAlert> = {}): CurrentAlert {
  return {
    source: 'integration/prometheus',
    fingerprint: name,
    labels: { alertname: name },
    annotations: {},
    startsAt: '2026-03-02T03:00:00.000Z',
    endsAt: '2026-03-02T03:05:00.000Z',
    updatedAt: '2026-03-02T03:00:00.000Z',
    silencedBy: [],
    inhibitedBy: [],
    routes: [{ id: '0', receiver: 'ops', groupLabels: { alertname: name } }],
    ...more,
  }
}

const active = alertOf('active')
const silenced = alertOf('silenced', { silencedBy: ['s'] })
const inhibited = alertOf('inhibited', { inhibitedBy: ['active'] })
const both = alertOf('both', { silencedBy: ['s'], inhibitedBy: ['active'] })
const all = [active, silenced, inhibited, both]

describe('an alert as it stands', () => {
  const now = Date.parse('2026-03-02T03:02:00.000Z')
  const settings = { stableForMs: 0, remediateFirstMs: {}, policies: { default: 'on-call' } }
  const surroundings: AlertSurroundings = {
    routes: [
      { ...settings, match: { alertname: 'b' }, groupBy: ['...'], receiver: 'b', key: 'b', continue: true },
      { ...settings, match: {}, groupBy: ['zone', 'alertname', 'missing'] },
    ],
    silences: [],
    inhibit: [
      {
        source: [{ name: 'alertname', operator: '=', value: 'a' }],
        target: [{ name: 'alertname', operator: '=', value: 'b' }],
        equal: ['zone'],
      },
    ],
    resolveTimeoutMs: 60_000,
    now,
  }
  const stored = (name: string, more: Partial<StoredAlert> = {}): StoredAlert => ({
    source: 'integration/prometheus',
    fingerprint: name,
    status: 'firing',
    labels: { alertname: name, zone: 'eu' },
    annotations: {},
    startsAt: '2026-03-02T03:00:00.000Z',
    endsAt: null,
    changedAt: '2026-03-02T03:01:00.000Z',
    sourceAt: '2026-03-02T03:00:00.000Z',
    inboxId: 1,
    ...more,
  })

  it('is over when its time is', () => {
    const at = (expiresAt: string) => currentAlerts([stored('a', { expiresAt })], surroundings).length
    expect([at('2026-03-02T03:02:00.000Z'), at('2026-03-02T03:02:00.001Z')]).toEqual([0, 1])
    const resolved = stored('a', { status: 'resolved', endsAt: '2026-03-02T03:01:30.000Z' })
    expect(currentAlerts([resolved], surroundings)).toEqual([])
  })

  it('ends some time after now when nobody says when', () => {
    expect(currentAlerts([stored('a')], surroundings)).toMatchObject([{ endsAt: '2026-03-02T03:03:00.000Z' }])
  })

  it('has its routes, each with the labels that it groups by', () => {
    expect(currentAlerts([stored('b')], surroundings)[0]?.routes).toEqual([
      { id: 'b', receiver: 'b', groupLabels: { alertname: 'b', zone: 'eu' } },
      { id: '', receiver: 'on-call', groupLabels: { alertname: 'b', zone: 'eu' } },
    ])
  })

  it('names the fingerprints of what inhibits it, each once, and none that is over', () => {
    const inhibitedBy = (...sources: StoredAlert[]) =>
      currentAlerts([stored('b'), ...sources], surroundings)[0]?.inhibitedBy
    const elsewhere = stored('a', { labels: { alertname: 'a', zone: 'us' }, fingerprint: 'us' })
    expect(inhibitedBy(stored('a'), stored('a', { source: 'other' }), elsewhere)).toEqual(['a'])
    expect(inhibitedBy(stored('a', { expiresAt: '2026-03-02T03:01:00.000Z' }))).toEqual([])
  })
})

describe('the alerts that somebody asks for', () => {
  const namesFor = (query: Partial<AlertQuery>) =>
    findAlerts(all, { ...everything, ...query }).map(({ fingerprint }) => fingerprint)

  it.each<[Partial<AlertQuery>, string[]]>([
    [{}, ['active', 'both', 'inhibited', 'silenced']],
    [{ active: false }, ['both', 'inhibited', 'silenced']],
    [{ silenced: false }, ['active', 'inhibited']],
    [{ inhibited: false }, ['active', 'silenced']],
    [{ silenced: false, inhibited: false }, ['active']],
    [{ receiver: 'op' }, []],
    [{ receiver: 'o.*' }, ['active', 'both', 'inhibited', 'silenced']],
    [{ receiver: 'x|ops' }, ['active', 'both', 'inhibited', 'silenced']],
    [{ matchers: [{ name: 'alertname', operator: '=~', value: '.*ed' }] }, ['inhibited', 'silenced']],
    [{ matchers: [{ name: 'missing', operator: '!=', value: '' }] }, []],
  ])('with %j', (query, names) => {
    expect(namesFor(query)).toEqual(names)
  })

  it('are of all sources that have the same labels', () => {
    const other = { ...active, source: 'check/feed' }
    expect(findAlerts([active, other], everything).map(({ source }) => source)).toEqual([
      'check/feed',
      'integration/prometheus',
    ])
  })
})

describe('groups', () => {
  const route = (id: string, receiver: string, groupLabels: Labels) => ({ id, receiver, groupLabels })

  it('are of one route with the same group labels each, with all receivers of their alerts by name', () => {
    const [ops, team] = [route('0', 'ops', { service: 'feed' }), route('1', 'db', { service: 'feed' })]
    const one = alertOf('one', { routes: [ops, team] })
    const two = alertOf('two', { routes: [ops] })
    const groups = groupAlerts([two, one], everything)
    expect(
      groups.map(({ receiver, alerts }) => [
        receiver,
        alerts.map(({ fingerprint, routes }) => [fingerprint, ...routes.map((each) => each.receiver)]),
      ]),
    ).toEqual([
      ['db', [['one', 'db', 'ops']]],
      [
        'ops',
        [
          ['one', 'db', 'ops'],
          ['two', 'ops'],
        ],
      ],
    ])
  })

  it('stay apart when two routes have the same receiver', () => {
    const routes = [route('0', 'ops', {}), route('1', 'ops', {})]
    expect(groupAlerts([alertOf('one', { routes })], everything)).toHaveLength(2)
  })

  it('are only those of the receivers that are asked for', () => {
    const routes = [route('0', 'ops', {}), route('1', 'db', {})]
    const groups = groupAlerts([alertOf('one', { routes })], { ...everything, receiver: 'db' })
    expect(groups.map(({ receiver, alerts }) => [receiver, alerts[0]?.routes.length])).toEqual([['db', 1]])
  })

  it('have no alert that is left out, and are left out without alerts', () => {
    expect(groupAlerts(all, { ...everything, active: false, silenced: false })).toMatchObject([
      { labels: { alertname: 'inhibited' } },
    ])
  })

  it('name their alerts by job and instance first, those without last', () => {
    const routes = [route('0', 'ops', {})]
    const of = (name: string, labels: Labels) => alertOf(name, { labels, routes })
    const alerts = [
      of('e', { a: '1' }),
      of('d', { a: '0', b: '0' }),
      of('c', { job: 'y', z: '1' }),
      of('b', { job: 'x', instance: '2' }),
      of('a', { job: 'x', instance: '1', zone: 'eu' }),
    ]
    const [group] = groupAlerts(alerts, everything)
    expect(group?.alerts.map(({ fingerprint }) => fingerprint)).toEqual(['a', 'b', 'c', 'e', 'd'])
  })
})

describe('the order of labels', () => {
  it.each<[Labels, Labels, number]>([
    [{ z: '9' }, { a: '1', b: '1' }, -1],
    [{ a: '1' }, { a: '2' }, -1],
    [{ a: '1' }, { b: '1' }, 1],
    [{ a: '1', c: '1' }, { a: '1', b: '1' }, -1],
    [{ a: '\u{1F600}' }, { a: '\uFFFD' }, 1],
    [{}, {}, 0],
    [{ constructor: 'a' }, { constructor: 'a' }, 0],
  ])('of %j and %j is %d', (a, b, order) => {
    expect(Math.sign(compareLabels(a, b))).toBe(order)
    expect(Math.sign(compareLabels(b, a))).toBe(-order + 0)
  })
})
