import type { Configuration } from '../src/domain/configuration/configuration.ts'
import { seriesOf } from '../src/domain/investigate/investigate.ts'
import { attemptId, type Ending, type PlacedRung } from '../src/domain/remediate/remediate.ts'
import type { AfterRefusal, GuardDecision, StoredDecision } from '../src/domain/remediate/guard-decision.ts'
import {
  blastBudgetOf,
  breakerWindow,
  evaluateGuards,
  groupMembers,
  leaseRefused,
} from '../src/domain/remediate/guards.ts'
import { statesOf, symptomCleared } from '../src/domain/remediate/verify.ts'
import type { Measurement, RemediationAttempt } from '../src/domain/remediate/remediation.ts'
import type { Series } from '../src/domain/check/verdict.ts'
import type { RemediateDependencies } from './remediate-dependencies.ts'
import { configurationOf, tell } from './remediate-record.ts'

/** Series that one attempt watches, those whose alerts fired first. Bounds what a storm of alerts makes it store. */
const seriesWatched = 50

export interface Proposal {
  readonly incident: number
  /** Counts the incident's attempts from 1. */
  readonly number: number
  readonly rung: PlacedRung
}

/** What the guards say to a proposal. */
export type Permission =
  | { readonly allowed: true; readonly decision: StoredDecision }
  | { readonly allowed: false; readonly decision: StoredDecision; readonly next: AfterRefusal }

export async function proposeAttempt(deps: RemediateDependencies, proposal: Proposal): Promise<Permission> {
  const { incident, number, rung } = proposal
  const { action, target } = rung.step
  const id = attemptId(incident, number)
  const { decision, measured } = await askGuards(deps, { id, incident, action, target })
  const at = deps.now().toISOString()
  const named = { id, incident, rung: rung.number, action, target }
  await deps.attempts.propose({ ...named, decision, before: measured, proposedAt: at })
  if (!decision.allowed) {
    await deps.attempts.update(id, { state: 'done', outcome: 'refused', decision, finishedAt: at })
  }
  // A repeat goes by what is stored: a refusal stays one.
  const stored = await deps.attempts.get(id)
  const refused = stored.outcome === 'refused'
  const step = refused ? 'refused' : 'proposed'
  await tell(deps, stored, { step, rung: rung.number, of: rung.of, decision: stored.decision })
  return refused
    ? { allowed: false, decision: stored.decision, next: nextAfterRefusal(stored.decision) }
    : { allowed: true, decision: stored.decision }
}

/** People decide where it is not recorded what follows. */
function nextAfterRefusal(decision: StoredDecision): AfterRefusal {
  return 'next' in decision ? decision.next : 'hand-over'
}

/** A lease with its fence, or how the attempt ends without one. */
export type TakenFence =
  | { readonly granted: true; readonly fence: number }
  | { readonly granted: false; readonly ending: Ending }

export async function takeFence(deps: RemediateDependencies, attempt: string): Promise<TakenFence> {
  const { incident, target } = await deps.attempts.get(attempt)
  const { targets } = await configurationOf(deps, incident)
  const group = targets[target]?.group ?? target
  const members = groupMembers(targets, group)
  const budget = blastBudgetOf(members.length)
  const at = deps.now().toISOString()
  const lease = await deps.guards.lease({ attempt, target, group, members, budget, at })
  if (lease.granted) return lease
  return { granted: false, ending: refusal(leaseRefused({ group, members, budget }, lease.holders)) }
}

/** Whether the act may begin, or how the attempt ends without one. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly ending: Ending }

export async function prepareAttempt(deps: RemediateDependencies, id: string): Promise<Readiness> {
  const attempt = await deps.attempts.get(id)
  const { decision, watched, measured, configuration } = await askGuards(deps, attempt)
  if (watched.length === 0 || symptomCleared(measured)) {
    const explanation = { kind: 'cleared', before: 'act' } as const
    return { ready: false, ending: { outcome: 'cleared', explanation, next: 'end' } }
  }
  if (!decision.allowed) return { ready: false, ending: refusal(decision) }
  await deps.attempts.update(id, { state: 'acting', before: measured })
  await tell(deps, attempt, { step: 'acting', before: statesOf(measured, configuration.metrics) })
  return { ready: true }
}

function refusal(decision: GuardDecision): Ending {
  return { outcome: 'refused', explanation: { kind: 'refused', decision }, next: nextAfterRefusal(decision) }
}

interface Answered {
  readonly decision: GuardDecision
  readonly watched: readonly Series[]
  readonly measured: Measurement
  readonly configuration: Configuration
}

/** Reads all that the guards look at. What cannot be read throws: an unread guard never allows anything. */
async function askGuards(
  deps: RemediateDependencies,
  { id, incident, action, target }: Pick<RemediationAttempt, 'id' | 'incident' | 'action' | 'target'>,
): Promise<Answered> {
  const configuration = await configurationOf(deps, incident)
  const group = configuration.targets[target]?.group
  const members = group === undefined ? [] : groupMembers(configuration.targets, group)
  const watched = await firingSeries(deps, incident)
  const measured = { at: deps.now().toISOString(), verdicts: await deps.verdicts.latest(watched) }
  const past = await deps.attempts.ofIncident(incident)
  const { service } = await deps.incidents.get(incident)
  const decision = evaluateGuards({
    incident,
    service,
    rung: { action, target },
    configuration,
    switches: await deps.guards.switches(),
    past: past.filter((one) => one.id !== id),
    recent: await deps.attempts.lastEnded(action, target, breakerWindow),
    underRepair: await deps.attempts.underRepair(members.filter((member) => member !== target)),
    measured,
  })
  return { decision, watched, measured, configuration }
}

async function firingSeries(deps: RemediateDependencies, incident: number): Promise<Series[]> {
  const alerts = await deps.incidents.alertsOf(incident)
  return alerts
    .filter(({ status }) => status === 'firing')
    .flatMap(({ labels }) => seriesOf(labels) ?? [])
    .slice(0, seriesWatched)
}
