import { sql, type Kysely } from 'kysely'
import type { Series, Verdict } from '../domain/check/verdict.ts'
import type { Schema } from './schema.ts'

/** For a recursive query: `judged (name)`, every check that has verdicts, found by jumping from name to name in the index. */
export const judgedNames = sql`
  judged (name) AS (
    (SELECT check_name FROM verdicts ORDER BY check_name LIMIT 1)
    UNION ALL
    SELECT (SELECT check_name FROM verdicts WHERE check_name > judged.name ORDER BY check_name LIMIT 1)
    FROM judged WHERE judged.name IS NOT NULL
  )`

/**
 * Stores verdicts in one statement, whatever their number. A bucket that was judged keeps its verdict; `unknown` gives way to one. As one
 * JSON parameter 100,000 verdicts took 2.1 s, as nine arrays 2.9 s; in the order of the primary key it was a tenth to a sixth less.
 */
export async function storeVerdicts(db: Kysely<Schema>, verdicts: readonly Verdict[]): Promise<void> {
  if (verdicts.length === 0) return
  await sql`
    INSERT INTO verdicts (check_name, metric, slice, slice_group, bucket_at, state, reason, value, baselines)
    SELECT "check", metric, slice, "group", "bucketAt", state, reason, value, baselines
    FROM jsonb_to_recordset(${JSON.stringify(verdicts)}::jsonb) AS verdict (
      "check" text, metric text, slice text, "group" text, "bucketAt" timestamptz,
      state text, reason text, value float8, baselines jsonb
    )
    ORDER BY "check", "bucketAt", metric, slice, "group"
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
