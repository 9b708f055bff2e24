import { randomUUID } from 'node:crypto'
import { type AcceptedAlert, integrationSource } from '../domain/alert/alert.ts'
import { createAlertmanagerReceiver } from '../intake/alertmanager-receiver.ts'
import { parseAlerts } from '../intake/firewatch-alerts.ts'
import type { SenderContext } from '../intake/reading.ts'
import { createReception } from '../intake/reception.ts'
import { acceptRepeating } from '../intake/repeats.ts'
import type { Intake } from '../web/intake.ts'
import { countedReceipt } from './counted.ts'
import { type ServerParts, now } from './server-parts.ts'

/** What takes alerts in: each request is read, stored and counted. */
export function createIntake({ records, metrics, log }: ServerParts): Intake {
  const accept = (alerts: readonly AcceptedAlert[]) => records.inbox.acceptAlerts(alerts)
  const { endedSince, refresh } = records.alertRepeats
  const keepChanges = records.changeEvents.keep
  const repeating = { accept: acceptRepeating({ accept, endedSince, refresh }), keepChanges }
  const handIn = createReception({ accept, keepChanges })
  const alertmanager = createAlertmanagerReceiver({ ...repeating, log })
  return {
    firewatch: (body, sender) =>
      countedReceipt('firewatch', metrics, async () => handIn(parseAlerts(body, contextOf(sender)))),
    alertmanager: (body, sender) =>
      countedReceipt('alertmanager', metrics, async () => alertmanager.receive(body, contextOf(sender))),
  }
}

/** Who sends, as readers need to know it. */
function contextOf(sender: string): SenderContext {
  return { source: integrationSource(sender), now: now(), newId: randomUUID }
}
