import { sql, type Kysely, type Selectable } from 'kysely'
import type { Baseline, Series, Verdict, VerdictReason } from '../domain/verdict.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

export type VerdictRecords = ReturnType<typeof createVerdictRecords>

/** What checks found, for those who look back at it. */
export function createVerdictRecords(db: Database) {
  return {
    /** The newest stored verdict of each series that has one. */
    async latest(series: readonly Series[]): Promise<Verdict[]> {
      if (series.length === 0) return []
      const rows = await sql<VerdictRow>`
        SELECT found.* FROM ${listOf(series)} CROSS JOIN LATERAL (
          SELECT * FROM verdicts WHERE ${isListed} ORDER BY bucket_at DESC LIMIT 1
        ) AS found
      `.execute(db)
      return rows.rows.map(fromRow)
    },

    /** The verdicts of these series whose bucket begins at or after an instant, oldest first. */
    async since(series: readonly Series[], at: string): Promise<Verdict[]> {
      if (series.length === 0) return []
      const rows = await sql<VerdictRow>`
        SELECT verdicts.* FROM verdicts JOIN ${listOf(series)} ON ${isListed}
        WHERE bucket_at >= ${at}::timestamptz ORDER BY bucket_at
      `.execute(db)
      return rows.rows.map(fromRow)
    },
  }
}

type VerdictRow = Selectable<Schema['verdicts']>

function listOf(series: readonly Series[]) {
  return sql`unnest(
    ${series.map(({ check }) => check)}::text[],
    ${series.map(({ metric }) => metric)}::text[],
    ${series.map(({ slice }) => slice)}::text[],
    ${series.map(({ group }) => group)}::text[]
  ) AS listed (check_name, metric, slice, slice_group)`
}

const isListed = sql<boolean>`
  verdicts.check_name = listed.check_name AND verdicts.metric = listed.metric
  AND verdicts.slice = listed.slice AND verdicts.slice_group = listed.slice_group
`

function fromRow(row: VerdictRow): Verdict {
  return {
    check: row.check_name,
    metric: row.metric,
    slice: row.slice,
    group: row.slice_group,
    bucketAt: row.bucket_at.toISOString(),
    state: row.state,
    reason: row.reason as VerdictReason,
    value: row.value,
    baselines: row.baselines as readonly Baseline[],
  }
}

/**
 * Stores verdicts in one statement, whatever their number. A bucket that was judged keeps its verdict; `unknown` gives way to one.
 */
export async function storeVerdicts(db: Kysely<Schema>, verdicts: readonly Verdict[]): Promise<void> {
  if (verdicts.length === 0) return
  await sql`
    INSERT INTO verdicts (check_name, metric, slice, slice_group, bucket_at, state, reason, value, baselines)
    SELECT * FROM unnest(
      ${verdicts.map(({ check }) => check)}::text[],
      ${verdicts.map(({ metric }) => metric)}::text[],
      ${verdicts.map(({ slice }) => slice)}::text[],
      ${verdicts.map(({ group }) => group)}::text[],
      ${verdicts.map(({ bucketAt }) => bucketAt)}::timestamptz[],
      ${verdicts.map(({ state }) => state)}::text[],
      ${verdicts.map(({ reason }) => reason)}::text[],
      ${verdicts.map(({ value }) => value)}::float8[],
      ${verdicts.map(({ baselines }) => JSON.stringify(baselines))}::jsonb[]
    )
    ON CONFLICT (check_name, bucket_at, metric, slice, slice_group) DO UPDATE
      SET state = excluded.state, reason = excluded.reason, value = excluded.value,
          baselines = excluded.baselines, evaluated_at = excluded.evaluated_at
      WHERE verdicts.state = 'unknown'
  `.execute(db)
}

/** The newest bucket that each series was judged `ok` or `firing` in, among those from `since` on. Series without one are left out. */
export async function judgedSince(
  db: Kysely<Schema>,
  checks: readonly string[],
  since: string,
): Promise<(Series & { judgedAt: string })[]> {
  const rows = await db
    .selectFrom('verdicts')
    .select(['check_name', 'metric', 'slice', 'slice_group'])
    .select((row) => row.fn.max('bucket_at').as('judged_at'))
    .where('check_name', 'in', [...checks])
    .where('bucket_at', '>=', new Date(since))
    .where('state', '<>', 'unknown')
    .groupBy(['check_name', 'metric', 'slice', 'slice_group'])
    .execute()
  return rows.map((row) => ({
    check: row.check_name,
    metric: row.metric,
    slice: row.slice,
    group: row.slice_group,
    judgedAt: row.judged_at.toISOString(),
  }))
}
