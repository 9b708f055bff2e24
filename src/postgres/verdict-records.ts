import { sql } from 'kysely'
import { readBaselines } from '../domain/check/baseline.ts'
import type { CheckStanding, Series, Verdict, VerdictReason, VerdictState } from '../domain/check/verdict.ts'
import type { MutedSeries } from '../domain/check/mutes.ts'
import type { Database } from './database.ts'
import { firingSeries, mutedSeries } from './series-states.ts'
import { judgedNames } from './verdicts.ts'

interface Row {
  readonly check_name: string
  readonly metric: string
  readonly slice: string
  readonly slice_group: string
  readonly bucket_at: Date
  readonly state: VerdictState
  readonly reason: string
  readonly value: number | null
  readonly baselines: unknown
}

/** What checks found, for those who measure by it. One statement for any number of series. */
export function createVerdictRecords(db: Database) {
  return {
    /** How each check judged its newest bucket; nothing else of the table is read. */
    async standings(): Promise<CheckStanding[]> {
      const { rows } = await sql<CheckStanding & { bucketAt: Date }>`
        WITH RECURSIVE ${judgedNames}
        SELECT v.check_name AS "check", v.bucket_at AS "bucketAt",
          count(*) FILTER (WHERE v.state = 'ok') AS ok,
          count(*) FILTER (WHERE v.state = 'firing') AS firing,
          count(*) FILTER (WHERE v.state = 'unknown') AS unknown
        FROM judged
        CROSS JOIN LATERAL (SELECT max(bucket_at) AS bucket_at FROM verdicts WHERE check_name = judged.name) AS newest
        JOIN verdicts AS v ON v.check_name = judged.name AND v.bucket_at = newest.bucket_at
        GROUP BY v.check_name, v.bucket_at ORDER BY v.check_name`.execute(db)
      return rows.map((row) => ({ ...row, bucketAt: row.bucketAt.toISOString() }))
    },

    /** What fires and is muted, by check. */
    muted: (): Promise<MutedSeries[]> => mutedSeries(db),

    /** Where the series of a check stand that fire, or begin to. */
    firing: (check: string) => firingSeries(db, check),

    /** How a check judged its newest bucket, at most `most` of its series: those that fire first, then the unknown ones. */
    async newest(check: string, most: number): Promise<Verdict[]> {
      const { rows } = await sql<Row>`
        SELECT * FROM verdicts
        WHERE check_name = ${check} AND bucket_at = (SELECT max(bucket_at) FROM verdicts WHERE check_name = ${check})
        ORDER BY state = 'firing' DESC, state = 'unknown' DESC, metric, slice, slice_group
        LIMIT ${most}`.execute(db)
      return rows.map(fromRow)
    },

    /** The newest stored verdict of each series that has one. */
    async latest(series: readonly Series[]): Promise<Verdict[]> {
      const { rows } = await sql<Row>`
        SELECT found.* FROM ${wanted(series)}
        CROSS JOIN LATERAL (
          SELECT * FROM verdicts v
          WHERE (v.check_name, v.metric, v.slice, v.slice_group) = (s.check_name, s.metric, s.slice, s.slice_group)
          ORDER BY v.bucket_at DESC LIMIT 1
        ) found`.execute(db)
      return rows.map(fromRow)
    },

    /** Verdicts of these series whose bucket begins at or after `from` and, when given, before `to`; oldest first. */
    async since(series: readonly Series[], from: string, to?: string): Promise<Verdict[]> {
      const { rows } = await sql<Row>`
        SELECT v.* FROM verdicts v
        JOIN ${wanted(series)} USING (check_name, metric, slice, slice_group)
        WHERE v.bucket_at >= ${new Date(from)} AND v.bucket_at < ${to === undefined ? 'infinity' : new Date(to)}::timestamptz
        ORDER BY v.bucket_at, v.metric, v.slice, v.slice_group`.execute(db)
      return rows.map(fromRow)
    },
  }
}

function wanted(series: readonly Series[]) {
  const column = (pick: (one: Series) => string) => sql`${series.map(pick)}::text[]`
  return sql`unnest(${column(({ check }) => check)}, ${column(({ metric }) => metric)}, ${column(({ slice }) => slice)},
    ${column(({ group }) => group)}) AS s (check_name, metric, slice, slice_group)`
}

function fromRow(row: Row): Verdict {
  return {
    check: row.check_name,
    metric: row.metric,
    slice: row.slice,
    group: row.slice_group,
    bucketAt: row.bucket_at.toISOString(),
    state: row.state,
    reason: row.reason as VerdictReason,
    value: row.value,
    baselines: readBaselines(row.baselines),
  }
}
