import type { AcceptedAlert } from '../domain/alert/alert.ts'
import type { ChangeEvent } from '../domain/alert/change-event.ts'
import { acceptArrivals } from '../intake/arrivals.ts'
import { createReception } from '../intake/reception.ts'
import { acceptRepeating } from '../intake/repeats.ts'
import type { ServerParts } from './server-parts.ts'

export type ReceptionParts = Pick<ServerParts, 'withinQuota'> & {
  readonly records: Pick<ServerParts['records'], 'inbox' | 'alertRepeats' | 'changeEvents'>
}

/** Where what was read is handed in, by how senders tell it. */
export function createReceptions({ records, withinQuota }: ReceptionParts) {
  const { inbox, alertRepeats, changeEvents } = records
  const accept = (alerts: readonly AcceptedAlert[]) => inbox.acceptAlerts(alerts)
  const endedSince = (eventIds: readonly string[]) => alertRepeats.endedSince(eventIds)
  const refresh = (alerts: readonly AcceptedAlert[]) => alertRepeats.refresh(alerts)
  const common = { keepChanges: (changes: readonly ChangeEvent[]) => changeEvents.keep(changes), withinQuota }
  return {
    /** Everything once: what comes twice came late. */
    once: createReception({ ...common, accept }),
    /** What lasts is repeated. */
    repeating: createReception({ ...common, accept: acceptRepeating({ accept, endedSince, refresh }) }),
    /** Events without ids of their own. */
    arrivals: createReception({ ...common, accept: acceptArrivals({ accept, endedSince }) }),
  }
}
