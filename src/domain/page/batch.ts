import { queueOrder, queueWaitMs } from './bundle.ts'
import type { Page } from './page.ts'
import type { Severity } from '../values/severity.ts'

/** A page that was claimed to be sent, and what it is about. */
export interface ClaimedPage {
  readonly page: Page
  readonly service: string
  readonly severity: Severity
  /** An earlier try of it may have arrived: it is repeated as it was. */
  readonly wasSending: boolean
  /** When messages over its contact began of late, epoch milliseconds. */
  readonly begun: readonly number[]
  /** When services were last told of over its contact, ISO 8601 in UTC; those of late only. */
  readonly toldAt: Readonly<Record<string, string>>
}

/** What becomes of claimed pages: messages, each with the pages that are bundled in it, and pages whose turn comes later. */
export interface Batch {
  readonly messages: readonly { readonly page: Page; readonly bundled: readonly Page[] }[]
  readonly waits: readonly { readonly page: Page; readonly waitMs: number }[]
}

/**
 * Makes messages of claimed pages. Of one person's one contact the pages of a moment go out as one message, where its channel can bundle, and so do messages
 * of one kind that follow them; of many pages in a short time the next waits. A try that may have arrived is repeated as it was: under the same key, its receiver would not look at anything new.
 * @param now epoch milliseconds
 */
export function batchOf(
  claimed: readonly ClaimedPage[],
  bundles: (page: Page) => boolean,
  now: number,
): Batch {
  const repeated = claimed.filter(({ wasSending }) => wasSending)
  const fresh = claimed.filter(({ wasSending }) => !wasSending)
  const [bundling, single] = [
    fresh.filter(({ page }) => bundles(page)),
    fresh.filter(({ page }) => !bundles(page)),
  ]
  const queues = Map.groupBy(
    bundling,
    ({ page }) => `${page.kind}/${page.channel}/${page.contact}/${page.person}`,
  )
  const queued = [...queues.values()].map((queue) => queueBatch(queue, now))
  return {
    messages: [
      ...repeatedMessages(repeated),
      ...single.map(({ page }) => ({ page, bundled: [] })),
      ...queued.flatMap(({ messages }) => messages),
    ],
    waits: queued.flatMap(({ waits }) => waits),
  }
}

function queueBatch(queue: readonly ClaimedPage[], now: number): Batch {
  const [first, ...others] = inQueueOrder(queue)
  if (first === undefined) return { messages: [], waits: [] }
  // One that was tried before has had its turn, and what follows a message has none.
  const isFree = first.page.kind !== 'page' || queue.some(({ page }) => page.attempts > 1)
  const waitMs = isFree ? 0 : queueWaitMs(first.begun, now, first.severity)
  if (waitMs > 0) return { messages: [], waits: queue.map(({ page }) => ({ page, waitMs })) }
  return { messages: [{ page: first.page, bundled: others.map(({ page }) => page) }], waits: [] }
}

function inQueueOrder(queue: readonly ClaimedPage[]): ClaimedPage[] {
  const byId = new Map(queue.map((one) => [one.page.id, one]))
  const waiting = queue.map(({ page, service, severity }) => ({
    page: page.id,
    service,
    severity,
    createdAt: page.createdAt,
  }))
  const [any] = queue
  return queueOrder(waiting, any?.toldAt ?? {}).flatMap(({ page }) => byId.get(page) ?? [])
}

/** Each with what was bundled the first time. */
function repeatedMessages(repeated: readonly ClaimedPage[]): Batch['messages'] {
  const led = Map.groupBy(repeated, ({ page }) => page.leader ?? page.id)
  return [...led].flatMap(([leader, pages]) => {
    const first = pages.find(({ page }) => page.id === leader) ?? pages[0]
    if (first === undefined) return []
    return [{ page: first.page, bundled: pages.filter((one) => one !== first).map(({ page }) => page) }]
  })
}
