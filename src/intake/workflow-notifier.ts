import { setTimeout as delay } from 'node:timers/promises'

/** An incident whose workflow is to hear that something was decided. */
export interface StirredIncident {
  readonly number: number
  readonly title: string
  readonly service: string
  readonly severity: 'P0' | 'P1' | 'P2' | 'P3'
  readonly decisions: number
}

export interface WorkflowNotifierDependencies {
  readonly notifications: {
    claim(limit: number, now: Date, leaseMs: number): Promise<readonly StirredIncident[]>
    delivered(incidents: readonly StirredIncident[]): Promise<void>
  }
  /** Starts the workflow or signals it. Rejects when Temporal did not take it in time. */
  readonly notify: (incident: StirredIncident) => Promise<void>
  /** Calls back whenever something was decided that a workflow is to hear of. */
  readonly listen: (onNotify: () => void) => { stop(): Promise<void> }
  readonly log: {
    info(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
  readonly now: () => Date
}

export type WorkflowNotifier = ReturnType<typeof createWorkflowNotifier>

/** Taken by another notifier after this when it was not done; longer than one call to Temporal may take. */
const leaseMs = 10_000
const mostAtOnce = 16
const pollMs = 5_000
/** While workflows cannot be notified. */
const retryMs = 1_000
/** What is decided meanwhile is told of together, and pages that were just queued go out first: no workflow is needed for them. */
const gatherMs = 40

/**
 * Notifies workflows that something was decided. No transaction is open meanwhile: a row in the store makes sure that each is notified, whatever Temporal
 * does, and nobody waits for it.
 */
export function createWorkflowNotifier({
  notifications,
  notify,
  listen,
  log,
  now,
}: WorkflowNotifierDependencies) {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  let listening: { stop(): Promise<void> } | undefined
  let wake: () => void = () => undefined
  let noticed = false
  let failures = 0

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      noticed = false
      const more = await pass().catch(failed)
      if (!more) await pause()
      if (noticed) await delay(gatherMs)
    }
  }

  function notice(): void {
    noticed = true
    wake()
  }

  /** Whether more may wait. */
  async function pass(): Promise<boolean> {
    const stirred = await notifications.claim(mostAtOnce, now(), leaseMs)
    if (stirred.length === 0) return false
    const results = await Promise.allSettled(stirred.map(notify))
    await notifications.delivered(stirred.filter((_, index) => results[index]?.status === 'fulfilled'))
    const rejected = results.find((result) => result.status === 'rejected')
    if (rejected !== undefined) return failed(rejected.reason)
    if (failures > 0) log.info({ failures }, 'workflows are notified again')
    failures = 0
    return stirred.length === mostAtOnce
  }

  function failed(error: unknown): false {
    if (failures++ === 0)
      log.warn({ err: error }, 'workflows cannot be notified now: pages go out, and what is due later waits')
    return false
  }

  async function pause(): Promise<void> {
    if (noticed || stopping.signal.aborted) return
    const sleep = new AbortController()
    wake = () => sleep.abort()
    await delay(failures > 0 ? retryMs : pollMs, undefined, { signal: sleep.signal }).catch(() => undefined)
  }

  return {
    start(): void {
      listening ??= listen(notice)
      running ??= run()
    },

    async stop(): Promise<void> {
      stopping.abort()
      wake()
      await running
      await listening?.stop()
    },
  }
}
