import {
  ChildWorkflowCancellationType,
  type ChildWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  rootCause,
  sleep,
  startChild,
} from '@temporalio/workflow'
import { defineSearchAttributeKey, WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import type { AutomationStanding } from '../activities/incident.ts'
import type { RemediateActivities } from '../activities/remediate.ts'
import type { Proposal } from '../activities/remediate-guards.ts'
import { incidentName } from '../src/domain/investigate/evidence.ts'
import type { RemediationEnd } from '../src/domain/incident/event.ts'
import { searchAttributeNames } from '../src/domain/incident/messages.ts'
import { explanationSentence } from '../src/domain/remediate/explanation-words.ts'
import {
  attemptId,
  nextRung,
  remediationWorkflowId,
  type Ending,
  type PastAttempt,
  type PlacedRung,
} from '../src/domain/remediate/remediate.ts'
import type { RemediationRung } from '../src/domain/investigate/runbook.ts'
import { remediationAttempt } from './remediation-attempt.ts'

export { remediationAttempt } from './remediation-attempt.ts'

export interface Remediation {
  readonly incident: number
  readonly ladder: readonly RemediationRung[]
  /** How often new measurements come in. */
  readonly sampleEveryMs: number
  /** Whether new attempts may begin, and whether what was wrong is right again. A running attempt finishes and is verified. */
  readonly standing: () => Promise<AutomationStanding>
  /** Says what automation does, in one sentence for people. */
  readonly say: (text: string) => Promise<void>
}

/** How often a target that another incident repairs is asked for, in the time which such a repair may take. */
const mostWaits = 10

/** About half a minute of failures is waited out; then guards that cannot be read refuse. Time without a worker does not count. */
const activities = proxyActivities<RemediateActivities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '10s', maximumAttempts: 6 },
})

/** What must be written down is tried for as long as a store may be away. */
const records = proxyActivities<RemediateActivities>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '1d',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
})

/**
 * Goes down the ladder, one guarded attempt after the other, until one helps or people are better asked. Cancelling it ends the descent
 * and leaves a running attempt to itself.
 */
export async function remediate(remediation: Remediation): Promise<RemediationEnd> {
  const past = await listAttempts(remediation)
  if (past === undefined) return handedOver('what was tried before could not be read.')
  const passedOver = new Set<number>()
  let last: string | undefined
  for (;;) {
    const interrupted = await interruption(remediation)
    if (interrupted !== undefined) return interrupted
    const rung = nextRung(remediation.ladder, past, passedOver)
    if (rung === undefined) return ladderEnded(remediation, last)

    const number = past.length + 1
    const id = attemptId(remediation.incident, number)
    const { outcome, explanation, next } = await tryRung(remediation, number, rung)
    last = `${nameOf(rung)} (${id}). ${explanationSentence(explanation)}`
    if (next === 'end') return { end: outcome === 'helped' ? 'helped' : 'cleared', explanation: last }
    if (next === 'hand-over') return handedOver(last)
    past.push({ id, rung: rung.number, outcome })
    if (outcome === 'refused') passedOver.add(rung.number)
    await remediation.say(last)
  }
}

async function listAttempts({ incident }: Remediation): Promise<PastAttempt[] | undefined> {
  try {
    return await activities.listAttempts.executeWithOptions({ summary: 'what was tried before?' }, [incident])
  } catch (error) {
    if (isCancellation(error)) throw error
    return undefined
  }
}

async function interruption({ standing }: Remediation): Promise<RemediationEnd | undefined> {
  const { stopped, cleared } = await standing()
  if (cleared) return { end: 'cleared', explanation: 'The alerts cleared: no further attempt is needed.' }
  if (stopped) return { end: 'stopped', explanation: 'People have taken over: no new attempt begins.' }
  return undefined
}

function ladderEnded({ ladder }: Remediation, last: string | undefined): RemediationEnd {
  if (last !== undefined) return handedOver(`nothing is left to try. Last try: ${last}`)
  const explanation =
    ladder.length === 0 ? 'The runbook has no remediation.' : 'Every rung of the runbook was tried before.'
  return { end: 'nothing-to-try', explanation }
}

function handedOver(why: string): RemediationEnd {
  return { end: 'handed-over', explanation: `Automation hands over to people: ${why}` }
}

/** Proposal and guards belong to the incident; from the lease on the attempt is a workflow of its own. */
async function tryRung(remediation: Remediation, number: number, rung: PlacedRung): Promise<Ending> {
  const refusal = await refusalOf({ incident: remediation.incident, number, rung })
  if (refusal !== undefined) return refusal
  await remediation.say(`Trying ${nameOf(rung)} (rung ${rung.number} of ${rung.of})`)
  return attemptOnceFree(remediation, attemptId(remediation.incident, number), rung)
}

/** How the rung ends when it may not be tried. Actions fail closed: guards that cannot be read refuse. */
async function refusalOf(proposal: Proposal): Promise<Ending | undefined> {
  const { rung } = proposal
  const summary = `may ${nameOf(rung)} be tried? rung ${rung.number} of ${rung.of}`
  try {
    const permission = await activities.proposeAttempt.executeWithOptions({ summary }, [proposal])
    if (permission.allowed) return undefined
    const { decision, next } = permission
    return { outcome: 'refused', explanation: { kind: 'refused', decision }, next }
  } catch (error) {
    if (isCancellation(error)) throw error
    const explanation = { kind: 'guards-unread', reason: String(rootCause(error)) } as const
    return { outcome: 'refused', explanation, next: 'hand-over' }
  }
}

/** Starts the attempt, waiting for as long as the repair of the same target for another incident may take. */
async function attemptOnceFree(remediation: Remediation, id: string, rung: PlacedRung): Promise<Ending> {
  const { target, timeoutMs, verify } = rung.step
  const everyMs = Math.ceil((timeoutMs + 2 * verify.withinMs) / mostWaits)
  for (let wait = 0; wait < mostWaits; wait++) {
    const child = await startUnlessLocked(remediation, id, rung)
    if (child !== undefined) return resultOf(child, id)
    if (wait === 0)
      await remediation.say(`${target} is being repaired for another incident; waiting for that`)
    const summary = `${target} is locked by another incident's attempt`
    await sleep(everyMs, { summary })
    const interrupted = await interruption(remediation)
    if (interrupted !== undefined) return withdraw(id, interrupted)
  }
  return finish(id, {
    outcome: 'refused',
    explanation: { kind: 'target-locked', target },
    next: 'hand-over',
  })
}

async function startUnlessLocked(
  { incident, sampleEveryMs }: Remediation,
  attempt: string,
  rung: PlacedRung,
) {
  try {
    return await startChild(remediationAttempt, {
      workflowId: remediationWorkflowId(rung.step.target),
      args: [{ attempt, rung, sampleEveryMs }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `${attempt}: ${nameOf(rung)}, rung ${rung.number} of ${rung.of}`,
      typedSearchAttributes: [
        {
          key: defineSearchAttributeKey(searchAttributeNames.incident, 'KEYWORD'),
          value: incidentName(incident),
        },
      ],
    })
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined
    throw error
  }
}

async function resultOf(child: ChildWorkflowHandle<typeof remediationAttempt>, id: string): Promise<Ending> {
  try {
    return await child.result()
  } catch (error) {
    if (isCancellation(error)) throw error
    const explanation = { kind: 'broke-off', reason: String(rootCause(error)) } as const
    return finish(id, { outcome: 'unknown', explanation, next: 'hand-over' })
  }
}

/** An attempt that waited for its target and is no longer wanted. */
function withdraw(id: string, { end }: RemediationEnd): Promise<Ending> {
  return end === 'cleared'
    ? finish(id, { outcome: 'cleared', explanation: { kind: 'cleared', before: 'begin' }, next: 'end' })
    : finish(id, { outcome: 'refused', explanation: { kind: 'people-took-over' }, next: 'next-rung' })
}

async function finish(attempt: string, ending: Ending): Promise<Ending> {
  const { outcome, explanation } = ending
  await records.finishAttempt.executeWithOptions({ summary: `record: ${outcome}` }, [
    { attempt, outcome, explanation },
  ])
  return ending
}

function nameOf({ step }: PlacedRung): string {
  return `${step.action} on ${step.target}`
}
