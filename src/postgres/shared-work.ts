import { StoreError } from './errors.ts'

interface Waiting<Item, Result> {
  readonly items: readonly Item[]
  /** By {@link performance.now}. */
  readonly since: number
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
  /** Most items that wait for a statement. */
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
/** Data exceptions and constraint violations: one item may be at fault. */
const ofItems = /^2[23]/

/** Requests that wait at the same time share a statement, and none waits without an end. */
export function createSharedWork<Item, Result>(options: SharedWorkOptions<Item, Result>) {
  const { atOnce, mostWaiting, patienceMs } = options
  const waiting: Waiting<Item, Result>[] = []
  let waitingItems = 0
  let working = 0
  let timer: NodeJS.Timeout | undefined

  function take(most: number): Waiting<Item, Result>[] {
    const taken: Waiting<Item, Result>[] = []
    let items = 0
    for (const one of waiting) {
      if (taken.length > 0 && items + one.items.length > most) break
      taken.push(one)
      items += one.items.length
    }
    waiting.splice(0, taken.length)
    waitingItems -= items
    return taken
  }

  async function work(): Promise<void> {
    working++
    while (waiting.length > 0) await workTogether(options.work, take(options.mostTogether))
    working--
  }

  /** Begins to work, and gives up for those who waited too long. */
  function look(): void {
    clearTimeout(timer)
    timer = undefined
    const now = performance.now()
    while (waiting[0] !== undefined && now - waiting[0].since >= patienceMs) {
      for (const { reject } of take(1)) reject(busy(`nothing could begin within ${patienceMs} ms`))
    }
    const [oldest] = waiting
    if (oldest === undefined) return
    const worthwhile = now - oldest.since >= slowMs || waitingItems >= options.mostTogether
    if (working === 0 || (working < atOnce && worthwhile)) void work()
    if (waiting.length > 0) timer ??= setTimeout(look, slowMs).unref()
  }

  return {
    /** @throws StoreError `retry` when the queue is full, or moves too slowly */
    add(items: readonly Item[]): Promise<Result> {
      if (waitingItems > 0 && waitingItems + items.length > mostWaiting) {
        return Promise.reject(busy(`${waitingItems} wait for it already`))
      }
      return new Promise((resolve, reject) => {
        waiting.push({ items, since: performance.now(), resolve, reject })
        waitingItems += items.length
        // Those that arrive in the same turn of the event loop share the statement.
        if (working === 0 || waitingItems >= options.mostTogether) setImmediate(look)
        else timer ??= setTimeout(look, slowMs).unref()
      })
    },
  }
}

function busy(reason: string): StoreError {
  return new StoreError('retry', new Error(`PostgreSQL does not keep up: ${reason}`))
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
