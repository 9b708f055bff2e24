import type {
  ActionConfiguration,
  Check,
  Configuration,
  Metric,
  Route,
} from '../../src/domain/configuration/configuration.ts'
import type { EscalationPolicy } from '../../src/domain/configuration/escalation-policy.ts'
import type { RemediationRung } from '../../src/domain/investigate/runbook.ts'
import { targetOf } from './incident-world.ts'
import { configuration, user } from './pages.ts'
import { rung } from './remediation.ts'

export const minute = 60_000

/** What a test lays down for its incidents. */
export interface IncidentRules {
  readonly policy?: Partial<EscalationPolicy>
  /** Policies beside `default`, by name. */
  readonly policies?: Readonly<Record<string, Partial<EscalationPolicy>>>
  readonly route?: Partial<Route>
  /** What else is configured: schedules, teams, calendars … */
  readonly more?: Partial<Configuration>
  /** Actions of the ladder; none by default. */
  readonly ladder?: readonly string[]
}

const hook = { channel: 'webhook', url: '${env:HOOK}' } as const
const duty = { channel: 'pagerduty', routingKey: '${env:KEY}' } as const

/** Ana has two contacts, Carl none. */
const people = [user('ana', [hook, duty]), user('ben', [hook]), user('carl', []), user('dora', [hook])]

const twoSteps: EscalationPolicy = {
  name: 'default',
  steps: [
    { notify: ['ana'], ackTimeoutMs: 5 * minute },
    { notify: ['ben'], ackTimeoutMs: 10 * minute },
  ],
  repeat: 0,
  fallback: ['dora'],
}

export function incidentConfiguration(number: number, rules: IncidentRules = {}): Configuration {
  const base = configuration(people, { ...twoSteps, ...rules.policy })
  const named = Object.entries(rules.policies ?? {}).map(
    ([name, policy]) => [name, { ...twoSteps, ...policy, name }] as const,
  )
  const target = targetOf(number)
  const action: ActionConfiguration = { kind: 'http', url: 'http://127.0.0.1:1/', timeoutMs: 1_000 }
  const actions = Object.fromEntries((rules.ladder ?? []).map((name) => [name, action]))
  const check = { name: 'likes', service: 'feed', bucketMs: minute, lateMs: 0, everyMs: minute } as Check
  return {
    ...base,
    revision: `r${number}`,
    policies: { ...base.policies, ...Object.fromEntries(named) },
    routes: base.routes.map((route) => ({ ...route, stableForMs: 10 * minute, ...rules.route })),
    checks: { likes: check },
    metrics: { likes: { title: 'Likes per user' } as Metric },
    targets: { [target]: { name: target, service: 'feed', group: target, actions } },
    runbooks: [
      {
        name: 'likes',
        title: 'Likes are down',
        match: { check: ['likes'] },
        evidence: [],
        remediation: (rules.ladder ?? []).map((name): RemediationRung => rung(name, target)),
        causes: [],
        actions: [],
        guidance: '',
        path: 'runbooks/likes.md',
      },
    ],
    ...rules.more,
  }
}
