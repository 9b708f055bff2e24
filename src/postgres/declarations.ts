import { setTimeout as delay } from 'node:timers/promises'
import { type Declaration, declaredAlert, declaredKey } from '../domain/alert/declaration.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { AlertInbox } from './alert-inbox.ts'
import type { Database } from './database.ts'
import { incidentFromRow, machineOf } from './incident-rows.ts'

/** An incident that somebody declared. */
export interface Declared {
  readonly incident: Incident
  /** Who is being paged about it. */
  readonly paged: readonly string[]
}

const patienceMs = 5_000
const lookEveryMs = 10

/** Incidents that people declare: each is its own, whatever its route groups by. */
export function createDeclarations(db: Database, inbox: AlertInbox) {
  return {
    /**
     * Declares an incident; a repeat of the same declaration finds the same incident.
     * @returns `undefined` when it is stored, but nobody dispatches it in time
     */
    async declare(declaration: Declaration): Promise<Declared | undefined> {
      await inbox.acceptAlerts([declaredAlert(declaration)])
      const deadline = performance.now() + patienceMs
      for (;;) {
        const found = await find(db, declaration.id)
        if (found !== undefined || performance.now() > deadline) return found
        await delay(lookEveryMs)
      }
    },
  }
}

async function find(db: Database, id: string): Promise<Declared | undefined> {
  const row = await db
    .selectFrom('incidents')
    .selectAll()
    .where('grouping_key', '=', declaredKey(id))
    .executeTakeFirst()
  if (row === undefined) return undefined
  const escalation = machineOf(row)?.escalation
  return { incident: incidentFromRow(row), paged: escalation?.kind === 'waiting' ? escalation.people : [] }
}
