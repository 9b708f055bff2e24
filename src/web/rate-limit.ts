export interface RateLimit {
  /** Whether one more of this key may pass; if so, it is counted. */
  take(key: string): boolean
}

/** Keys that are remembered; more than these are not told apart for a moment. */
const mostKeys = 10_000

/** At most so many of a key within any such time. It is kept in this process: beside another server each lets so many pass. */
export function createRateLimit({
  most,
  withinMs,
  now,
}: {
  readonly most: number
  readonly withinMs: number
  readonly now: () => Date
}): RateLimit {
  const taken = new Map<string, readonly number[]>()
  return {
    take(key) {
      const at = now().getTime()
      const recent = (taken.get(key) ?? []).filter((one) => one > at - withinMs)
      if (recent.length >= most) return false
      if (taken.size >= mostKeys && !taken.has(key)) forgetOld(taken, at - withinMs)
      if (taken.size >= mostKeys && !taken.has(key)) return false
      taken.set(key, [...recent, at])
      return true
    },
  }
}

function forgetOld(taken: Map<string, readonly number[]>, before: number): void {
  for (const [key, times] of taken) if (times.every((one) => one <= before)) taken.delete(key)
}
