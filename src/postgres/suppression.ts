import { sql } from 'kysely'
import { createInhibition, type InhibitionAlert, type InhibitionRule } from '../domain/alert/inhibition.ts'
import { matchesAll } from '../domain/alert/matcher.ts'
import { routeOfIncident } from '../domain/alert/routing.ts'
import type { Silence } from '../domain/alert/silence.ts'
import {
  type FiringMember,
  groupingHold,
  isSuppressed,
  type SuppressedBy,
  suppressionHold,
  suppressorsOf,
  windowHold,
} from '../domain/alert/suppression.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Hold } from '../domain/escalate/hold.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { MachineState } from '../domain/incident/state.ts'
import type { Database } from './database.ts'

/** What suppression goes by. */
export interface SuppressionSources {
  readonly running: () => Configuration
  /** Active at an instant, epoch milliseconds; read on the given connection. */
  readonly silences: (db: Database, at: number) => Promise<readonly Silence[]>
}

/**
 * What keeps pages about an incident back at `at`, epoch milliseconds; `undefined` when nothing does. Hardly any incident has something to look at, and
 * costs no more than a look for silences.
 * @param state as it was before the step that is looked at
 */
export async function suppressionOf(
  db: Database,
  sources: SuppressionSources,
  incident: Incident,
  { at: entered, escalation }: Pick<MachineState, 'at' | 'escalation'>,
  at: number,
): Promise<Hold | undefined> {
  const configuration = sources.running()
  const route = routeOfIncident(incident, configuration.routes)
  const closed = windowHold(route, configuration.windows, at)
  if (closed !== undefined) return closed
  const silences = await sources.silences(db, at)
  const waits = entered === null && (route.groupWaitMs ?? 0) > 0
  const rules = configuration.inhibit ?? []
  if (silences.length === 0 && rules.length === 0 && !waits) return undefined
  const members = await firingMembers(db, incident.number)
  const suppressed = await suppressorsOfAll(db, { silences, rules }, members, at)
  const heldBy = escalation.kind === 'entering' ? escalation.heldBy : null
  const begunUntil = heldBy?.kind === 'grouping' ? Date.parse(heldBy.until) : null
  return suppressionHold(suppressed, at) ?? (waits ? groupingHold(route, members, begunUntil, at) : undefined)
}

/** Whether all of these alerts, which an incident has grown by, page nobody now. */
export async function areSuppressed(
  db: Database,
  sources: SuppressionSources,
  incident: Pick<Incident, 'route' | 'labels'>,
  alerts: readonly InhibitionAlert[],
  at: number,
): Promise<boolean> {
  const configuration = sources.running()
  const route = routeOfIncident(incident, configuration.routes)
  if (windowHold(route, configuration.windows, at) !== undefined) return true
  const silences = await sources.silences(db, at)
  const rules = configuration.inhibit ?? []
  if (silences.length === 0 && rules.length === 0) return false
  return (await suppressorsOfAll(db, { silences, rules }, alerts, at)).every(isSuppressed)
}

/** What each of these alerts is suppressed by, in their order. */
export async function suppressorsOfAll(
  db: Database,
  { silences, rules }: { readonly silences: readonly Silence[]; readonly rules: readonly InhibitionRule[] },
  alerts: readonly InhibitionAlert[],
  at: number,
): Promise<SuppressedBy[]> {
  const aimed = rules.filter(({ target }) => alerts.some(({ labels }) => matchesAll(target, labels)))
  const inhibition = createInhibition(aimed, aimed.length === 0 ? [] : await firingSources(db, aimed, at))
  return alerts.map((alert) => suppressorsOf(alert, silences, inhibition, at))
}

/** Alerts of an incident that fire and are silenced or inhibited at `at`, epoch milliseconds. */
export async function suppressedMembers(
  db: Database,
  sources: SuppressionSources,
  incident: number,
  at: number,
): Promise<readonly InhibitionAlert[]> {
  const silences = await sources.silences(db, at)
  const rules = sources.running().inhibit ?? []
  if (silences.length === 0 && rules.length === 0) return []
  const members = await firingMembers(db, incident)
  const suppressed = await suppressorsOfAll(db, { silences, rules }, members, at)
  return members.filter((_, index) => isSuppressed(suppressed[index] ?? nothing))
}

const nothing: SuppressedBy = { silences: [], inhibitors: [] }

async function firingMembers(db: Database, incident: number): Promise<FiringMember[]> {
  const rows = await db
    .selectFrom('incident_alerts')
    .select(['source', 'fingerprint', 'labels', 'starts_at'])
    .where('incident', '=', incident)
    .where('status', '=', 'firing')
    .execute()
  return rows.map(({ starts_at, ...alert }) => ({ ...alert, startsAt: starts_at.getTime() }))
}

/** Alerts that fire and may be a source of these rules, by the labels that must be equal to something. */
async function firingSources(
  db: Database,
  rules: readonly InhibitionRule[],
  at: number,
): Promise<InhibitionAlert[]> {
  const asked = rules.map(({ source }) =>
    Object.fromEntries(
      source.flatMap(({ name, operator, value }) =>
        operator === '=' && value !== '' ? [[name, value]] : [],
      ),
    ),
  )
  const { rows } = await sql<InhibitionAlert>`
    SELECT source, fingerprint, labels FROM alerts
    WHERE status = 'firing' AND (expires_at IS NULL OR expires_at > ${new Date(at)})
      AND labels @> ANY(${asked.map((labels) => JSON.stringify(labels))}::jsonb[])
    ORDER BY starts_at, source, fingerprint`.execute(db)
  return rows
}
