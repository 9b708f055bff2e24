import { total, type Measured, type MetricQuestion } from '../domain/check/check.ts'
import type { Metric } from '../domain/configuration/configuration.ts'
import { nothing, type Sample } from '../domain/detectors/detector.ts'

/** A row per bucket and group; `fw_slice` 0 is the whole source, n the question's slice n − 1. */
export type MeasuredRow = Readonly<Record<string, string | number | null>>

/** Rows of one group, each at the place of its bucket in the question. */
type GroupRows = (MeasuredRow | undefined)[]

/** What the rows of a question's statement say, ready to be looked up. */
export function measuredIn(
  { buckets, slices, metrics }: MetricQuestion,
  rows: readonly MeasuredRow[],
): Measured {
  const places = new Map(buckets.map((bucketAt, place) => [bucketAt, place]))
  const sourceRows = new Map<number, number>()
  const bySlice = new Map<string, Map<string, GroupRows>>()
  for (const row of rows) {
    const bucketAt = Number(row['fw_bucket']) * 1000
    const slice = slices[Number(row['fw_slice']) - 1]?.name ?? total
    const group = slice === total ? total : String(row['fw_group'])
    if (slice === total) sourceRows.set(bucketAt, Number(row['fw_rows']))
    const byGroup = entryOf(bySlice, slice, () => new Map<string, GroupRows>())
    const place = places.get(bucketAt)
    if (place !== undefined) entryOf(byGroup, group, () => buckets.map(() => undefined))[place] = row
  }
  const columns = new Map(metrics.map((metric, index) => [metric.name, columnsOf(metric, index)]))
  const rowsOf = remembering((slice, group) => bySlice.get(slice)?.get(group))
  return {
    rowsIn: (bucketAt) => sourceRows.get(bucketAt) ?? 0,
    sample(metric, slice, group, bucketAt) {
      const row = rowsOf(slice, group)?.[places.get(bucketAt) ?? -1]
      const column = columns.get(metric)
      return row === undefined || column === undefined ? undefined : sampleIn(row, column)
    },
  }
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const found = map.get(key)
  if (found !== undefined) return found
  const created = create()
  map.set(key, created)
  return created
}

/** A series is looked at bucket by bucket: it is found once for all of them. */
function remembering<Found>(find: (slice: string, group: string) => Found) {
  let last: { readonly slice: string; readonly group: string; readonly found: Found } | undefined
  return (slice: string, group: string): Found => {
    if (last === undefined || last.group !== group || last.slice !== slice)
      last = { slice, group, found: find(slice, group) }
    return last.found
  }
}

/** Names of the columns in which a metric's value comes. */
interface MetricColumns {
  readonly value: string
  /** For ratios. */
  readonly of?: string
}

export function columnsOf({ kind }: Metric, index: number): MetricColumns {
  return kind === 'ratio' ? { value: `fw_${index}`, of: `fw_${index}_of` } : { value: `fw_${index}` }
}

/** A NULL says nothing; NaN and the infinities are kept, for a verdict to say that this came out. */
function sampleIn(row: MeasuredRow, columns: MetricColumns): Sample {
  const numerator = row[columns.value]
  const denominator = columns.of === undefined ? 1 : row[columns.of]
  return typeof numerator === 'number' && typeof denominator === 'number'
    ? { numerator, denominator }
    : nothing
}
