import { sql, type Kysely } from 'kysely'
import type { SeriesState } from '../domain/check/alert-state.ts'
import { checkFailing, sourceSilent } from '../domain/check/self-alerts.ts'
import type { SeriesStanding } from '../domain/check/run.ts'
import type { MutedSeries } from '../domain/check/mutes.ts'
import type { Series } from '../domain/check/verdict.ts'
import type { Schema } from './schema.ts'

/** Stores where series stand, in one statement. */
export async function storeStandings(
  db: Kysely<Schema>,
  standings: readonly SeriesStanding[],
): Promise<void> {
  if (standings.length === 0) return
  await sql`
    INSERT INTO series_states (check_name, metric, slice, slice_group, state)
    SELECT * FROM unnest(
      ${standings.map(({ check }) => check)}::text[],
      ${standings.map(({ metric }) => metric)}::text[],
      ${standings.map(({ slice }) => slice)}::text[],
      ${standings.map(({ group }) => group)}::text[],
      ${standings.map(({ state }) => JSON.stringify(state))}::jsonb[]
    )
    ON CONFLICT (check_name, metric, slice, slice_group) DO UPDATE
      SET state = excluded.state, updated_at = excluded.updated_at
  `.execute(db)
}

/** Removes the standing of series that need none, in one statement. */
export async function forgetStandings(db: Kysely<Schema>, series: readonly Series[]): Promise<void> {
  if (series.length === 0) return
  await sql`
    DELETE FROM series_states USING unnest(
      ${series.map(({ check }) => check)}::text[],
      ${series.map(({ metric }) => metric)}::text[],
      ${series.map(({ slice }) => slice)}::text[],
      ${series.map(({ group }) => group)}::text[]
    ) AS gone (check_name, metric, slice, slice_group)
    WHERE series_states.check_name = gone.check_name AND series_states.metric = gone.metric
      AND series_states.slice = gone.slice AND series_states.slice_group = gone.slice_group
  `.execute(db)
}

/** Every standing of these checks, with those of the alerts about the checks and sources themselves. */
export async function standingsOf(
  db: Kysely<Schema>,
  checks: readonly string[],
  sources: readonly string[],
): Promise<SeriesStanding[]> {
  const rows = await sql<StandingRow>`
    SELECT check_name, metric, slice, slice_group, state FROM series_states
    WHERE check_name = ANY(${checks}::text[])
      OR (check_name = ${checkFailing} AND metric = ANY(${checks}::text[]))
      OR (check_name = ${sourceSilent} AND metric = ANY(${sources}::text[]))
  `.execute(db)
  return rows.rows.map(fromRow)
}

/** Standings of checks and sources that are not among the given ones, locked until the transaction ends. */
export async function orphanedStandings(
  db: Kysely<Schema>,
  checks: readonly string[],
  sources: readonly string[],
): Promise<SeriesStanding[]> {
  const rows = await sql<StandingRow>`
    SELECT check_name, metric, slice, slice_group, state FROM series_states
    WHERE CASE check_name
      WHEN ${checkFailing} THEN metric <> ALL(${checks}::text[])
      WHEN ${sourceSilent} THEN metric <> ALL(${sources}::text[])
      ELSE check_name <> ALL(${checks}::text[])
    END
    FOR UPDATE
  `.execute(db)
  return rows.rows.map(fromRow)
}

/** Series that fire and are muted, by check. */
export async function mutedSeries(db: Kysely<Schema>): Promise<MutedSeries[]> {
  const { rows } = await sql<MutedSeries>`
    SELECT check_name AS "check", count(*) AS series, max(state->>'messagedAt') AS "messagedAt"
    FROM series_states
    WHERE state->>'phase' = 'firing' AND (state->>'muted')::boolean
    GROUP BY check_name HAVING max(state->>'messagedAt') IS NOT NULL
    ORDER BY check_name`.execute(db)
  return rows
}

/** Series of a check that fire, those that have not fired long enough for an alert among them; the longest first. */
export async function firingSeries(db: Kysely<Schema>, check: string): Promise<SeriesStanding[]> {
  const { rows } = await sql<StandingRow>`
    SELECT check_name, metric, slice, slice_group, state FROM series_states
    WHERE check_name = ${check} AND state->>'phase' IN ('firing', 'pending')
    ORDER BY state->>'since', metric, slice, slice_group`.execute(db)
  return rows.map(fromRow)
}

interface StandingRow {
  readonly check_name: string
  readonly metric: string
  readonly slice: string
  readonly slice_group: string
  readonly state: SeriesState
}

function fromRow(row: StandingRow): SeriesStanding {
  return {
    check: row.check_name,
    metric: row.metric,
    slice: row.slice,
    group: row.slice_group,
    state: row.state,
  }
}
