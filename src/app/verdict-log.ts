import type { Series, Verdict } from '../domain/check/verdict.ts'

export type VerdictLog = ReturnType<typeof createVerdictLog>

/**
 * Verdicts of a replay, kept as long as an incident may ask for them; they never reach the database.
 * @param leadMs how long before its detection an incident may begin, and its evidence before that
 */
export function createVerdictLog(leadMs: number) {
  const bySeries = new Map<string, Verdict[]>()
  let newest = Number.NEGATIVE_INFINITY
  return {
    /** Of one run; runs come in order. */
    add(verdicts: readonly Verdict[]): void {
      for (const verdict of verdicts) {
        const kept = bySeries.get(keyOf(verdict))
        if (kept === undefined) bySeries.set(keyOf(verdict), [verdict])
        else kept.push(verdict)
        newest = Math.max(newest, Date.parse(verdict.bucketAt))
      }
    },

    /** Forgets what no incident asks for any more that began at or after an instant, and none that is still to come. */
    forgetBefore(at: number): void {
      const oldest = Math.min(at, newest) - leadMs
      for (const [key, verdicts] of bySeries) {
        bySeries.set(
          key,
          verdicts.filter(({ bucketAt }) => Date.parse(bucketAt) >= oldest),
        )
      }
    },

    /** Of these series, from the bucket that begins at an instant on; oldest first within each. */
    since(series: readonly Series[], from: string): Verdict[] {
      return series
        .flatMap((one) => bySeries.get(keyOf(one)) ?? [])
        .filter(({ bucketAt }) => bucketAt >= new Date(from).toISOString())
    },
  }
}

function keyOf({ check, metric, slice, group }: Series): string {
  return [check, metric, slice, group].join('\u0000')
}
