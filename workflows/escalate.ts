import {
  ActivityCancellationType,
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow'
import type { EscalateActivities } from '../activities/escalate.ts'
import { formatDuration } from '../src/domain/duration.ts'
import type {
  EnterStepInput,
  EnterStepResult,
  EscalationPosition,
  FollowUpInput,
  PageRef,
  PageResult,
} from '../src/domain/escalate.ts'

const activities = proxyActivities<EscalateActivities>({ startToCloseTimeout: '10s' })

/**
 * Sends are tried again here and nowhere else: four tries within about four seconds, for a person should hear soon, by the next contact or
 * from the next step, when a provider does not take the page. A provider's own Retry-After comes with the error.
 */
const sends = proxyActivities<EscalateActivities>({
  // One that is under way is waited for: a provider must never hear of an acknowledgement before the page.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  startToCloseTimeout: '15s',
  scheduleToCloseTimeout: '60s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumAttempts: 4 },
})

export interface Escalation {
  readonly incident: number
  readonly from: EscalationPosition
  /** Somebody asked for the next step at once. */
  readonly urged: () => boolean
  /** A step was entered; `next` is where the escalation goes from there. */
  readonly entered: (position: EscalationPosition, next: EscalationPosition | null) => void
  /** Why paging was stopped, once it is. */
  readonly why: () => string
  readonly say: (text: string) => Promise<void>
}

/**
 * Goes through the policy's steps until somebody acknowledges, which cancels the scope this runs in; pages not yet handed to a provider are
 * then cancelled too. A policy without a further step pages its fallback: nobody is left waiting for silence.
 */
export async function escalate(escalation: Escalation): Promise<void> {
  try {
    for (let at: EscalationPosition | null = escalation.from; at !== null; )
      at = await goThroughStep(escalation, at)
    await exhaust(escalation)
  } catch (error) {
    if (isCancellation(error)) {
      const cancelling = { incident: escalation.incident, reason: escalation.why() }
      await CancellationScope.nonCancellable(() => activities.cancelPages(cancelling))
    }
    throw error
  }
}

async function goThroughStep(
  escalation: Escalation,
  at: EscalationPosition,
): Promise<EscalationPosition | null> {
  const { incident } = escalation
  const step = await enterStep({ incident, ...at })
  escalation.entered(at, step.next)
  if (step.nobody) return step.next
  const people = step.pages.map(({ person }) => person).join(', ')
  await escalation.say(
    `Paging ${people} (step ${at.step}); next step in ${formatDuration(step.ackTimeoutMs)}`,
  )
  let reached: boolean | null = null
  void deliverAll(step.pages).then((heard) => {
    reached = heard
  }, ignoreCancellation)
  const summary = `step ${at.step}: waits for an acknowledgement by ${people}`
  await condition(() => reached === false || escalation.urged(), step.ackTimeoutMs, { summary })
  return step.next
}

/** Who is paged is worked out and stored as one thing: a cancellation in the middle must leave no page that nobody looks after. */
function enterStep(input: EnterStepInput): Promise<EnterStepResult> {
  const summary = `who is paged at step ${input.step}`
  return CancellationScope.nonCancellable(() =>
    activities.queueStepPages.executeWithOptions({ summary }, [input]),
  )
}

async function exhaust({ incident, from, say }: Escalation): Promise<void> {
  const pages = await CancellationScope.nonCancellable(() =>
    activities.queueFallbackPages({ incident, round: from.round }),
  )
  const people = pages.map(({ person }) => person).join(', ')
  await say(
    people === ''
      ? 'Every step is exhausted and there is no fallback'
      : `Every step is exhausted; paging ${people}`,
  )
  await deliverAll(pages)
}

/** Messages after a page: who was paged hears that somebody has it, or that it is over. */
export async function followUp(input: FollowUpInput): Promise<void> {
  await deliverAll(await activities.queueFollowUps(input))
}

/** True when at least one of the pages, or one sent in its place over the person's next contact, was taken by a provider. */
async function deliverAll(pages: readonly PageRef[]): Promise<boolean> {
  const heard = await Promise.all(pages.map(deliver))
  return heard.includes(true)
}

async function deliver(page: PageRef): Promise<boolean> {
  const { state, next } = await send(page)
  if (next !== null) return deliver(next)
  return state === 'sent' || state === 'delivered' || state === 'unknown'
}

async function send({ id, person, channel }: PageRef): Promise<PageResult> {
  try {
    return await sends.deliverPage.executeWithOptions({ summary: `${person} by ${channel}` }, [{ page: id }])
  } catch (error) {
    if (isCancellation(error)) throw error
    return activities.failPage({ page: id, reason: messageOf(error) })
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error
}
