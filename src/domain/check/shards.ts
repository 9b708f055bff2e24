import { watchedSeries } from './check.ts'
import type { Check, Configuration } from '../configuration/configuration.ts'

/** Checks that run together: a few queries for all of them, and one transaction. */
export interface CheckShard {
  /** `check/15m+30s/0`: cadence, lateness where there is one, number. Also the id of its schedule. */
  readonly id: string
  readonly everyMs: number
  /** The run is put off by this, so that it follows the end of a bucket as soon as the bucket is complete. */
  readonly lateMs: number
  readonly checks: readonly string[]
  readonly series: number
}

/** A shard takes checks up to this many series. A single larger check is a shard of its own: cutting it would ask its source twice. */
export const shardSeries = 500

/** Shards of every check that is scheduled, whatever the order of the file: checks of one cadence and one source stand together, so that they share a query. */
export function shardsOf(configuration: Configuration): CheckShard[] {
  const checks = Object.values(configuration.checks)
    .filter(({ scheduled }) => scheduled !== false)
    .toSorted((a, b) => a.everyMs - b.everyMs || a.lateMs - b.lateMs)
  const cadences = Map.groupBy(checks, ({ everyMs, lateMs }) => cadenceText(everyMs, lateMs))
  return [...cadences].flatMap(([cadence, together]) =>
    filled(together, configuration).map((shard, number) => ({ id: `check/${cadence}/${number}`, ...shard })),
  )
}

function filled(checks: readonly Check[], configuration: Configuration): Omit<CheckShard, 'id'>[] {
  const shards: (Omit<CheckShard, 'id'> & { checks: string[]; series: number })[] = []
  for (const check of checks.toSorted(byPlace(configuration))) {
    const series = watchedSeries(check, configuration).length
    const last = shards.at(-1)
    if (last !== undefined && last.series + series <= shardSeries) {
      last.checks.push(check.name)
      last.series += series
    } else {
      shards.push({ everyMs: check.everyMs, lateMs: check.lateMs, checks: [check.name], series })
    }
  }
  return shards
}

function byPlace({ metrics }: Configuration) {
  const place = ({ metrics: [first], bucketMs, name }: Check) =>
    [metrics[first ?? '']?.source ?? '', bucketMs, name].join(' ')
  return (a: Check, b: Check) => (place(a) < place(b) ? -1 : 1)
}

function cadenceText(everyMs: number, lateMs: number): string {
  return lateMs === 0 ? shortDuration(everyMs) : `${shortDuration(everyMs)}+${shortDuration(lateMs)}`
}

/** `15m`, `90s`, `1d`: the largest unit that divides it. */
function shortDuration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const
  const [unit, size] = units.find(([, unitMs]) => ms % unitMs === 0) ?? (['ms', 1] as const)
  return `${ms / size}${unit}`
}
