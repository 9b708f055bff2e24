import {
  ActivityCancellationType,
  ActivityFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  proxyActivities,
  rootCause,
  TimeoutFailure,
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

const activities = proxyActivities<EscalateActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumInterval: '10s' },
})

/**
 * Sends are tried again here and nowhere else: four tries within about four seconds, for a person should hear soon, by the next contact or
 * from the next step, when a provider does not take the page. A provider's own Retry-After comes with the error.
 */
const sends = proxyActivities<EscalateActivities>({
  // One that is under way is waited for: a provider must never hear of an acknowledgement before the page.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  startToCloseTimeout: '15s',
  scheduleToStartTimeout: '30s',
  scheduleToCloseTimeout: '60s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumAttempts: 4 },
})

/** How often a page is taken up again that no worker was there for. Each time stands for half a minute or more without one. */
const mostOutages = 3

export interface Escalation {
  readonly incident: number
  readonly from: EscalationPosition
  /** How often somebody asked for the next step at once. */
  readonly urges: () => number
  /** True when what is left is not to be begun here: another run of the incident goes on with it. */
  readonly handsOn: (at: EscalationPosition) => boolean
  /** A step was entered; `next` is where the escalation goes from there. After the last step, the fallback is entered with null. */
  readonly entered: (at: EscalationPosition, next: EscalationPosition | null) => void
  /** Sends pages, in the background as far as the caller wants; true when one of them reached somebody. */
  readonly deliver: (pages: readonly PageRef[]) => Promise<boolean>
  /** True when no page is being sent. */
  readonly idle: () => boolean
  /** Why paging was stopped, once it is. */
  readonly why: () => string
  readonly say: (text: string) => void
}

/**
 * Goes through the policy's steps until somebody acknowledges, which cancels the scope this runs in; pages not yet handed to a provider are
 * then cancelled too. A policy without a further step pages its fallback: nobody is left waiting for silence.
 */
export async function escalate(escalation: Escalation): Promise<void> {
  try {
    let at: EscalationPosition | null = escalation.from
    while (at !== null && !escalation.handsOn(at)) {
      const next: EscalationPosition | null = await goThroughStep(escalation, at)
      at = next ?? (await exhaust(escalation, at))
    }
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
  const { incident, urges } = escalation
  goOnUnlessCancelled()
  const step = await enterStep({ incident, ...at })
  escalation.entered(at, step.next)
  goOnUnlessCancelled()
  if (step.nobody) return step.next
  const before = urges()
  let reached: boolean | null = null
  inBackground(escalation.deliver(step.pages), (heard) => {
    reached = heard
  })
  // Only now: the page tells what automation does, and must not wait for a sentence about itself.
  const people = namesOf(step.pages)
  escalation.say(`Paging ${people} (step ${at.step}); next step in ${formatDuration(step.ackTimeoutMs)}`)
  const summary = `step ${at.step}: waits for an acknowledgement by ${people}`
  await condition(() => reached === false || urges() > before, step.ackTimeoutMs, { summary })
  return step.next
}

/** Pages the fallback, and ends once no page is under way. Asked to escalate meanwhile, the steps begin anew. */
async function exhaust(escalation: Escalation, at: EscalationPosition): Promise<EscalationPosition | null> {
  const { incident, urges, idle } = escalation
  goOnUnlessCancelled()
  const pages = await CancellationScope.nonCancellable(() =>
    activities.queueFallbackPages({ incident, round: at.round }),
  )
  escalation.entered(at, null)
  goOnUnlessCancelled()
  const before = urges()
  inBackground(escalation.deliver(pages))
  const then = pages.length === 0 ? 'there is no fallback to page' : `paging the fallback, ${namesOf(pages)}`
  escalation.say(`Every step is exhausted and nobody acknowledged; ${then}`)
  await condition(() => idle() || urges() > before)
  return urges() > before ? { step: 1, round: at.round + 1 } : null
}

/** Who is paged is worked out and stored as one thing: a cancellation in the middle must leave no page that nobody looks after. */
function enterStep(input: EnterStepInput): Promise<EnterStepResult> {
  const summary = `who is paged at step ${input.step}`
  return CancellationScope.nonCancellable(() =>
    activities.queueStepPages.executeWithOptions({ summary }, [input]),
  )
}

function goOnUnlessCancelled(): void {
  if (CancellationScope.current().consideredCancelled)
    throw new CancelledFailure('paging was stopped while a step was entered')
}

function namesOf(pages: readonly PageRef[]): string {
  return pages.map(({ person }) => person).join(', ')
}

/** Messages after a page: who was paged hears that somebody has it, or that it is over. */
export async function followUp(input: FollowUpInput): Promise<void> {
  await deliverAll(await activities.queueFollowUps(input))
}

/**
 * True when at least one of the pages, or one sent in its place over the person's next contact, was taken by a provider. Ends when none of
 * them is under way any more, also when it was cancelled.
 */
export async function deliverAll(pages: readonly PageRef[]): Promise<boolean> {
  const ended = await Promise.allSettled(pages.map(deliver))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  return ended.some((one) => one.status === 'fulfilled' && one.value)
}

async function deliver(page: PageRef): Promise<boolean> {
  const { state, next } = await send(page)
  if (next !== null) return deliver(next)
  return state === 'sent' || state === 'delivered' || state === 'unknown'
}

async function send({ id, person, channel }: PageRef): Promise<PageResult> {
  const summary = `${person} by ${channel}`
  for (let outages = 0; ; outages++) {
    try {
      return await sends.deliverPage.executeWithOptions({ summary }, [{ page: id }])
    } catch (error) {
      if (isCancellation(error)) throw error
      if (workerWasAway(error) && outages < mostOutages) continue
      return activities.failPage({ page: id, reason: rootCause(error) ?? String(error) })
    }
  }
}

/** Nobody took the page up, or whoever did died: that says nothing about its provider, and under its key a second try does no harm. */
function workerWasAway(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined
  return cause instanceof TimeoutFailure && cause.timeoutType !== 'START_TO_CLOSE'
}

/** Sends that go on while the next step is awaited. Whoever stops paging looks after those that were cancelled. */
function inBackground(delivery: Promise<boolean>, then: (heard: boolean) => void = () => undefined): void {
  delivery.then(then, (error: unknown) => {
    if (!isCancellation(error)) throw error
  })
}
