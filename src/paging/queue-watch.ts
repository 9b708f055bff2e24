/** How long what is queued may wait unnoticed when its notification got lost. */
const pollMs = 5_000

export interface QueueSender {
  /** Messages claimed at once: as many again may wait. */
  readonly mostClaimed: number
  /** Sends what is due now, and returns when what became of it is written down; how many that were. */
  sendDue(): Promise<number>
}

/**
 * Sends what a queue holds: at once, whenever it is rung, and now and then, one pass at a time.
 * @param failed told when a pass fails; the next one tries again
 */
export function watchQueue(sender: QueueSender, failed: (error: unknown) => void) {
  let running: Promise<void> | undefined
  let rang = false

  async function untilQuiet(): Promise<void> {
    while (rang) {
      rang = false
      try {
        while ((await sender.sendDue()) === sender.mostClaimed);
      } catch (error) {
        failed(error)
      }
    }
  }

  function ring(): void {
    rang = true
    running ??= untilQuiet().finally(() => {
      running = undefined
    })
  }

  const timer = setInterval(ring, pollMs)
  ring()
  return {
    ring,
    /** Returns when the pass under way is over. */
    async stop(): Promise<void> {
      clearInterval(timer)
      await running
    },
  }
}
