import { setTimeout as delay } from 'node:timers/promises'
import { pauseAfterMs } from './held-rows.ts'

export interface HeartbeatWatchDependencies {
  /** Looks at all heartbeats. @returns when the next may fall silent, epoch milliseconds; `undefined`: none */
  readonly look: (at: Date) => Promise<number | undefined>
  readonly now: () => Date
  readonly log: {
    info(fields: object, message: string): void
    error(fields: object, message: string): void
  }
  /** Waits for so many milliseconds, or until `signal` aborts; never rejects. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** A configuration changes and other servers hear beats: nothing waits longer than this. */
const longestPauseMs = 30_000
/** A look that takes longer is given up; should it still come to something, that does no harm. */
const lookWithinMs = 20_000

export type HeartbeatWatch = ReturnType<typeof createHeartbeatWatch>

/**
 * Looks at heartbeats whenever one may have fallen silent, when a beat may have changed something, and now and then. Each server has one: what a
 * look finds is decided in the database.
 */
export function createHeartbeatWatch({ look, now, log, wait = pause }: HeartbeatWatchDependencies) {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  let sleep = new AbortController()
  let failures = 0

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      sleep = new AbortController()
      const ms = await pass()
      // What was noticed meanwhile is looked at at once; while the database is away nothing is gained by that.
      await wait(ms, failures > 0 ? stopping.signal : AbortSignal.any([sleep.signal, stopping.signal]))
    }
  }

  /** @returns how long to wait then, in milliseconds */
  async function pass(): Promise<number> {
    try {
      const next = await looked()
      if (failures > 0) log.info({ failures }, 'heartbeats are watched again')
      failures = 0
      if (next === undefined) return longestPauseMs
      return Math.min(Math.max(next - now().getTime(), 0), longestPauseMs)
    } catch (error) {
      if (failures++ === 0) log.error({ err: error }, 'heartbeats cannot be watched now')
      return pauseAfterMs(failures)
    }
  }

  async function looked(): Promise<number | undefined> {
    const given = new AbortController()
    const late = wait(lookWithinMs, given.signal).then(() => {
      if (!given.signal.aborted) throw new Error(`looking at heartbeats took longer than ${lookWithinMs} ms`)
      return undefined
    })
    try {
      return await Promise.race([look(now()), late])
    } finally {
      given.abort()
    }
  }

  return {
    start(): void {
      running ??= run()
    },

    /** A beat came in that may have changed something. */
    notice(): void {
      sleep.abort()
    },

    /** Returns when the look that is under way is done. */
    async stop(): Promise<void> {
      stopping.abort()
      await running
    },
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}
