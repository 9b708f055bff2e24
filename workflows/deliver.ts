import {
  ActivityCancellationType,
  ActivityFailure,
  isCancellation,
  proxyActivities,
  rootCause,
  sleep,
  TimeoutFailure,
} from '@temporalio/workflow'
import type { EscalateActivities } from '../activities/escalate.ts'
import type { PageRef } from '../src/domain/escalate.ts'
import type { FollowUpInput, PageResult } from '../src/domain/escalate-messages.ts'

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

async function send(page: PageRef): Promise<PageResult> {
  for (;;) {
    const result = await trySending(page)
    if (result.waitMs === null) return result
    // Others wait for the same person too: whoever is first takes all of them along.
    await sleep(result.waitMs, { summary: `${page.person} by ${page.channel}: bundled with others` })
  }
}

async function trySending({ id, person, channel }: PageRef): Promise<PageResult> {
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
export function inBackground(
  delivery: Promise<boolean>,
  then: (heard: boolean) => void = () => undefined,
): void {
  delivery.then(then, (error: unknown) => {
    if (!isCancellation(error)) throw error
  })
}
