import type { GroupSettings } from '../alert/group-notice.ts'
import type { Labels } from '../alert/alert.ts'
import { routeOfIncident } from '../alert/routing.ts'
import type { Check, Configuration, Route } from '../configuration/configuration.ts'
import type { EscalationPolicy } from '../configuration/escalation-policy.ts'
import { channelPerson } from '../escalate/targets.ts'
import type { Incident, IncidentPlan } from './incident.ts'
import type { Runbook } from '../investigate/runbook.ts'
import type { Severity } from '../values/severity.ts'

/** Verification of an incident without a check behind it looks for new measurements this often. */
const defaultSampleEveryMs = 60_000

/** Revisions from before it could be configured have none. */
export const defaultStillFiringAfterMs = 10 * 60_000

/** The policy that the route of an incident names for a severity. */
export function policyOf(
  configuration: Configuration,
  incident: Pick<Incident, 'labels' | 'route'>,
  severity: Severity,
): EscalationPolicy {
  const { policies } = routeOfIncident(incident, configuration.routes)
  const name = policies[severity] ?? policies.default
  const policy = configuration.policies[name]
  if (policy === undefined)
    throw new Error(
      `the route names policy "${name}", which revision ${configuration.revision} does not have`,
    )
  return policy
}

/** The policy of an incident: by its route, or by the name that a person gave when they applied another. */
export function policyOfIncident(incident: Incident, configuration: Configuration): EscalationPolicy {
  const named = incident.policyName === null ? undefined : configuration.policies[incident.policyName]
  return named ?? policyOf(configuration, incident, incident.severity)
}

/** Which revision an incident's policy comes from: the one it started with, until a person applies a newer one. */
export function policyRevisionOf({ policyRevision, configRevision }: Incident): string {
  return policyRevision ?? configRevision
}

/** The first runbook all of whose matchers hold for these labels. */
export function runbookOf(labels: Labels, runbooks: readonly Runbook[]): Runbook | undefined {
  return runbooks.find(({ match }) =>
    Object.entries(match).every(([name, values]) => values.includes(labels[name] ?? '')),
  )
}

/** What the configuration says should be done about this incident. */
export function planIncident(
  incident: Pick<Incident, 'number' | 'title' | 'service' | 'severity' | 'labels' | 'route'>,
  configuration: Configuration,
  policy: EscalationPolicy,
): IncidentPlan {
  const route = routeOfIncident(incident, configuration.routes)
  const runbook = runbookOf(incident.labels, configuration.runbooks)
  const ladder = runbook?.remediation ?? []
  const group = groupSettings(route)
  const waits = ladder.length > 0 && incident.severity !== 'P0'
  return {
    incident: incident.number,
    title: incident.title,
    service: incident.service,
    severity: incident.severity,
    policy: policy.name,
    runbook: runbook?.name ?? null,
    ladder,
    remediateFirstMs: waits ? (route.remediateFirstMs[incident.severity] ?? 0) : 0,
    stableForMs: route.stableForMs,
    ...(route.flapping === undefined ? {} : { flapping: route.flapping }),
    stillFiringAfterMs: route.stillFiringAfterMs ?? defaultStillFiringAfterMs,
    ...(group === undefined ? {} : { group }),
    sampleEveryMs: checkOf(incident.labels, configuration)?.everyMs ?? defaultSampleEveryMs,
  }
}

/** What Alertmanager does where nothing is said. Source: alertmanager, dispatch/route.go (DefaultRouteOpts). */
const usualIntervalMs = 5 * 60_000

/** What the rooms that follow a route's groups hear; `undefined` where none does and nothing is to be repeated. */
export function groupSettings({
  tell = [],
  groupWaitMs,
  groupIntervalMs,
  repeatIntervalMs,
  sendResolved,
}: Route): GroupSettings | undefined {
  if (tell.length === 0 && repeatIntervalMs === undefined) return undefined
  return {
    rooms: tell.map(channelPerson),
    waitMs: groupWaitMs ?? 0,
    intervalMs: groupIntervalMs ?? usualIntervalMs,
    repeatMs: repeatIntervalMs ?? null,
    sendResolved: sendResolved ?? true,
  }
}

function checkOf(labels: Labels, configuration: Configuration): Check | undefined {
  return configuration.checks[labels['check'] ?? labels['alertname'] ?? '']
}
