import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { importAlertmanager } from '../../src/alertmanager/import.ts'
import { loadConfiguration, validateConfiguration } from '../../src/config/load.ts'
import { formatMatcher } from '../../src/domain/alert/matcher-text.ts'
import { matchesAll } from '../../src/domain/alert/matcher.ts'
import type { Labels } from '../../src/domain/alert/alert.ts'
import type { Route } from '../../src/domain/configuration/configuration.ts'
import { receiverOf, routesOf } from '../../src/domain/alert/routing.ts'
import { arbitraryLabels, arbitraryMatcher } from '../support/route-trees.ts'
import { testFolder } from '../support/on-call-files.ts'

const folder = testFolder()
const samples = ['kube-prometheus', 'teams', 'old'] as const

function sample(name: string): Promise<string> {
  return readFile(new URL(`samples/${name}.yml`, import.meta.url), 'utf8')
}

async function loaded(text: string) {
  const path = await folder.write('firewatch.yaml', stringify(importAlertmanager(text).configuration))
  return loadConfiguration(path)
}

/** A file with these parts in the place of the smallest ones. */
function file(more: object): string {
  return stringify({ route: { receiver: 'a' }, receivers: [{ name: 'a' }, { name: 'b' }], ...more })
}

function receiversFor(labels: Labels, routes: readonly Route[]): string[] {
  return routesOf(labels, routes).map(receiverOf)
}

/* Alertmanager's routing by itself, from prometheus/alertmanager, dispatch/route.go, `Route.Match`. */

interface Written {
  readonly receiver?: string
  readonly match?: Labels
  readonly match_re?: Labels
  readonly matchers?: readonly string[]
  readonly continue?: boolean
  readonly routes?: readonly Written[]
}

/** What the strings of `matchers` stand for. */
type Meant = Written & { readonly test: (labels: Labels) => boolean; readonly routes: readonly Meant[] }

function referenceReceivers(route: Meant, labels: Labels, above = ''): string[] {
  if (!route.test(labels)) return []
  const receiver = route.receiver ?? above
  const all: string[] = []
  for (const below of route.routes) {
    const found = referenceReceivers(below, labels, receiver)
    all.push(...found)
    if (found.length > 0 && below.continue !== true) break
  }
  return all.length === 0 ? [receiver] : all
}

const names = ['a', 'b', 'c/d']
const arbitraryMap = fc.dictionary(fc.constantFrom('team', 'env'), fc.constantFrom('', 'a', 'ab'), {
  maxKeys: 1,
})

function arbitraryMeant(depth: number, canContinue: boolean): fc.Arbitrary<Meant> {
  return fc
    .record({
      receiver: fc.option(fc.constantFrom(...names), { nil: undefined }),
      match: arbitraryMap,
      match_re: fc.dictionary(fc.constantFrom('team', 'env'), fc.constantFrom('a|b', 'a.*', '.+'), {
        maxKeys: 1,
      }),
      matchers: fc.array(arbitraryMatcher, { maxLength: 2 }),
      isOneLine: fc.boolean(),
      continue: canContinue ? fc.boolean() : fc.constant(false),
      routes:
        depth === 0
          ? fc.constant<Meant[]>([])
          : fc.array(arbitraryMeant(depth - 1, canContinue), { maxLength: 3 }),
    })
    .map(({ matchers, isOneLine, receiver, ...written }) => {
      const lines = matchers.map(formatMatcher)
      const expressions = Object.entries(written.match_re).map(([name, value]) => ({
        name,
        operator: '=~' as const,
        value,
      }))
      return {
        ...written,
        ...(receiver === undefined ? {} : { receiver }),
        matchers: isOneLine && lines.length > 0 ? [`{${lines.join(',')}}`] : lines,
        test: (labels: Labels) =>
          matchesAll([...matchers, ...expressions], labels) &&
          Object.entries(written.match).every(([name, value]) => (labels[name] ?? '') === value),
      }
    })
}

function rootOver(routes: readonly Meant[]): Meant {
  return { receiver: 'a', routes, test: () => true }
}

/** As it stands in the file: a function is left out. */
function written({ test, routes, ...said }: Meant): Written {
  expect(test).toBeTypeOf('function')
  return { ...said, routes: routes.map(written) }
}

async function agrees(routes: readonly Meant[], several: readonly Labels[]): Promise<void> {
  const root = rootOver(routes)
  const text = stringify({ route: written(root), receivers: names.map((name) => ({ name })) })
  const configuration = await loaded(text)
  for (const labels of several)
    expect(receiversFor(labels, configuration.routes)).toEqual(referenceReceivers(root, labels))
}

const severalLabels = fc.array(arbitraryLabels, { minLength: 1, maxLength: 10 })

describe('a configuration of Alertmanager', () => {
  it.each(samples)('is valid once it is imported: %s', async (name) => {
    const path = await folder.write(
      'sample.yaml',
      stringify(importAlertmanager(await sample(name)).configuration),
    )
    const { problems, warnings, configuration } = await validateConfiguration(path)
    expect(problems).toEqual([])
    expect(configuration).toBeDefined()
    expect(warnings()).toEqual([])
  })

  it.each(samples)('never has its secrets copied: %s', async (name) => {
    const text = await sample(name)
    expect(text).toContain('SECRETSECRET')
    expect(JSON.stringify(importAlertmanager(text))).not.toContain('SECRETSECRET')
  })

  it('routes as before, whatever the tree and the labels', () =>
    fc.assert(fc.asyncProperty(fc.array(arbitraryMeant(2, true), { maxLength: 3 }), severalLabels, agrees), {
      numRuns: 150,
    }))

  it('routes as before where it is deeper than routes may be nested here, and nothing says continue', () =>
    fc.assert(fc.asyncProperty(fc.array(arbitraryMeant(5, false), { maxLength: 2 }), severalLabels, agrees), {
      numRuns: 60,
    }))

  it('has no two routes whose alerts would meet in one incident', () =>
    fc.assert(
      fc.asyncProperty(fc.array(arbitraryMeant(2, true), { maxLength: 3 }), async (routes) => {
        const text = stringify({
          route: written(rootOver(routes)),
          receivers: names.map((name) => ({ name })),
        })
        const keys: string[] = []
        const walk = (route: Route) => {
          keys.push(route.key ?? '')
          route.routes?.forEach(walk)
        }
        for (const route of (await loaded(text)).routes) walk(route)
        expect(new Set(keys).size).toBe(keys.length)
      }),
      { numRuns: 60 },
    ))
})

describe('what is taken', () => {
  it('the settings of routes, as they are inherited there', async () => {
    const route = {
      receiver: 'a',
      group_by: ['cluster'],
      routes: [
        {
          match: { x: '1' },
          group_wait: '1m30s',
          mute_time_intervals: ['nights'],
          routes: [{ match: { y: '1' } }],
        },
        { match: { x: '2' }, group_by: ['...'], active_time_intervals: ['nights'] },
      ],
    }
    const nights = { times: [{ start_time: '22:00', end_time: '24:00' }] }
    const configured = { name: 'a', email_configs: [{ to: 'a@example.org' }] }
    const { routes, windows } = await loaded(
      file({
        route,
        receivers: [configured],
        time_intervals: [{ name: 'nights', time_intervals: [nights] }],
      }),
    )
    expect(windows).toEqual({ nights: [{ times: [{ start: '22:00', end: '24:00' }], timeZone: 'UTC' }] })
    const [root] = routes
    expect(root).toMatchObject({ groupBy: ['cluster'], groupWaitMs: 30_000 })
    const [first, second] = root?.routes ?? []
    expect(first).toMatchObject({ groupBy: ['cluster'], groupWaitMs: 90_000, mute: ['nights'] })
    // Times are not inherited there.
    expect(first?.routes?.[0]).toMatchObject({ groupWaitMs: 90_000, mute: [] })
    expect(second).toMatchObject({ groupBy: ['...'], groupWaitMs: 30_000, active: ['nights'] })
  })

  it('inhibition, with a side that says nothing as every alert', async () => {
    const rules = [
      {
        source_match: { severity: 'critical' },
        target_match_re: { severity: 'warning|info' },
        equal: ['a', 'a'],
      },
      { target_matchers: ['severity="info"'] },
    ]
    const { inhibit } = await loaded(file({ inhibit_rules: rules }))
    expect(inhibit).toEqual([
      {
        source: [{ name: 'severity', operator: '=', value: 'critical' }],
        target: [{ name: 'severity', operator: '=~', value: 'warning|info' }],
        equal: ['a'],
      },
      {
        source: [{ name: 'alertname', operator: '=~', value: '.*' }],
        target: [{ name: 'severity', operator: '=', value: 'info' }],
        equal: [],
      },
    ])
  })

  it('receivers, each as a policy that tells channels', async () => {
    const { policies, channels, integrations, users } = await loaded(await sample('teams'))
    expect(policies['payments-pager']?.steps).toEqual([
      { notify: [{ channel: 'payments-pager-pagerduty' }, { channel: 'payments-pager-slack' }] },
    ])
    expect(channels['payments-pager-pagerduty']?.contact).toEqual({
      channel: 'pagerduty',
      routingKey: '${file:/etc/alertmanager/payments.key}',
    })
    expect(channels['night-watch-telegram']?.contact).toEqual({
      channel: 'telegram',
      chatId: '-1001234567890',
      token: '${env:NIGHT_WATCH_TELEGRAM_TOKEN}',
    })
    expect(channels['payments-chat-slack']).toMatchObject({
      title: '#payments',
      contact: { to: 'CREPLACEPAYMENTS' },
    })
    expect(policies['database']?.steps).toEqual([{ notify: ['on-call'] }])
    expect(users['on-call']?.contacts).toEqual([{ channel: 'webhook', url: '${env:ON_CALL_WEBHOOK_URL}' }])
    expect(integrations).toMatchObject({ email: { from: 'alertmanager@shop.example' }, slack: {} })
  })

  it('rooms that follow their alerts, with the times of their route', async () => {
    const receivers = [
      { name: 'a', email_configs: [{ to: 'a@shop.example' }] },
      { name: 'b', webhook_configs: [{ url: 'https://b.example' }] },
      { name: 'none' },
    ]
    const routes = [
      { receiver: 'b', match: { team: 'b' }, group_interval: '90s' },
      { receiver: 'none', match: { team: 'c' } },
      { match: { team: 'd' }, repeat_interval: '1d' },
    ]
    const { routes: read } = await loaded(file({ route: { receiver: 'a', routes }, receivers }))
    const told = (team: string) => routesOf({ team }, read)[0]
    expect(told('a')).toMatchObject({
      tell: ['a-email'],
      groupWaitMs: 30_000,
      groupIntervalMs: 300_000,
      repeatIntervalMs: 14_400_000,
      sendResolved: false,
    })
    expect(told('b')).toMatchObject({ tell: ['b-webhook'], groupIntervalMs: 90_000, sendResolved: true })
    expect(told('c')).toMatchObject({ tell: [] })
    expect(told('d')).toMatchObject({ tell: ['a-email'], repeatIntervalMs: 86_400_000 })
  })

  it('a receiver that tells nobody, as a route that is muted', async () => {
    const { routes, windows } = await loaded(await sample('kube-prometheus'))
    const [route] = routesOf({ alertname: 'InfoInhibitor' }, routes)
    expect(route).toMatchObject({ receiver: 'null', mute: ['always'] })
    expect(windows?.['always']).toEqual([{ times: [{ start: '00:00', end: '24:00' }], timeZone: 'UTC' }])
  })

  it('text as text, and what says nothing as nothing', async () => {
    const routes = [{ match: { a: 'yes', b: '007', c: '' } }]
    const text = file({ route: { receiver: 'null', routes }, receivers: [{ name: 'null' }] }).replace(
      '"007"',
      '007',
    )
    expect((await loaded(text)).routes[0]?.routes?.[0]?.match).toEqual({ a: 'yes', b: '007', c: '' })
    expect(() => importAlertmanager('route: { receiver: null }\nreceivers: [{ name: "null" }]')).toThrow(
      'route.receiver: is required',
    )
  })
})

describe('what is told', () => {
  it.each<[string, string, string, string]>([
    ['teams', 'not', 'receivers[4].opsgenie_configs[0]', 'opsgenie is no channel of Firewatch'],
    ['teams', 'not', 'templates', 'Firewatch writes its own messages'],
    [
      'teams',
      'partly',
      'receivers[3].slack_configs[0]',
      'put the id of #payments in the place of CREPLACEPAYMENTS',
    ],
    ['teams', 'partly', 'receivers[5]', 'policy night-watch, which tells telegram'],
    ['teams', 'full', 'inhibit_rules', 'inhibit, 1 in all'],
    ['teams', 'not', 'global', 'opsgenie_api_key'],
    ['old', 'partly', 'receivers[1].pagerduty_configs[0]', 'Events API v1'],
    ['old', 'full', 'global.resolve_timeout', 'resolveTimeout'],
    ['kube-prometheus', 'partly', 'receivers[3]', 'tells nobody'],
    ['kube-prometheus', 'not', 'receivers[0].slack_configs[0]', 'title'],
  ])('of %s: %s %s: %s', async (name, extent, path, text) => {
    const { report } = importAlertmanager(await sample(name))
    expect(report).toContainEqual({ extent, path, text: expect.stringContaining(text) as string })
  })

  it('which variables are to be filled in: those that the file refers to', async () => {
    for (const name of samples) {
      const { configuration, variables } = importAlertmanager(await sample(name))
      const referred = [...stringify(configuration).matchAll(/\$\{env:(\w+)\}/g)].map(([, one]) => one)
      expect(new Set(referred)).toEqual(new Set(variables.map((variable) => variable.name)))
      expect(new Set(referred).size).toBe(referred.length)
    }
  })
})

describe('what Alertmanager would refuse', () => {
  const deep = (depth: number): object => ({
    match: { a: String(depth) },
    ...(depth === 0 ? { continue: true } : { routes: [deep(depth - 1)] }),
  })
  it.each<[string, string | RegExp]>([
    ['a: [', /flow sequence|Flow sequence/i],
    ['- route', 'the file is no map with "route" and "receivers"'],
    ['receivers: []', 'route: is required'],
    [file({ route: {} }), 'route.receiver: is required'],
    [file({ route: { receiver: 'zoe' } }), 'route.receiver: there is no receiver "zoe"'],
    [file({ route: { receiver: 'a', match: { x: '1' } } }), 'route: the root has no matchers'],
    [file({ route: { receiver: 'a', routes: 'x' } }), 'route.routes: must be a list'],
    [file({ route: { receiver: 'a', group_wait: 'soon' } }), 'route.group_wait: "soon" is not a duration'],
    [
      file({ route: { receiver: 'a', routes: [{ matchers: ['x='] }, { matchers: ['=x'] }] } }),
      'route.routes[1].matchers[0]',
    ],
    [file({ route: { receiver: 'a', routes: [{ match_re: { x: '(' } }] } }), 'route.routes[0].match_re.x'],
    [
      file({ route: { receiver: 'a', routes: [{ mute_time_intervals: ['nights'] }] } }),
      'route.routes[0].mute_time_intervals[0]: there is no time interval "nights"',
    ],
    [
      file({ time_intervals: [{ name: 'x', time_intervals: [{ weekdays: ['funday'] }] }] }),
      'time_intervals[0].time_intervals[0].weekdays: "funday" is not a weekday',
    ],
    [
      file({ route: { receiver: 'a', routes: [deep(6)] } }),
      /says continue: such routes cannot be drawn together/,
    ],
  ])('%j: %s', (text, message) => {
    expect(() => importAlertmanager(text)).toThrow(message)
  })
})

describe('firewatch import alertmanager', () => {
  it('writes the file where it is told to, and never over another', async () => {
    const { importFile, reportText, writeImported } = await import('../../src/cli/import-command.ts')
    const path = await folder.write('alertmanager.yml', await sample('old'))
    const imported = await importFile(path)
    const directory = join(path, '..', 'imported')
    const written = await writeImported(imported, directory)
    expect((await validateConfiguration(written)).problems).toEqual([])
    expect(await readFile(written, 'utf8')).toMatch(
      /^# Imported from alertmanager\.yml\..*\n# Variables to be filled in:\n# {3}TEAM_X/,
    )
    await writeFile(written, 'mine')
    await expect(writeImported(imported, directory)).rejects.toThrow(/is there already/)
    expect(await readFile(written, 'utf8')).toBe('mine')
    expect(reportText(imported)).toMatch(
      /^not taken {2}receivers\[4\]\.victorops_configs\[0\] +victorops is no channel/m,
    )
  })

  it('refuses what it cannot read, and names every path', async () => {
    const { importFile } = await import('../../src/cli/import-command.ts')
    await expect(importFile('/nowhere/am.yml')).rejects.toThrow(/am\.yml cannot be read/)
    const path = await folder.write('bad.yml', file({ route: { receiver: 'zoe' } }))
    await expect(importFile(path)).rejects.toThrow(
      /bad\.yml cannot be imported:\n {2}route\.receiver: there is no/,
    )
  })
})
