import { StoreError } from './errors.ts'

interface Waiting<Item, Result> {
  readonly items: readonly Item[]
  /** By {@link performance.now}. */
  readonly since: number
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

export interface WriteQueueOptions<Item, Result> {
  /** Stores what several requests brought, and answers each of them. */
  readonly write: (requests: readonly (readonly Item[])[]) => Promise<Result[]>
  /** Writes at the same time, at most: one that hangs holds up only those that share it. */
  readonly writers: number
  /** Most items that requests share a write for. */
  readonly mostTogether: number
  /** Most items that wait for a write. */
  readonly mostWaiting: number
  /** Longest that a request waits for its write to begin, in milliseconds. */
  readonly patienceMs: number
}

/** Enough to keep PostgreSQL busy while we prepare the next; a commit costs the same for one alert and for a thousand, so more would share less. */
const usualWriters = 2
/** A request that waited so long finds the usual writers slow, and gets another. */
const slowMs = 50
const deadlock = '40P01'

/** Requests that wait at the same time share a write, and none waits without an end. */
export function createWriteQueue<Item, Result>(options: WriteQueueOptions<Item, Result>) {
  const { writers, mostWaiting, patienceMs } = options
  const waiting: Waiting<Item, Result>[] = []
  let waitingItems = 0
  let writing = 0
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
    writing++
    while (waiting.length > 0) await writeTogether(options.write, take(options.mostTogether))
    writing--
  }

  /** Begins writes, and gives up for those who waited too long. */
  function look(): void {
    clearTimeout(timer)
    timer = undefined
    const now = performance.now()
    while (waiting[0] !== undefined && now - waiting[0].since >= patienceMs) {
      for (const { reject } of take(1)) reject(busy(`no write could begin within ${patienceMs} ms`))
    }
    const [oldest] = waiting
    if (oldest === undefined) return
    const wanted = now - oldest.since >= slowMs ? writers : Math.min(usualWriters, writers)
    if (writing < wanted) void work()
    if (waiting.length > 0) timer ??= setTimeout(look, slowMs).unref()
  }

  return {
    /** @throws StoreError `retry` when the queue is full, or moves too slowly */
    add(items: readonly Item[]): Promise<Result> {
      if (waitingItems > 0 && waitingItems + items.length > mostWaiting) {
        return Promise.reject(busy(`${waitingItems} wait to be stored already`))
      }
      return new Promise((resolve, reject) => {
        waiting.push({ items, since: performance.now(), resolve, reject })
        waitingItems += items.length
        // Those that arrive in the same turn of the event loop share the write.
        if (writing < usualWriters) setImmediate(look)
        else timer ??= setTimeout(look, slowMs).unref()
      })
    },
  }
}

function busy(reason: string): StoreError {
  return new StoreError('retry', new Error(`PostgreSQL does not keep up: ${reason}`))
}

/** What is wrong with one request must not fail the others: they are parted until it stands alone. What passes fails all, who try again. */
async function writeTogether<Item, Result>(
  write: WriteQueueOptions<Item, Result>['write'],
  requests: readonly Waiting<Item, Result>[],
  triesLeft = 2,
): Promise<void> {
  try {
    const results = await write(requests.map(({ items }) => items))
    for (const [index, { resolve, reject }] of requests.entries()) {
      const result = results[index]
      if (result === undefined) reject(new Error('a write did not answer each of its requests'))
      else resolve(result)
    }
  } catch (error) {
    // Two writes met over the same events in another order: PostgreSQL ended ours to let the other one through.
    if (error instanceof StoreError && error.code === deadlock && triesLeft > 0)
      return writeTogether(write, requests, triesLeft - 1)
    const isFinal = error instanceof StoreError && error.fault === 'final'
    if (!isFinal || requests.length === 1) return requests.forEach(({ reject }) => reject(error))
    const middle = Math.ceil(requests.length / 2)
    await writeTogether(write, requests.slice(0, middle))
    await writeTogether(write, requests.slice(middle))
  }
}
