import { sql } from 'kysely'
import type { Alert } from '../domain/alert/alert.ts'
import type { NewPage } from '../domain/escalate/escalate.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { MachineState } from '../domain/incident/state.ts'
import type { Page } from '../domain/page/page.ts'
import { pageEventOf } from '../domain/incident/pages.ts'
import type { Database } from './database.ts'
import { pagesInsert } from './incident-decision.ts'
import { type IncidentMachine, locking } from './incident-machine.ts'
import { incidentFromRow, type IncidentRow, machineOf } from './incident-rows.ts'
import {
  bundlePages,
  claimDuePages,
  type ClaimOptions,
  nextPageDue,
  pagesChannel,
  postponePages,
  releaseBundled,
  repeatBundled,
} from './page-outbox.ts'
import { fromRow } from './page-rows.ts'
import { followedMessages, replaceMessages } from './page-messages.ts'
import { type PageEnd, type SettledPage, settlePage } from './page-settlement.ts'

/** What a page tells of. */
export interface PagedIncident {
  readonly incident: Incident
  readonly firing: number
  /** Some of the alerts that fire, the worst first, and some of those that the last notice to its rooms told as over. */
  readonly alerts: readonly Alert[]
  /** Where it stands; `null` for one from before there was a machine. */
  readonly machine: MachineState | null
}

/** More alerts than a message can name are counted, not read. */
const mostAlerts = 100

interface PagedRow extends IncidentRow {
  readonly firing_alerts: readonly PagedAlertRow[] | null
  readonly cleared_alerts: readonly PagedAlertRow[] | null
}

interface PagedAlertRow {
  readonly fingerprint: string
  readonly labels: Alert['labels']
  readonly annotations: Alert['annotations']
  readonly starts_at: string
}

/** What the sender of pages does with the outbox. What became of a page is decided on in the same transaction. */
export function createPageSending(db: Database, machine: Pick<IncidentMachine, 'decideOn'>) {
  return {
    claim: (options: ClaimOptions) => claimDuePages(db, options),
    postpone: (postponed: readonly { readonly page: Page; readonly dueAt: Date }[]) =>
      postponePages(db, postponed),
    bundle: (pages: readonly Page[]) => bundlePages(db, pages),
    repeat: (pages: readonly Page[], at: Date) => repeatBundled(db, pages, at),
    release: (pages: readonly Page[], how: { readonly at: Date; readonly isUnknown: boolean }) =>
      releaseBundled(db, pages, how),
    nextDue: () => nextPageDue(db),

    /** Incidents as their pages tell of them, by number. */
    async incidents(numbers: readonly number[]): Promise<ReadonlyMap<number, PagedIncident>> {
      const { rows } = await sql<PagedRow>`
        SELECT incidents.*, (
          SELECT jsonb_agg(to_jsonb(firing)) FROM (
            SELECT fingerprint, labels, annotations, starts_at FROM incident_alerts AS alerts
            WHERE alerts.incident = incidents.number AND status = 'firing'
            ORDER BY prominence DESC, starts_at, fingerprint LIMIT ${mostAlerts}
          ) AS firing
        ) AS firing_alerts, (
          SELECT jsonb_agg(to_jsonb(cleared)) FROM (
            SELECT fingerprint, labels, annotations, starts_at FROM incident_alerts AS alerts
            WHERE machine #>> '{group,log,at}' IS NOT NULL AND alerts.incident = incidents.number
              AND status = 'resolved' AND told = 'resolved'
              AND told_at = to_timestamp((machine #>> '{group,log,at}')::double precision / 1000)
            ORDER BY prominence DESC, starts_at, fingerprint LIMIT ${mostAlerts}
          ) AS cleared
        ) AS cleared_alerts
        FROM incidents WHERE number = ANY(${[...new Set(numbers)]}::bigint[])
      `.execute(db)
      return new Map(rows.map((row) => [row.number, pagedIncident(row)]))
    },

    /**
     * The messages to the same contact that told of the incidents of these pages, by the pages that led them, and all incidents of each: those that called come
     * first, the newest of them first.
     */
    followed: (pages: readonly Page[]) => followedMessages(db, pages),

    /** Writes down what became of a try; of one that ended, its incident hears. */
    async settle(page: Page, end: PageEnd): Promise<SettledPage | undefined> {
      return db.transaction().execute(async (transaction) => {
        const locked = await locking(transaction, page.incident)
        const one = await settlePage(transaction, page, end)
        if (one !== undefined) await replaceMessages(transaction, one.page, end.replaced ?? [])
        if (one === undefined || !one.ended) return one
        const next = one.calledOff || !isVain(one.page) ? undefined : end.next
        if (next !== undefined) await queueNext(transaction, next, new Date(end.settlement.at))
        const event = { ...pageEventOf(one.page, next?.id ?? null), at: Date.parse(end.settlement.at) }
        await machine.decideOn(transaction, locked, event)
        return one
      })
    },

    /** Pages that another bundled, and what became of that one; for those whose sender died in between. */
    async find(ids: readonly string[]): Promise<Page[]> {
      if (ids.length === 0) return []
      const rows = await db
        .selectFrom('pages')
        .selectAll()
        .where('id', 'in', [...ids])
        .execute()
      return rows.map((row) => fromRow(row))
    },
  }
}

function isVain({ state }: Page): boolean {
  return state === 'failed' || state === 'unknown'
}

async function queueNext(db: Database, page: NewPage, at: Date): Promise<void> {
  await sql`WITH queued AS (${pagesInsert([page], at.getTime())}) SELECT pg_notify(${pagesChannel}, '')`.execute(
    db,
  )
}

function pagedIncident(row: PagedRow): PagedIncident {
  const machine = machineOf(row)
  const firing = alertsOf(row.firing_alerts, 'firing')
  return {
    incident: incidentFromRow(row),
    machine,
    firing: machine?.alerts.firing ?? firing.length,
    alerts: [...firing, ...alertsOf(row.cleared_alerts, 'resolved')],
  }
}

function alertsOf(rows: readonly PagedAlertRow[] | null, status: Alert['status']): Alert[] {
  return (rows ?? []).map(({ starts_at, ...alert }) => ({
    ...alert,
    status,
    startsAt: new Date(starts_at).toISOString(),
  }))
}
