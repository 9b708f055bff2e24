import { sql } from 'kysely'
import type { Incident } from '../domain/incident/incident.ts'
import type { Database } from './database.ts'

/** Notified when something was decided that a workflow is to hear of; carries no payload. */
export const workflowsChannel = 'firewatch_workflows'

/** An incident whose workflow is to hear that something was decided. */
export type StirredIncident = Pick<Incident, 'number' | 'title' | 'service' | 'severity'> & {
  /** Decisions that it hears of with this. */
  readonly decisions: number
}

interface StirredRow {
  readonly number: number
  readonly title: string
  readonly service: string
  readonly severity: Incident['severity']
  readonly stirred_decisions: number
}

/** Which workflows are still to be notified: a row that waits here is what makes sure that they are. */
export function createWorkflowNotifications(db: Database) {
  return {
    /** Those to notify now, oldest first. Whoever takes one notifies it within the lease, or another does. */
    async claim(limit: number, now: Date, leaseMs: number): Promise<StirredIncident[]> {
      const { rows } = await sql<StirredRow>`
        UPDATE incidents SET tell_after = ${new Date(now.getTime() + leaseMs)}
        WHERE number IN (
          SELECT number FROM incidents
          WHERE stirred_decisions > told_decisions AND (tell_after IS NULL OR tell_after <= ${now})
          ORDER BY number LIMIT ${limit} FOR UPDATE SKIP LOCKED
        )
        RETURNING number, title, service, severity, stirred_decisions
      `.execute(db)
      return rows.map(({ stirred_decisions: decisions, ...incident }) => ({ ...incident, decisions }))
    },

    /** They were told of so many decisions. */
    async delivered(incidents: readonly Pick<StirredIncident, 'number' | 'decisions'>[]): Promise<void> {
      if (incidents.length === 0) return
      await sql`
        UPDATE incidents SET told_decisions = greatest(told_decisions, given.decisions), tell_after = NULL
        FROM unnest(${incidents.map(({ number }) => number)}::bigint[], ${incidents.map(({ decisions }) => decisions)}::integer[])
          AS given (number, decisions)
        WHERE incidents.number = given.number
      `.execute(db)
    },
  }
}
