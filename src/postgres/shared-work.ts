import { FairQueue } from '../domain/values/fair-queue.ts'
import { StoreBusy, StoreError } from './errors.ts'

interface Waiting<Item, Result> {
  readonly items: readonly Item[]
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

export interface SharedWorkOptions<Item, Result> {
  /** Does in one statement what several requests ask for, and answers each of them. */
  readonly work: (requests: readonly (readonly Item[])[]) => Promise<Result[]>
  /** Statements at the same time, at most: one that hangs holds up only those that share it. */
  readonly atOnce: number
  /** Most items that requests share a statement for. */
  readonly mostTogether: number
  /** Most items that wait for a statement, as long as each sender has one request among them. */
  readonly mostWaiting: number
  /** Longest that a request waits for its statement to begin, in milliseconds. */
  readonly patienceMs: number
}

/**
 * A request that waited so long finds the statement before it slow, and gets another, as do enough items to fill one. Until then one at a time is
 * best: it costs nearly the same for one item and for a hundred, and what comes in meanwhile shares the next.
 */
const slowMs = 50
const deadlock = '40P01'
/** Items that a sender gets in its turn: ten senders share a statement of the inbox. */
const perTurn = 100
/** Data exceptions and constraint violations: one item may be at fault. */
const ofItems = /^2[23]/

/** Requests that wait at the same time share a statement, by turns of those who sent them, and none waits without an end. */
export function createSharedWork<Item, Result>(options: SharedWorkOptions<Item, Result>) {
  const { atOnce, mostWaiting, mostTogether, patienceMs } = options
  const queue = new FairQueue<Waiting<Item, Result>>({ mostItems: mostWaiting, perTurn })
  let working = 0
  let timer: NodeJS.Timeout | undefined
  let isLooking = false

  async function work(): Promise<void> {
    working++
    while (queue.items() > 0) await workTogether(options.work, queue.take(mostTogether))
    working--
  }

  /** Begins to work, and gives up for those who waited too long. */
  function look(): void {
    clearTimeout(timer)
    timer = undefined
    isLooking = false
    const now = performance.now()
    for (const { reject } of queue.expire(now - patienceMs))
      reject(busy(`nothing could begin within ${patienceMs} ms`))
    const oldest = queue.oldestSince()
    if (oldest === undefined) return
    const worthwhile = now - oldest >= slowMs || queue.items() >= mostTogether
    if (working === 0 || (working < atOnce && worthwhile)) void work()
    if (queue.items() > 0) timer ??= setTimeout(look, slowMs).unref()
  }

  /** Once for all that arrive in the same turn of the event loop: they share the statement. */
  function lookSoon(): void {
    if (isLooking) return
    isLooking = true
    setImmediate(look)
  }

  return {
    /**
     * @param sender who asks: senders take turns, and one that has more waiting than any other gives way where there is no room
     * @throws StoreBusy when the queue is full, or moves too slowly
     */
    add(items: readonly Item[], sender = ''): Promise<Result> {
      return new Promise((resolve, reject) => {
        const request = { size: Math.max(1, items.length), since: performance.now() }
        const refused = queue.push(sender, { ...request, value: { items, resolve, reject } })
        if (refused.length > 0) refuse(refused, queue.isShared())
        if (working === 0 || queue.items() >= mostTogether) lookSoon()
        else timer ??= setTimeout(look, slowMs).unref()
      })
    },
  }

  function refuse(refused: readonly Waiting<Item, Result>[], isShared: boolean): void {
    const reason = isShared
      ? 'this sender has more waiting than any other, and others wait too'
      : `${queue.items()} wait for it already`
    for (const { reject } of refused) reject(busy(reason, isShared))
  }
}

/** @param overShare the sender takes more of what is left than the others */
function busy(reason: string, overShare = false): StoreBusy {
  return new StoreBusy(`PostgreSQL does not keep up: ${reason}`, overShare)
}

/** What is wrong with one request must not fail the others: they are parted until it stands alone. Whatever else fails, fails all. */
async function workTogether<Item, Result>(
  work: SharedWorkOptions<Item, Result>['work'],
  requests: readonly Waiting<Item, Result>[],
  triesLeft = 2,
): Promise<void> {
  try {
    const results = await work(requests.map(({ items }) => items))
    for (const [index, { resolve, reject }] of requests.entries()) {
      const result = results[index]
      if (result === undefined) reject(new Error('not each of the requests was answered'))
      else resolve(result)
    }
  } catch (error) {
    // Two statements met over the same events in another order: PostgreSQL ended ours to let the other one through.
    if (error instanceof StoreError && error.code === deadlock && triesLeft > 0)
      return workTogether(work, requests, triesLeft - 1)
    const isOfItems = error instanceof StoreError && ofItems.test(error.code ?? '')
    if (!isOfItems || requests.length === 1) return requests.forEach(({ reject }) => reject(error))
    const middle = Math.ceil(requests.length / 2)
    await workTogether(work, requests.slice(0, middle))
    await workTogether(work, requests.slice(middle))
  }
}
