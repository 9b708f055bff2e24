import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  startChild,
  workflowInfo,
} from '@temporalio/workflow'
import type { IncidentActivities } from '../activities/incident.ts'
import { formatDuration } from '../src/domain/duration.ts'
import { incidentName } from '../src/domain/evidence.ts'
import type { IncidentAlerts, IncidentPlan } from '../src/domain/incident.ts'
import { beginSituation, enterState, say, type Carried, type Situation } from './incident-situation.ts'
import { listen } from './incident-commands.ts'
import { startEscalation, stopEscalation, tellEverybody } from './incident-paging.ts'
import { investigate } from './investigate.ts'
import { review } from './post-mortem.ts'
import { remediate } from './remediate.ts'

export interface IncidentInput {
  readonly incident: number
  /** What a former run of the same incident hands on. */
  readonly carried?: Carried
}

/** How long the review waits for evidence that is still being collected. */
const evidencePatience = '1m'

const activities = proxyActivities<IncidentActivities>({ startToCloseTimeout: '10s' })

/**
 * The story of one incident, from the first alert until it stayed clear. One per grouping key at a time: its id
 * `incident/<grouping key>` is the lock.
 */
export async function incident(input: IncidentInput): Promise<void> {
  const situation = beginSituation(input.incident, input.carried)
  listen(situation)
  let plan = await activities.planIncident(input.incident)
  await enterState(situation, plan, 'open')
  do {
    plan = await respond(situation, plan)
  } while (!(await stayedClear(situation, plan)))

  await enterState(situation, plan, 'resolved')
  await tellEverybody(situation, 'resolved')
  await condition(() => situation.investigating === 0, evidencePatience)
  await startChild(review, {
    workflowId: `review/${incidentName(input.incident)}`,
    args: [{ incident: input.incident }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `Post-mortem of ${incidentName(input.incident)}: ${plan.title}`,
  })
  situation.remediation?.cancel()
  await condition(allHandlersFinished)
  // A re-fire that arrived while this closed has opened the next incident under the same key, and its signal came here.
  if (situation.successor !== null) await continueAsNew<typeof incident>({ incident: situation.successor })
}

/** Works on the incident until all its alerts are clear or a person resolves it; returns the plan as it then stands. */
async function respond(situation: Situation, begun: IncidentPlan): Promise<IncidentPlan> {
  let plan = begun
  startInvestigation(situation, 'opened')
  startRemediation(situation, plan)
  startEscalation(situation, plan)
  for (
    let alerts = await read(situation);
    alerts.firing > 0 && situation.resolvedBy === null;
    alerts = await read(situation)
  ) {
    if (alerts.severity !== plan.severity) plan = await changeSeverity(situation, plan)
    await condition(() => situation.changed || situation.resolvedBy !== null)
    await startAfreshWhenLong(situation)
  }
  stopEscalation(
    situation,
    situation.resolvedBy === null ? 'every alert is clear' : 'the incident was resolved',
  )
  return plan
}

/** Where the alerts stand now; changes that arrive from here on set `changed` again. */
async function read(situation: Situation): Promise<IncidentAlerts> {
  situation.changed = false
  return activities.readAlerts(situation.incident)
}

/** Collects evidence in the background: neither paging nor the end of the incident waits for an answer that does not come. */
function startInvestigation(situation: Situation, stage: 'opened' | 'mitigated'): void {
  situation.investigating++
  void investigate({ incident: situation.incident, stage })
    .catch((error: unknown) => (isCancellation(error) ? undefined : say(situation, `Evidence: ${String(error)}`)))
    .finally(() => {
      situation.investigating--
    })
}

/**
 * Goes down the remediation ladder in the background: it neither waits for people nor makes them wait. An attempt is a workflow of its
 * own, so one that still runs when the incident ends is finished and verified all the same.
 */
function startRemediation(situation: Situation, plan: IncidentPlan): void {
  if (situation.remediation !== null || plan.ladder.length === 0) return
  const scope = new CancellationScope()
  situation.remediation = scope
  situation.remediationHelped = false
  void scope
    .run(() => goDownTheLadder(situation, plan))
    .catch((error: unknown) =>
      isCancellation(error) ? undefined : say(situation, `Remediation broke off: ${String(error)}`),
    )
    .finally(() => {
      situation.remediation = null
    })
}

async function goDownTheLadder(situation: Situation, plan: IncidentPlan): Promise<void> {
  const result = await remediate({
    incident: plan.incident,
    ladder: plan.ladder,
    sampleEveryMs: plan.sampleEveryMs,
    stopped: () => situation.automationStoppedBy !== null || situation.acknowledged !== null,
    cleared: () => situation.state !== 'open',
    say: (text) => say(situation, text),
  })
  situation.remediationHelped = result.end === 'helped' || result.end === 'cleared'
  await say(situation, result.explanation)
}

async function changeSeverity(situation: Situation, plan: IncidentPlan): Promise<IncidentPlan> {
  const changed = await activities.planIncident(plan.incident)
  await enterState(situation, changed, 'open')
  if (situation.acknowledged === null) {
    stopEscalation(situation, `the severity changed from ${plan.severity} to ${changed.severity}`)
    startEscalation(situation, { ...changed, remediateFirstMs: 0 })
  }
  return changed
}

/** True when the incident closed; false when it re-fired and is open again. */
async function stayedClear(situation: Situation, plan: IncidentPlan): Promise<boolean> {
  const { incident: number, stableForMs } = plan
  if (situation.resolvedBy === null) {
    await enterState(situation, plan, 'monitoring')
    await record(situation, 'monitoring', `Every alert is clear; watching for ${formatDuration(stableForMs)}`)
    startInvestigation(situation, 'mitigated')
  }
  for (;;) {
    const alerts = await read(situation)
    const by = situation.resolvedBy
    if (by === null && alerts.firing > 0) {
      await enterState(situation, plan, 'open')
      await record(situation, 'open', 'It fires again: back to open')
      return false
    }
    const stable = by !== null || !(await disturbedWithin(situation, stableForMs))
    if (!stable) continue
    const change = ++situation.changes
    const closing = { incident: number, change, version: alerts.version, stableForMs }
    if (await activities.closeIncident(by === null ? closing : { ...closing, by })) return true
  }
}

async function disturbedWithin(situation: Situation, stableForMs: number): Promise<boolean> {
  const summary = `stays clear for ${formatDuration(stableForMs)}?`
  return condition(() => situation.changed || situation.resolvedBy !== null, stableForMs, { summary })
}

async function record(situation: Situation, state: 'open' | 'monitoring', summary: string): Promise<void> {
  await activities.changeState({ incident: situation.incident, state, change: ++situation.changes, summary })
  await say(situation, summary)
}

/** A long incident hands itself on to a fresh history, at a moment when nobody waits for anything of this run. */
async function startAfreshWhenLong(situation: Situation): Promise<void> {
  if (
    !workflowInfo().continueAsNewSuggested ||
    situation.remediation !== null ||
    situation.escalation !== null
  )
    return
  await condition(allHandlersFinished)
  const { acknowledged, automationStoppedBy, nextStep, round, changes } = situation
  await continueAsNew<typeof incident>({
    incident: situation.incident,
    carried: { acknowledged, automationStoppedBy, nextStep, round, changes },
  })
}
