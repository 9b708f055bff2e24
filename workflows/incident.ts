import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow'
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import type { IncidentActivities } from '../activities/incident.ts'
import { formatDuration } from '../src/domain/duration.ts'
import { incidentName } from '../src/domain/evidence.ts'
import {
  searchText,
  type IncidentAlerts,
  type IncidentPlan,
  type IncidentReading,
} from '../src/domain/incident.ts'
import type { Command } from '../src/domain/incident-messages.ts'
import type { Stage } from '../src/domain/investigate.ts'
import { highestSeverity } from '../src/domain/severity.ts'
import { carriedBy, type Carried } from './incident-carried.ts'
import { listen } from './incident-commands.ts'
import { waitsForRules } from './incident-hearing.ts'
import { acknowledge, holdFor } from './incident-ownership.ts'
import {
  raiseEscalation,
  resumeEscalation,
  sendNotices,
  startEscalation,
  stopEscalation,
  tellEverybody,
} from './incident-paging.ts'
import { startRemediation } from './incident-remediation.ts'
import { beginSituation, enterState, recall, say, type Situation } from './incident-situation.ts'
import { investigate } from './investigate.ts'
import { review } from './post-mortem.ts'

export interface IncidentInput {
  readonly incident: number
  /** What a former run of the same incident hands on. */
  readonly carried?: Carried
  /** An acknowledgement that came while the incident before this one was being closed. */
  readonly acknowledged?: Command
}

/** How long the review waits for evidence that is still being collected and for an attempt that is still being verified. */
const reviewPatience = '1m'

const activities = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumInterval: '10s' },
})

/**
 * The story of one incident, from the first alert until it stayed clear. One per grouping key at a time: its id
 * `incident/<grouping key>` is the lock.
 */
export async function incident({ incident: number, carried, acknowledged }: IncidentInput): Promise<void> {
  const situation = beginSituation(number, carried)
  listen(situation)
  if (acknowledged !== undefined) await acknowledge(situation, acknowledged)
  const reading = await activities.readIncident(number)
  // A signal that was long on its way may have begun a workflow for an incident that is over.
  if (reading.state === 'resolved') situation.state = 'resolved'
  else await goThrough(situation, reading)
  await condition(() => isSettled(situation))
  await makeWay(situation)
}

async function goThrough(situation: Situation, reading: IncidentReading): Promise<void> {
  recall(situation, reading)
  if (situation.acknowledgedBy !== null) holdFor(situation, reading.acknowledgedForMs)
  enterState(situation, reading.plan, 'open')
  let { plan } = reading
  let alerts: IncidentAlerts | null = reading.alerts
  while (alerts !== null) {
    plan = await respond(situation, plan, alerts)
    alerts = await watch(situation, plan)
  }
  await conclude(situation, plan)
}

/** Works on the incident until all its alerts are clear or a person resolves it; returns the plan as it then stands. */
async function respond(
  situation: Situation,
  begun: IncidentPlan,
  read: IncidentAlerts,
): Promise<IncidentPlan> {
  let plan = begun
  let alerts = read
  await startAfreshWhenLong(situation)
  if (isToBeWorkedOn(situation, alerts)) beginResponse(situation, plan)
  while (isToBeWorkedOn(situation, alerts)) {
    if (alerts.severity !== plan.severity) plan = await changeSeverity(situation, plan)
    await condition(() => situation.changed || situation.resolvedBy !== null)
    await startAfreshWhenLong(situation)
    resumeEscalation(situation)
    alerts = await readAlerts(situation)
  }
  situation.responding = false
  stopEscalation(
    situation,
    situation.resolvedBy === null ? 'every alert is clear' : 'the incident was resolved',
  )
  return plan
}

function isToBeWorkedOn({ resolvedBy }: Situation, { firing }: IncidentAlerts): boolean {
  return firing > 0 && resolvedBy === null
}

function beginResponse(situation: Situation, plan: IncidentPlan): void {
  if (situation.responding) return resumeEscalation(situation)
  situation.responding = true
  situation.openings++
  startRemediation(situation, plan)
  startEscalation(situation, plan.remediateFirstMs)
  sendNotices(situation, plan.severity)
  startInvestigation(situation, 'opened')
}

/** Where the alerts stand now; changes that arrive from here on set `changed` again. */
async function readAlerts(situation: Situation): Promise<IncidentAlerts> {
  situation.changed = false
  situation.alertLooks++
  return activities.readAlerts(situation.incident)
}

/** Collects evidence in the background: neither paging nor the end of the incident waits for an answer that does not come. */
function startInvestigation(situation: Situation, stage: Stage): void {
  if (situation.investigated.includes(stage)) return
  situation.investigated = [...situation.investigated, stage]
  situation.investigating++
  void investigate({ incident: situation.incident, stage }).finally(() => {
    situation.investigating--
  })
}

async function changeSeverity(
  situation: Situation,
  { severity, policy }: IncidentPlan,
): Promise<IncidentPlan> {
  const { plan } = await activities.readIncident(situation.incident)
  enterState(situation, plan, 'open')
  const rose = plan.severity !== severity && highestSeverity([plan.severity, severity]) === plan.severity
  const why = `the severity rose from ${severity} to ${plan.severity}`
  sendNotices(situation, plan.severity)
  if (rose) raiseEscalation(situation, { policyChanged: plan.policy !== policy, why })
  return plan
}

/** Waits until it stayed clear for long enough, or a person resolves it. Returns the alerts that fire again, or null once it is closed. */
async function watch(situation: Situation, plan: IncidentPlan): Promise<IncidentAlerts | null> {
  if (situation.resolvedBy === null) {
    const forHowLong = formatDuration(plan.stableForMs)
    await changeState(situation, plan, 'monitoring', `Every alert is clear; watching for ${forHowLong}`)
    startInvestigation(situation, 'mitigated')
  }
  for (;;) {
    const alerts = await readAlerts(situation)
    if (isToBeWorkedOn(situation, alerts)) {
      await changeState(situation, plan, 'open', 'It fires again: back to open')
      return alerts
    }
    if ((await staysAs(situation, plan, alerts)) && (await close(situation, plan, alerts))) return null
  }
}

/**
 * True once nothing changed for long enough, or a person resolves the incident. A signal that brings nothing new does not begin the time
 * anew.
 */
async function staysAs(
  situation: Situation,
  { stableForMs }: IncidentPlan,
  { version }: IncidentAlerts,
): Promise<boolean> {
  const timer = new CancellationScope()
  let over = false
  const summary = `stays clear for ${formatDuration(stableForMs)}?`
  timer.run(() => sleep(stableForMs, { summary })).then(() => (over = true), ignoreCancellation)
  try {
    for (;;) {
      await condition(() => over || situation.changed || situation.resolvedBy !== null)
      if (situation.resolvedBy !== null || !situation.changed) return true
      if ((await readAlerts(situation)).version !== version) return false
    }
  } finally {
    timer.cancel()
  }
}

/** False when an alert changed since `version` was read. A person's word closes it anyway. */
function close(
  situation: Situation,
  { incident: number, stableForMs }: IncidentPlan,
  { version }: IncidentAlerts,
): Promise<boolean> {
  const by = situation.resolvedBy
  const closing = { incident: number, change: ++situation.changes, version, stableForMs }
  return activities.closeIncident(by === null ? closing : { ...closing, by })
}

async function changeState(
  situation: Situation,
  plan: IncidentPlan,
  state: 'open' | 'monitoring',
  summary: string,
): Promise<void> {
  enterState(situation, plan, state)
  say(situation, 'people', summary, null)
  await activities.changeState({ incident: situation.incident, state, change: ++situation.changes, summary })
}

/** What follows a closed incident: the last messages, and its review, which gathers what can still be had soon. */
async function conclude(situation: Situation, plan: IncidentPlan): Promise<void> {
  const { resolvedBy } = situation
  enterState(situation, plan, 'resolved')
  stopEscalation(situation, 'the incident was resolved')
  say(
    situation,
    'people',
    `${resolvedBy === null ? 'It stayed clear' : `${resolvedBy.actor} resolved it`}; its review follows`,
    null,
  )
  await tellEverybody(situation, 'resolved')
  const complete = () => situation.investigating === 0 && situation.remediation === null
  // Nobody waits with a new incident for the review of the old one.
  await condition(() => complete() || situation.successor !== null, reviewPatience, {
    summary: 'evidence under way is awaited for the review',
  })
  situation.remediation?.cancel()
  await startReview(plan)
}

async function startReview({ incident: number, title }: IncidentPlan): Promise<void> {
  const name = incidentName(number)
  try {
    await startChild(review, {
      workflowId: `review/${name}`,
      args: [{ incident: number }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Post-mortem of ${name}: ${searchText(title)}`,
    })
  } catch (error) {
    // Somebody asked for it in the meantime.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
  }
}

/** Nobody waits for anything that this run was asked for. */
function isSettled({ background }: Situation): boolean {
  return allHandlersFinished() && background === 0
}

/** A long incident hands itself on to a fresh history, at a moment when nothing is under way that only this run knows of. */
async function startAfreshWhenLong(situation: Situation): Promise<void> {
  const isBusy = () =>
    situation.resolvedBy !== null ||
    situation.remediation !== null ||
    situation.paging !== null ||
    situation.sending > 0 ||
    situation.investigating > 0 ||
    waitsForRules(situation)
  if (!workflowInfo().continueAsNewSuggested || isBusy()) return
  await condition(() => isBusy() || isSettled(situation))
  if (isBusy()) return
  await continueAsNew<typeof incident>({ incident: situation.incident, carried: carriedBy(situation) })
}

/** A re-fire that arrived while this incident closed has opened the next one under the same key, and its signal came here. */
async function makeWay({ successor, successorAcknowledged }: Situation): Promise<void> {
  if (successor === null) return
  const acknowledged = successorAcknowledged === null ? {} : { acknowledged: successorAcknowledged }
  await continueAsNew<typeof incident>({ incident: successor, ...acknowledged })
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error
}
