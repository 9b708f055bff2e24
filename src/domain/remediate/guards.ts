import type { Configuration } from '../configuration/configuration.ts'
import type {
  AfterRefusal,
  AttemptLimitFinding,
  BlastBudgetFinding,
  BreakerFinding,
  GuardDecision,
  GuardFinding,
  KillSwitchFinding,
  MetricsFinding,
  TargetFinding,
  UnderRepair,
} from './guard-decision.ts'
import { stopsOneRung, switchesFor, type GuardSwitch } from './kill-switch.ts'
import { wasTried, type PastAttempt } from './remediate.ts'
import type { Measurement, RemediationAttempt } from './remediation.ts'
import type { RemediationRung } from '../investigate/runbook.ts'
import type { Verdict } from '../check/verdict.ts'

export const attemptsPerIncident = 3
/** The breaker of an action on a target opens at this many failures … */
export const breakerFailures = 3
/** … in this many last attempts … */
export const breakerWindow = 5
/** … of a day. What failed before that no longer counts: the world has changed, and an attempt is allowed again. */
const breakerMemoryMs = 86_400_000
/** Allowed on top of a check's own rhythm before its verdicts count as stale: a run takes time. */
const freshnessGraceMs = 30_000

/** What an attempt asks for before it may act. */
export interface LeaseRequest {
  readonly attempt: string
  readonly target: string
  readonly group: string
  readonly members: readonly string[]
  /** At most this many members may be under repair at once. */
  readonly budget: number
  readonly at: string
}

export type Lease =
  | { readonly granted: true; readonly fence: number }
  | { readonly granted: false; readonly holders: readonly UnderRepair[] }

/** What the breaker looks at. */
export type EndedAttempt = Pick<RemediationAttempt, 'outcome' | 'effect'> & { readonly finishedAt: string }

/** Everything the guards look at. */
export interface GuardInputs {
  readonly incident: number
  /** Of the incident. */
  readonly service: string
  readonly rung: Pick<RemediationRung, 'action' | 'target'>
  readonly configuration: Pick<Configuration, 'targets' | 'checks'>
  readonly switches: readonly GuardSwitch[]
  /** Former attempts of the incident. */
  readonly past: readonly PastAttempt[]
  /** How the last attempts of this action on this target ended, newest first; only those that were tried. */
  readonly recent: readonly EndedAttempt[]
  /** What runs on other targets of the target's group. */
  readonly underRepair: readonly UnderRepair[]
  /** The newest verdicts of the incident's firing series; `at` is the instant of the decision. */
  readonly measured: Measurement
}

const guards = [target, killSwitch, attemptLimit, breaker, blastBudget, metrics] as const

/** Asks every guard. The first one that refuses decides. */
export function evaluateGuards(inputs: GuardInputs): GuardDecision {
  return decidedBy(guards.map((guard) => guard(inputs)))
}

function decidedBy(findings: readonly GuardFinding[]): GuardDecision {
  const refusal = findings.find(({ allowed }) => !allowed)
  if (refusal === undefined) return { allowed: true, findings }
  return { allowed: false, findings, guard: refusal.guard, next: afterRefusal(refusal) }
}

/** Another action or target may still be allowed where only this one is not. */
function afterRefusal(finding: GuardFinding): AfterRefusal {
  switch (finding.guard) {
    case 'target':
    case 'breaker':
      return 'next-rung'
    case 'kill-switch':
      return finding.thrown.every(stopsOneRung) ? 'next-rung' : 'hand-over'
    case 'attempt-limit':
    case 'blast-budget':
    case 'metrics':
      return 'hand-over'
  }
}

/** The decision on a lease that was not granted: others took the last of the budget since the guards were asked. */
export function leaseRefused(
  { group, members, budget }: Pick<LeaseRequest, 'group' | 'members' | 'budget'>,
  holders: readonly UnderRepair[],
): GuardDecision {
  const size = members.length
  const busy = busyAmong(holders)
  const finding = { guard: 'blast-budget', allowed: false, group, size, budget, busy, holders } as const
  return decidedBy([finding])
}

/** Names of the targets of a group, sorted. */
export function groupMembers(targets: Configuration['targets'], group: string): string[] {
  return Object.values(targets)
    .filter((one) => one.group === group)
    .map(({ name }) => name)
    .toSorted()
}

/** How many targets of a group may be under repair at once: a tenth, at least one. */
export function blastBudgetOf(groupSize: number): number {
  return Math.max(1, Math.floor(groupSize / 10))
}

function target({ rung: { action, target: name }, configuration }: GuardInputs): TargetFinding {
  const missing = missingOf(name, action, configuration)
  return { guard: 'target', allowed: missing === null, action, target: name, missing }
}

function missingOf(
  name: string,
  action: string,
  { targets }: Pick<Configuration, 'targets'>,
): TargetFinding['missing'] {
  if (name === '') return 'name'
  const configured = targets[name]
  if (configured === undefined) return 'target'
  return configured.actions[action] === undefined ? 'action' : null
}

function killSwitch({ incident, service, rung, switches, configuration }: GuardInputs): KillSwitchFinding {
  const services = [service, configuration.targets[rung.target]?.service ?? service]
  const thrown = switchesFor({ incident, services, ...rung }, switches)
  return { guard: 'kill-switch', allowed: thrown.length === 0, thrown }
}

function attemptLimit({ past }: GuardInputs): AttemptLimitFinding {
  const tried = past.filter(wasTried).length
  return { guard: 'attempt-limit', allowed: tried < attemptsPerIncident, tried, most: attemptsPerIncident }
}

function breaker({ rung: { action, target: name }, recent, measured }: GuardInputs): BreakerFinding {
  const since = Date.parse(measured.at) - breakerMemoryMs
  const last = recent.slice(0, breakerWindow).filter(({ finishedAt }) => Date.parse(finishedAt) > since)
  const failures = last.filter(isFailure).length
  const seen = { action, target: name, failures, of: last.length, opensAt: breakerFailures }
  return { guard: 'breaker', allowed: failures < breakerFailures, ...seen }
}

/** An action that was carried out but could not be measured has not failed. */
function isFailure({ outcome, effect }: EndedAttempt): boolean {
  return outcome === 'no-effect' || outcome === 'harmed' || (outcome === 'unknown' && effect !== 'done')
}

function blastBudget({ rung, configuration, underRepair }: GuardInputs): BlastBudgetFinding {
  const group = configuration.targets[rung.target]?.group ?? ''
  const members = groupMembers(configuration.targets, group)
  const budget = blastBudgetOf(members.length)
  const holders = underRepair.filter((one) => one.target !== rung.target && members.includes(one.target))
  const busy = busyAmong(holders)
  return {
    guard: 'blast-budget',
    allowed: busy < budget,
    group,
    size: members.length,
    budget,
    busy,
    holders,
  }
}

function busyAmong(holders: readonly UnderRepair[]): number {
  return new Set(holders.map((one) => one.target)).size
}

function metrics({ configuration, measured }: GuardInputs): MetricsFinding {
  const guard = 'metrics'
  const { verdicts, at } = measured
  if (verdicts.length === 0) return { guard, allowed: false, measured: 'nothing' }
  const ages = verdicts.map(({ bucketAt }) => Date.parse(at) - Date.parse(bucketAt))
  const ageMs = Math.min(...ages)
  if (!verdicts.some((verdict, index) => isFresh(verdict, ages[index] ?? Infinity, configuration)))
    return { guard, allowed: false, measured: 'stale', ageMs }
  if (verdicts.every(({ state }) => state === 'unknown')) {
    const reasons = [...new Set(verdicts.map(({ reason }) => reason))]
    return { guard, allowed: false, measured: 'unknown', reasons }
  }
  return { guard, allowed: true, measured: 'fresh', ageMs }
}

/** In a check's own rhythm its newest bucket began at most a bucket, its lateness and one run ago; one run may fail. */
function isFresh(verdict: Verdict, ageMs: number, { checks }: Pick<Configuration, 'checks'>): boolean {
  const check = checks[verdict.check]
  return check !== undefined && ageMs <= check.bucketMs + check.lateMs + 2 * check.everyMs + freshnessGraceMs
}
