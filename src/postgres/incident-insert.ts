import { sql } from 'kysely'
import { type GroupDecision, incidentLabels, incidentService } from '../domain/alert/dispatch.ts'
import type { AlertGroup } from '../domain/alert/grouping.ts'
import type { StoredAlert } from '../domain/alert/stored-alert.ts'
import { isDeclared } from '../domain/alert/declaration.ts'
import { openingTitle } from '../domain/alert/alert-title.ts'
import type { Database } from './database.ts'

/** What a new incident is given. */
export interface Opening {
  readonly configRevision: string
  /** Unguessable; lets a link show the incident's chart. */
  readonly chartToken: string
}

interface Beginning {
  /** ISO 8601; absent: now. */
  readonly detectedAt: string | undefined
  /** The incident of the same key before it. */
  readonly recurrenceOf: number | undefined
}

/** The row of a new incident; nothing when an open one of its key is there. */
export function incidentInsert(
  transaction: Database,
  { groupingKey, route }: Pick<AlertGroup, 'groupingKey' | 'route'>,
  { alerts, severity }: Pick<GroupDecision, 'alerts' | 'severity'>,
  opening: Opening,
  { detectedAt, recurrenceOf }: Beginning,
) {
  const labels = incidentLabels(alerts, route)
  const service = incidentService(labels, route)
  return transaction
    .insertInto('incidents')
    .values({
      grouping_key: groupingKey,
      title: titleOf(groupingKey, alerts, service),
      service,
      labels: JSON.stringify(labels),
      route: route.key ?? '',
      severity,
      state: 'open',
      config_revision: opening.configRevision,
      chart_token: opening.chartToken,
      recurrence_of: recurrenceOf ?? null,
      started_at: new Date(earliest(alerts)),
      detected_at: detectedAt === undefined ? sql`now()` : new Date(detectedAt),
    })
    .onConflict((conflict) =>
      conflict.column('grouping_key').where(sql<boolean>`state <> 'resolved'`).doNothing(),
    )
    .returningAll()
}

/** In people's own words where they declared it. */
function titleOf(groupingKey: string, alerts: readonly StoredAlert[], service: string): string {
  const declared = isDeclared({ groupingKey }) ? alerts[0]?.annotations['summary'] : undefined
  return declared ?? openingTitle(alerts, service)
}

/** When the first of them began, epoch milliseconds. */
export function earliest(alerts: readonly StoredAlert[]): number {
  return Math.min(...alerts.map(({ startsAt }) => Date.parse(startsAt)))
}
