interface Interruption {
  refused: number
  lastAt: number
}

/** A source that was not refused for so long is not held back any more. */
const overAfterMs = 60_000

/** Says once who is held back, and once when that is over: a source that is, is refused thousands of times. */
export function createInterruptions({
  log,
  clock,
}: {
  readonly log: {
    warn(fields: object, message: string): void
    info(fields: object, message: string): void
  }
  /** Milliseconds of any clock that does not go back. */
  readonly clock: () => number
}) {
  const interrupted = new Map<string, Interruption>()
  return {
    refused(source: string, reason: string): void {
      const known = interrupted.get(source)
      if (known === undefined) log.warn({ source, reason }, 'alerts of this source are held back')
      interrupted.set(source, { refused: (known?.refused ?? 0) + 1, lastAt: clock() })
    },
    /** Something of the source was stored. */
    passed(source: string): void {
      const known = interrupted.get(source)
      if (known === undefined || clock() - known.lastAt < overAfterMs) return
      interrupted.delete(source)
      log.info({ source, refused: known.refused }, 'alerts of this source are held back no longer')
    },
  }
}
