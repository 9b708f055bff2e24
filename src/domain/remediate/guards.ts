import type { Configuration } from '../configuration/configuration.ts'
import { formatDuration } from '../values/duration.ts'
import { stopsOneRung, switchesFor, switchWords, type GuardSwitch } from './kill-switch.ts'
import { wasTried, type Next, type PastAttempt } from './remediate.ts'
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

/** An attempt that runs. */
export interface UnderRepair {
  readonly attempt: string
  readonly target: string
}

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

export type GuardName = 'target' | 'kill-switch' | 'attempt-limit' | 'breaker' | 'blast-budget' | 'metrics'

/** What one guard found, in words for people, and what a refusal of it means for the ladder. */
export interface GuardFinding {
  readonly guard: GuardName
  readonly allowed: boolean
  readonly reason: string
  readonly ifRefused: Exclude<Next, 'end'>
}

/** The decision on an attempt. `reason` tells the refusal, or everything that was looked at. */
export type GuardDecision =
  | { readonly allowed: true; readonly reason: string }
  | {
      readonly allowed: false
      readonly guard: GuardName
      readonly reason: string
      readonly next: Exclude<Next, 'end'>
    }

/** Asks every guard. The first one that refuses decides. */
export function evaluateGuards(inputs: GuardInputs): GuardDecision {
  const findings = [target, killSwitch, attemptLimit, breaker, blastBudget, metrics].map((guard) =>
    guard(inputs),
  )
  const refusal = findings.find(({ allowed }) => !allowed)
  if (refusal !== undefined) {
    return { allowed: false, guard: refusal.guard, reason: refusal.reason, next: refusal.ifRefused }
  }
  return { allowed: true, reason: findings.map(({ reason }) => reason).join('; ') }
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

function target({ rung, configuration }: GuardInputs): GuardFinding {
  const finding = { guard: 'target', ifRefused: 'next-rung' } as const
  const configured = configuration.targets[rung.target]
  if (rung.target === '')
    return {
      ...finding,
      allowed: false,
      reason: `${rung.action} names no target; an empty target never means all`,
    }
  if (configured === undefined)
    return { ...finding, allowed: false, reason: `there is no target "${rung.target}" in the configuration` }
  if (configured.actions[rung.action] === undefined) {
    return {
      ...finding,
      allowed: false,
      reason: `target ${rung.target} has no action "${rung.action}" in the configuration`,
    }
  }
  return { ...finding, allowed: true, reason: `${rung.target} offers ${rung.action}` }
}

function killSwitch({ incident, service, rung, switches, configuration }: GuardInputs): GuardFinding {
  const services = [service, configuration.targets[rung.target]?.service ?? service]
  const thrown = switchesFor({ incident, services, ...rung }, switches)
  const ifRefused = thrown.length > 0 && thrown.every(stopsOneRung) ? 'next-rung' : 'hand-over'
  return {
    guard: 'kill-switch',
    allowed: thrown.length === 0,
    reason: thrown.length === 0 ? 'no kill switch is thrown' : thrown.map(switchWords).join('; '),
    ifRefused,
  }
}

function attemptLimit({ past }: GuardInputs): GuardFinding {
  const tried = past.filter(wasTried).length
  const allowed = tried < attemptsPerIncident
  const reason = allowed
    ? `attempt ${tried + 1} of at most ${attemptsPerIncident}`
    : `the incident has had its ${attemptsPerIncident} attempts`
  return { guard: 'attempt-limit', allowed, reason, ifRefused: 'hand-over' }
}

function breaker({ rung, recent, measured }: GuardInputs): GuardFinding {
  const since = Date.parse(measured.at) - breakerMemoryMs
  const last = recent.slice(0, breakerWindow).filter(({ finishedAt }) => Date.parse(finishedAt) > since)
  const failures = last.filter(isFailure).length
  const record = `${failures} of the last ${last.length} attempts of ${rung.action} on ${rung.target} failed`
  const allowed = failures < breakerFailures
  const reason = allowed
    ? `the breaker is closed: ${record}`
    : `the breaker is open: ${record} within a day; people act themselves until that is over`
  return { guard: 'breaker', allowed, reason, ifRefused: 'next-rung' }
}

/** An action that was carried out but could not be measured has not failed. */
function isFailure({ outcome, effect }: EndedAttempt): boolean {
  return outcome === 'no-effect' || outcome === 'harmed' || (outcome === 'unknown' && effect !== 'done')
}

function blastBudget({ rung, configuration, underRepair }: GuardInputs): GuardFinding {
  const group = configuration.targets[rung.target]?.group ?? ''
  const members = groupMembers(configuration.targets, group)
  const budget = blastBudgetOf(members.length)
  const others = underRepair.filter((one) => one.target !== rung.target && members.includes(one.target))
  const busy = new Set(others.map((one) => one.target)).size
  const allowed = busy < budget
  const reason = allowed
    ? `${busy} of ${members.length} in group ${group} under repair, ${budget} allowed`
    : blastBudgetRefusal(group, budget, others)
  return { guard: 'blast-budget', allowed, reason, ifRefused: 'hand-over' }
}

/** Why the blast budget of a group permits no further repair. */
export function blastBudgetRefusal(group: string, budget: number, holders: readonly UnderRepair[]): string {
  const names = holders.map((one) => `${one.target} by ${one.attempt}`).join(', ')
  return `only ${budget} of group ${group} may be under repair at once, and it is: ${names}`
}

function metrics({ configuration, measured }: GuardInputs): GuardFinding {
  const finding = { guard: 'metrics', ifRefused: 'hand-over' } as const
  const { verdicts, at } = measured
  if (verdicts.length === 0) {
    return {
      ...finding,
      allowed: false,
      reason: 'no check measures what fires here, so nobody could tell whether an action helped',
    }
  }
  const ages = verdicts.map(({ bucketAt }) => Date.parse(at) - Date.parse(bucketAt))
  const age = formatDuration(Math.min(...ages))
  if (!verdicts.some((verdict, index) => isFresh(verdict, ages[index] ?? Infinity, configuration))) {
    return {
      ...finding,
      allowed: false,
      reason: `the newest measurement is stale: its bucket began ${age} ago`,
    }
  }
  if (verdicts.every(({ state }) => state === 'unknown')) {
    const reasons = [...new Set(verdicts.map(({ reason }) => reason))].join(', ')
    return { ...finding, allowed: false, reason: `the newest measurements are unknown (${reasons})` }
  }
  return { ...finding, allowed: true, reason: `the newest measurement's bucket began ${age} ago` }
}

/** In a check's own rhythm its newest bucket began at most a bucket, its lateness and one run ago; one run may fail. */
function isFresh(verdict: Verdict, ageMs: number, { checks }: Pick<Configuration, 'checks'>): boolean {
  const check = checks[verdict.check]
  return check !== undefined && ageMs <= check.bucketMs + check.lateMs + 2 * check.everyMs + freshnessGraceMs
}
