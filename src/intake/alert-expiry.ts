import { setTimeout as delay } from 'node:timers/promises'
import { pauseAfterMs } from './held-rows.ts'

export interface AlertExpiryDependencies {
  readonly alerts: {
    /** Ends alerts whose senders have not repeated them until then, durably. @returns how many */
    expire(now: Date): Promise<number>
    /** When the next one is due; `null` when none is. */
    nextDue(): Promise<Date | null>
  }
  readonly log: {
    info(fields: object, message: string): void
    error(fields: object, message: string): void
  }
  readonly now: () => Date
}

/** Alerts that come in may be due earlier than all others: it looks at least this often. */
const longestPauseMs = 5_000
/** Many that are due one after another are ended together. */
const shortestPauseMs = 250

/** Ends alerts that say until when they fire, once nobody has said so again. */
export function createAlertExpiry({ alerts, log, now }: AlertExpiryDependencies) {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  let failures = 0

  /** @returns how long to wait for the next look, in milliseconds */
  async function look(): Promise<number> {
    const ended = await alerts.expire(now())
    if (ended > 0) log.info({ alerts: ended }, 'alerts ended: their senders have not repeated them in time')
    if (failures > 0) log.info({ failures }, 'alerts are timed out again')
    failures = 0
    const due = await alerts.nextDue()
    const wait = due === null ? longestPauseMs : due.getTime() - now().getTime()
    return Math.min(Math.max(wait, shortestPauseMs), longestPauseMs)
  }

  function failed(error: unknown): number {
    if (failures++ === 0) log.error({ err: error }, 'alerts cannot be timed out now')
    return pauseAfterMs(failures)
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const ms = await look().catch(failed)
      await delay(ms, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  return {
    start(): void {
      running ??= run()
    },

    async stop(): Promise<void> {
      stopping.abort()
      await running
    },
  }
}
