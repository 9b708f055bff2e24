import { setTimeout as delay } from 'node:timers/promises'
import { createBatches, type BatchDependencies } from './batches.ts'
import { pauseAfterMs } from './held-rows.ts'

export interface DispatcherDependencies extends BatchDependencies {
  /** Calls back when rows may have come in. */
  readonly listen: (onNotify: () => void) => { stop(): Promise<void> }
  /** Rows taken at once. */
  readonly batch?: number
  /** How long a row may wait unnoticed when its notification got lost. */
  readonly pollMs?: number
}

/**
 * Where alerts come in faster than they are dispatched, the next batch gathers for twice as long as the last one took: a transaction for each group costs nearly the same
 * for one alert and for a hundred. An alert that comes alone never waits.
 */
const longestGatherMs = 250

export type Dispatcher = ReturnType<typeof createDispatcher>

/**
 * Brings accepted alerts to their incidents: a transaction per group, in which the incident is decided on and the rows are ticked off. Whatever
 * breaks in between, the rows are delivered again, and a repeat changes nothing.
 */
export function createDispatcher(dependencies: DispatcherDependencies) {
  const { listen, clock, batch = 2_000, pollMs = 5_000 } = dependencies
  const batches = createBatches(dependencies, batch)
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  let listening: { stop(): Promise<void> } | undefined
  let wake: () => void = () => undefined
  let noticed = false

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      noticed = false
      const begun = clock()
      const { more, failures } = await batches.next()
      if (failures > 0) await pause(pauseAfterMs(failures), stopping.signal)
      else if (!more && noticed)
        await pause(Math.min(2 * (clock() - begun), longestGatherMs), stopping.signal)
      else if (!more) await untilNoticed()
    }
  }

  async function untilNoticed(): Promise<void> {
    if (noticed || stopping.signal.aborted) return
    const sleep = new AbortController()
    wake = () => sleep.abort()
    await pause(pollMs, sleep.signal)
  }

  function notice(): void {
    noticed = true
    wake()
  }

  return {
    start(): void {
      listening ??= listen(notice)
      running ??= run()
    },

    /** Rows came in just now. */
    notice,

    /** Returns when the batch at work is done. Rows that wait keep waiting. */
    async stop(): Promise<void> {
      stopping.abort()
      wake()
      await running
      await listening?.stop()
    },
  }
}

/** Ends early when `signal` aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}
