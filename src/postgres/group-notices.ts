import { sql } from 'kysely'
import { windowHold } from '../domain/alert/suppression.ts'
import { routeOfIncident } from '../domain/alert/routing.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { GroupLook } from '../domain/incident/paging-world.ts'
import type { Database } from './database.ts'
import { suppressedMembers, type SuppressionSources } from './suppression.ts'

/* An incident's group of alerts, and what rooms that follow it were told of each. */

/** How the group stands beside what was told of it last, at `at`, epoch milliseconds. */
export async function groupLook(
  db: Database,
  sources: SuppressionSources,
  incident: Incident,
  at: number,
): Promise<GroupLook> {
  const quiet = await quietMembers(db, sources, incident, at)
  const { rows } = await sql<CountedGroup>`
    SELECT count(*) FILTER (WHERE status = 'firing' AND NOT quiet)::integer AS firing,
      count(*) FILTER (WHERE status = 'firing' AND NOT quiet AND told IS DISTINCT FROM 'firing')::integer AS newly_firing,
      count(*) FILTER (WHERE status = 'resolved' AND in_group AND told IS DISTINCT FROM 'resolved')::integer AS newly_resolved,
      count(*) FILTER (WHERE status = 'firing' AND quiet)::integer AS suppressed,
      min(starts_at) FILTER (WHERE status = 'firing') AS oldest
    FROM (SELECT *, ${isQuiet(quiet)} AS quiet FROM incident_alerts WHERE incident = ${incident.number}) AS member`.execute(
    db,
  )
  const [counted] = rows
  if (counted === undefined) throw new Error('a count without a row')
  return {
    standing: {
      firing: counted.firing,
      newlyFiring: counted.newly_firing,
      newlyResolved: counted.newly_resolved,
      suppressed: counted.suppressed,
    },
    longestMs: counted.oldest === null ? 0 : at - counted.oldest.getTime(),
  }
}

interface CountedGroup {
  readonly firing: number
  readonly newly_firing: number
  readonly newly_resolved: number
  readonly suppressed: number
  readonly oldest: Date | null
}

/** A group was looked at: what is over leaves it. Where that was told, so was each alert as it stands now; of what is suppressed nothing was. */
export async function closeLook(
  db: Database,
  sources: SuppressionSources,
  incident: Incident,
  { isTold, at }: { readonly isTold: boolean; readonly at: number },
): Promise<void> {
  if (isTold) {
    const quiet = isQuiet(await quietMembers(db, sources, incident, at))
    const told = sql`CASE WHEN status = 'firing' THEN CASE WHEN ${quiet} THEN NULL ELSE 'firing' END WHEN in_group THEN 'resolved' END`
    await sql`
      UPDATE incident_alerts SET told = ${told}, told_at = ${new Date(at)}
      WHERE incident = ${incident.number} AND (in_group OR told IS NOT NULL)`.execute(db)
  }
  await sql`
    UPDATE incident_alerts SET in_group = false
    WHERE incident = ${incident.number} AND status = 'resolved' AND in_group`.execute(db)
}

/** Alerts that page nobody now: `all`, or those of these sources and fingerprints. */
type QuietMembers = 'all' | readonly { readonly source: string; readonly fingerprint: string }[]

function isQuiet(quiet: QuietMembers) {
  if (quiet === 'all') return sql`true`
  if (quiet.length === 0) return sql`false`
  return sql`(source, fingerprint) IN (SELECT * FROM unnest(
    ${quiet.map(({ source }) => source)}::text[], ${quiet.map(({ fingerprint }) => fingerprint)}::text[]))`
}

async function quietMembers(
  db: Database,
  sources: SuppressionSources,
  incident: Incident,
  at: number,
): Promise<QuietMembers> {
  const { routes, windows } = sources.running()
  if (windowHold(routeOfIncident(incident, routes), windows, at) !== undefined) return 'all'
  return suppressedMembers(db, sources, incident.number, at)
}
