export interface BodyBudget {
  /** Whether these bytes may be held too; if so, they are. */
  take(holder: string, bytes: number): boolean
  giveBack(holder: string, bytes: number): void
}

/**
 * Bytes that may be held at the same time. No holder gets more than are left free: one alone half of all, two a third each, so that there is always
 * room for one more. Source: Choudhury and Hahne, Dynamic queue length thresholds, IEEE/ACM Transactions on Networking, 1998.
 */
export function createBodyBudget(most: number): BodyBudget {
  const held = new Map<string, number>()
  let all = 0
  return {
    take(holder, bytes) {
      const own = (held.get(holder) ?? 0) + bytes
      if (own > most - all - bytes) return false
      held.set(holder, own)
      all += bytes
      return true
    },
    giveBack(holder, bytes) {
      const left = (held.get(holder) ?? 0) - bytes
      if (left > 0) held.set(holder, left)
      else held.delete(holder)
      all -= bytes
    },
  }
}
