import type { Finding } from './problems.ts'
import { roles } from './schema/people.ts'
import { didYouMean } from '../domain/values/suggestion.ts'
import { entriesOf, isMap, itemsOf, ofRoutes, reach, textOf, under } from './written.ts'

/**
 * What may be referred to. A kind that could not be read is `undefined`: nothing is said about references to it, because the real
 * mistake is reported where it stands.
 */
type Names = Readonly<Record<string, ReadonlySet<string> | undefined>>

/** Where a name stands, and the kind of thing it must be the name of. */
type References = readonly (readonly [pattern: string, kind: string])[]

const configurationReferences: References = [
  ['services.*.owner', 'user or role'],
  ['services.*.dependsOn.*', 'service'],
  ['services.*.maintenance.*.window', 'window'],
  ['metrics.*.source', 'source'],
  ['metrics.*.responsible.*', 'user'],
  ['slices.*.responsible.*', 'user'],
  ['checks.*.service', 'service'],
  ['checks.*.metrics.*', 'metric'],
  ['checks.*.slices.*', 'slice'],
  ['heartbeats.*.service', 'service'],
  ['teams.*.members.*', 'user'],
  ['schedules.*.layers.*.rotation.participants.*', 'user'],
  ['schedules.*.layers.*.rotation.participants.*.*', 'user'],
  ['schedules.*.layers.*.shifts.*.people.*', 'user'],
  ['schedules.*.overrides.*.add', 'user'],
  ['schedules.*.overrides.*.remove', 'user'],
  ['schedules.*.temporary.*.shifts.*.people.*', 'user'],
  ...targetsOf('policies.*.steps.*.notify.*'),
  ...targetsOf('policies.*.fallback.*'),
  ...targetsOf('policies.*.executives.*'),
  ['policies.*.steps.*.during', 'calendar'],
  ...ofRoutes('service').map((pattern) => [pattern, 'service'] as const),
  ...ofRoutes('policies.*').map((pattern) => [pattern, 'policy'] as const),
  ...ofRoutes('tell.*').map((pattern) => [pattern, 'channel'] as const),
  ...ofRoutes('mute.*').map((pattern) => [pattern, 'window'] as const),
  ...ofRoutes('active.*').map((pattern) => [pattern, 'window'] as const),
  ['integrations.senders.*.service', 'service'],
  ['targets.*.service', 'service'],
]

const runbookReferences: References = [
  ['remediation.*.target', 'target'],
  ['causes.*.parent', 'cause'],
  ['causes.*.test.evidence', 'evidence query'],
  ['causes.*.test.remediation', 'action on the ladder'],
  ['actions.*.cause', 'cause'],
  ['actions.*.owner', 'user or role'],
]

/** Where a policy names whom to page: a plain text is a user. */
function targetsOf(pattern: string): References {
  return [
    [pattern, 'user'],
    [`${pattern}.schedule`, 'schedule'],
    [`${pattern}.team`, 'team'],
    [`${pattern}.channel`, 'channel'],
  ]
}

/** Names in `firewatch.yaml` that nothing in it has. */
export function configurationReferenceFindings(configuration: unknown): Finding[] {
  return unknownNames(configuration, configurationReferences, declaredNames(configuration))
}

/** Names in a runbook that neither it nor `firewatch.yaml` has. */
export function runbookReferenceFindings(runbook: unknown, configuration: unknown): Finding[] {
  const names: Names = {
    ...declaredNames(configuration),
    cause: listed(under(runbook, 'causes'), 'id'),
    'evidence query': listed(under(runbook, 'evidence'), 'name'),
    'action on the ladder': listed(under(runbook, 'remediation'), 'action'),
  }
  return [...unknownNames(runbook, runbookReferences, names), ...unknownActions(runbook, configuration)]
}

/** A rung must name an action that its own target has. */
function unknownActions(runbook: unknown, configuration: unknown): Finding[] {
  return itemsOf(under(runbook, 'remediation')).flatMap((rung, index) => {
    const target = textOf(under(rung, 'target'))
    const actions = under(under(under(configuration, 'targets'), target ?? ''), 'actions')
    if (target === undefined || !isMap(actions)) return []
    const reference = [`remediation.${index}.action`, 'action'] as const
    return unknownNames(runbook, [reference], { action: keysOf(actions) }, ` of target "${target}"`)
  })
}

function unknownNames(document: unknown, references: References, names: Names, of = ''): Finding[] {
  return references.flatMap(([pattern, kind]) => {
    const known = names[kind]
    if (known === undefined) return []
    return reach(document, pattern).flatMap(({ path, value }): Finding[] => {
      if (typeof value !== 'string' || value.trim() === '' || known.has(value)) return []
      return [
        { path, message: `no ${kind} "${value}"${of}${didYouMean(value, known) || alternatives(known)}` },
      ]
    })
  })
}

const mostAlternatives = 8

function alternatives(known: ReadonlySet<string>): string {
  if (known.size === 0) return '; there is none'
  return known.size > mostAlternatives ? '' : `; there is ${[...known].join(', ')}`
}

function declaredNames(configuration: unknown): Names {
  const section = (key: string) =>
    configuration === undefined ? undefined : keysOf(under(configuration, key) ?? {})
  const users = section('users')
  return {
    service: section('services'),
    source: section('sources'),
    metric: section('metrics'),
    slice: section('slices')?.union(new Set(['total'])),
    user: users,
    'user or role': users?.union(new Set(roles)),
    team: section('teams'),
    channel: section('channels'),
    schedule: section('schedules'),
    calendar: section('calendars'),
    policy: section('policies'),
    window: section('windows'),
    target: section('targets'),
  }
}

function keysOf(map: unknown): Set<string> | undefined {
  return isMap(map) ? new Set(entriesOf(map).map(([key]) => key)) : undefined
}

function listed(list: unknown, key: string): Set<string> | undefined {
  if (list !== undefined && !Array.isArray(list)) return undefined
  return new Set(itemsOf(list).flatMap((item) => textOf(under(item, key)) ?? []))
}
