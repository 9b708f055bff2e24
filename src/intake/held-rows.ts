/** Pause before the next try after so many failures in a row: 100 ms, doubled each time, 2 s at most. */
export function pauseAfterMs(failures: number): number {
  return Math.min(100 * 2 ** (failures - 1), 2_000)
}

/**
 * Rows that could not be delivered: they are passed over for a while, longer each time, so that they hold nobody up.
 * @param clock milliseconds of any clock that does not go back
 */
export function createHeldRows(clock: () => number) {
  const rows = new Map<number, { until: number; tries: number }>()
  return {
    /** Those to pass over now. */
    ids: () => [...rows].filter(([, { until }]) => until > clock()).map(([id]) => id),

    /** True when one of them fails for the first time. */
    hold(ids: readonly number[]): boolean {
      const known = rows.size
      for (const id of ids) {
        const tries = (rows.get(id)?.tries ?? 0) + 1
        rows.set(id, { tries, until: clock() + 10 * pauseAfterMs(tries) })
      }
      return rows.size > known
    },

    release: (ids: readonly number[]) => ids.forEach((id) => rows.delete(id)),
    clear: () => rows.clear(),
  }
}
