import { auditAlertName } from '../domain/audit/alert.ts'
import { heartbeatAlertName, heartbeatLabels } from '../domain/alert/heartbeat-alert.ts'
import { noDataYet } from '../domain/check/first-data.ts'
import { checkFailing, sourceSilent } from '../domain/check/self-alerts.ts'
import { total } from '../domain/check/check.ts'
import { parseDuration } from '../domain/values/duration.ts'
import { firewatch } from '../domain/incident/timeline.ts'
import { endlessMaintenanceFindings } from './endless-maintenance.ts'
import type { Finding } from './problems.ts'
import { repeated } from './repeats.ts'
import { defaultBucket } from './schema/checks.ts'
import { entriesOf, isMap, itemsOf, ofRoutes, type Path, reach, textOf, under } from './written.ts'

/** A check sets these on its alerts; incidents are found by them. */
const reservedLabels = ['alertname', 'check', 'group', 'metric', 'service', 'severity', 'slice']

const reservedNames = [
  ['slices', total, 'always exists: leave it out'],
  ['users', firewatch, 'is Firewatch itself: choose another name'],
  ['checks', sourceSilent, 'is the alert about a source without rows: choose another name'],
  ['checks', auditAlertName, 'is the alert about paging itself: choose another name'],
  ['checks', checkFailing, 'is the alert about a check that cannot measure: choose another name'],
  ['checks', heartbeatAlertName, 'is the alert about a heartbeat: choose another name'],
  ['checks', noDataYet, 'is the alert about what never had any data: choose another name'],
] as const

const dayMs = 86_400_000

const listsWithoutRepeats = [
  'services.*.dependsOn',
  'metrics.*.responsible',
  'slices.*.groups',
  'slices.*.responsible',
  'checks.*.metrics',
  'checks.*.slices',
  'policies.*.steps.*.notify',
  'policies.*.fallback',
  'teams.*.members',
  ...ofRoutes('groupBy'),
  'inhibit.*.equal',
  'runbooks',
]

/** What no single field of `firewatch.yaml` shows. */
export function configurationRuleFindings(configuration: unknown): Finding[] {
  return [
    ...takenNames(configuration),
    ...entriesOf(under(configuration, 'checks')).flatMap(([name, check]) => cadence(['checks', name], check)),
    ...dependsOnItself(configuration),
    ...endlessMaintenanceFindings(configuration),
    ...routesTakeEverything(itemsOf(under(configuration, 'routes'))),
    ...routesAreTold(itemsOf(under(configuration, 'routes')), ['routes']),
    ...channelsHaveAccounts(configuration),
    ...accountsHaveOnePerson(configuration),
    ...listsWithoutRepeats.flatMap((pattern) =>
      reach(configuration, pattern).flatMap(({ path, value }) => repeated(path, itemsOf(value).map(textOf))),
    ),
  ]
}

function dependsOnItself(configuration: unknown): Finding[] {
  return entriesOf(under(configuration, 'services')).flatMap(([service, one]) =>
    itemsOf(under(one, 'dependsOn')).flatMap((name, index): Finding[] =>
      textOf(name) === service
        ? [
            {
              path: ['services', service, 'dependsOn', index],
              message: 'a service does not depend on itself',
            },
          ]
        : [],
    ),
  )
}

function takenNames(configuration: unknown): Finding[] {
  const labels = [
    ...ownLabels(configuration, 'checks', 'check', reservedLabels),
    ...ownLabels(configuration, 'heartbeats', 'heartbeat', heartbeatLabels),
  ]
  const names = reservedNames
    .filter(([section, name]) => under(under(configuration, section), name) !== undefined)
    .map(([section, name, why]) => ({
      path: [section, name],
      message: `"${name}" ${why}`,
      at: 'key' as const,
    }))
  return [...labels, ...names, ...sharedNames(configuration)]
}

/** Labels of `kind`s that are not for people to set. */
function ownLabels(
  configuration: unknown,
  section: string,
  kind: string,
  reserved: readonly string[],
): Finding[] {
  return reach(configuration, `${section}.*.labels.*`)
    .filter(({ path }) => reserved.includes(String(path.at(-1))))
    .map(({ path }) => ({ path, message: `label "${path.at(-1)}" is set by the ${kind} itself`, at: 'key' }))
}

/** Whom a token can be made for, and what is said of a name that another one has already. */
const tokenHolders = [
  [['users'], 'is a user too'],
  [['integrations', 'senders'], 'is a sender too'],
  [['heartbeats'], 'is a heartbeat too'],
] as const

/** A token is made for a name, and the timeline and the audit log name whoever acts. */
function sharedNames(configuration: unknown): Finding[] {
  const at = (path: readonly string[]) => path.reduce<unknown>(under, configuration)
  return tokenHolders.slice(1).flatMap(([path], index) =>
    entriesOf(at(path)).flatMap(([name]): Finding[] => {
      const others = tokenHolders.slice(0, index + 1)
      const other = others.find(([holders]) => under(at(holders), name) !== undefined)
      const who = name === firewatch ? 'is Firewatch itself' : other?.[1]
      if (who === undefined) return []
      return [{ path: [...path, name], message: `"${name}" ${who}: choose another name`, at: 'key' }]
    }),
  )
}

function cadence(path: Path, check: unknown): Finding[] {
  const bucketMs = written(under(check, 'bucket') ?? defaultBucket)
  if (bucketMs === undefined || bucketMs === 0) return []
  const findings: Finding[] = []
  if (dayMs % bucketMs !== 0) {
    findings.push({
      path: [...path, 'bucket'],
      message:
        'must divide a day evenly (such as 5s, 1m, 15m, 1h), so that it lines up with a day and a week ago',
    })
  }
  const everyMs = written(under(check, 'every'))
  if (
    everyMs !== undefined &&
    everyMs > 0 &&
    Math.max(everyMs, bucketMs) % Math.min(everyMs, bucketMs) !== 0
  ) {
    findings.push({
      path: [...path, 'every'],
      message: 'must be a multiple of the bucket, or divide it evenly',
    })
  }
  const silentAfterMs = written(under(check, 'silentAfter'))
  if (silentAfterMs !== undefined && silentAfterMs < bucketMs) {
    findings.push({
      path: [...path, 'silentAfter'],
      message: 'must be at least one bucket: silence is seen bucket by bucket',
    })
  }
  return findings
}

/** Milliseconds of a duration; `undefined` for anything that is none, which the schema reports. */
function written(value: unknown): number | undefined {
  return typeof value === 'string' ? parseDuration(value) : undefined
}

function routesTakeEverything(routes: readonly unknown[]): Finding[] {
  return routes.flatMap((route, index): Finding[] => {
    if (!isMap(route)) return []
    const takesAll = !isChosen(route)
    const isLast = index === routes.length - 1
    if (isLast === takesAll || (takesAll && under(route, 'continue') === true)) return []
    const message = isLast
      ? 'the last route must take everything: leave out its matchers, or put a route without any behind it'
      : 'takes everything, so the routes behind it are never reached: give it a "match" or put it last'
    const key = under(route, 'match') === undefined ? 'matchers' : 'match'
    return [{ path: isLast ? ['routes', index, key] : ['routes', index], message }]
  })
}

function isChosen(route: unknown): boolean {
  const match = under(route, 'match')
  const isMatched = match !== undefined && !(isMap(match) && Object.keys(match).length === 0)
  return isMatched || itemsOf(under(route, 'matchers')).length > 0
}

/** Alerts of two routes meet in no incident: each has to be known by what it is chosen by, or by a name. */
function routesAreTold(routes: readonly unknown[], path: Path): Finding[] {
  const told = routes.map((route) =>
    JSON.stringify(['name', 'match', 'matchers'].map((key) => under(route, key) ?? null)),
  )
  const repeats = routes.flatMap((route, index): Finding[] => {
    const first = told.indexOf(told[index] ?? '')
    if (first === index || !isMap(route)) return []
    const what = under(route, 'name') === undefined ? 'is chosen by the same' : 'has the same name'
    return [
      {
        path: [...path, index],
        message: `${what} as the route ${first + 1} of this list: give it a name of its own`,
      },
    ]
  })
  const below = routes.flatMap((route, index) =>
    routesAreTold(itemsOf(under(route, 'routes')), [...path, index, 'routes']),
  )
  return [...repeats, ...below]
}
/** Channels that go out by an account of the installation's own. */
const channelsWithAccount = ['slack', 'email']

function channelsHaveAccounts(configuration: unknown): Finding[] {
  const integrations = under(configuration, 'integrations')
  return reach(configuration, 'users.*.contacts.*').flatMap(({ path, value }): Finding[] => {
    const channel = textOf(under(value, 'channel')) ?? ''
    if (!channelsWithAccount.includes(channel) || under(integrations, channel) !== undefined) return []
    return [{ path, message: `channel ${channel} needs its account: add "integrations.${channel}"` }]
  })
}

/** A button that two people press at once would have two owners. */
function accountsHaveOnePerson(configuration: unknown): Finding[] {
  return ['slackUser', 'telegramUser'].flatMap((key) => {
    const written = reach(configuration, `users.*.${key}`)
    const first = new Map<string, Path>()
    return written.flatMap(({ path, value }): Finding[] => {
      const account = String(value)
      const other = first.get(account)
      if (other === undefined) first.set(account, path)
      return other === undefined
        ? []
        : [{ path, message: `is the account of user "${String(other[1])}" too` }]
    })
  })
}
