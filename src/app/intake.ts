import { randomUUID } from 'node:crypto'
import { type AcceptedAlert, integrationSource } from '../domain/alert/alert.ts'
import type { ChangeEvent } from '../domain/alert/change-event.ts'
import { type AlertmanagerDependencies, createAlertmanagerReceiver } from '../intake/alertmanager-receiver.ts'
import { parseAlerts } from '../intake/firewatch-alerts.ts'
import type { SenderContext } from '../intake/reading.ts'
import { createReception } from '../intake/reception.ts'
import { acceptRepeating } from '../intake/repeats.ts'
import type { Intake } from '../web/intake.ts'
import { countedReceipt } from './counted.ts'
import type { ServerParts } from './server-parts.ts'

interface IntakeParts extends Pick<ServerParts, 'records' | 'metrics'> {
  readonly log: AlertmanagerDependencies['log']
}

/** What takes alerts in: each request is read, stored and counted. */
export function createIntake(
  { records, metrics, log }: IntakeParts,
  now: () => Date = () => new Date(),
): Intake {
  const { inbox, alertRepeats, changeEvents } = records
  const accept = (alerts: readonly AcceptedAlert[]) => inbox.acceptAlerts(alerts)
  const acceptRepeats = acceptRepeating({
    accept,
    endedSince: (eventIds) => alertRepeats.endedSince(eventIds),
    refresh: (alerts) => alertRepeats.refresh(alerts),
  })
  const keepChanges = (changes: readonly ChangeEvent[]) => changeEvents.keep(changes)
  const handIn = createReception({ accept, keepChanges })
  const alertmanager = createAlertmanagerReceiver({ accept: acceptRepeats, keepChanges, log })
  return {
    firewatch: (body, sender) =>
      countedReceipt('firewatch', metrics, async () => handIn(parseAlerts(body, contextOf(sender, now())))),
    alertmanager: (body, sender) =>
      countedReceipt('alertmanager', metrics, async () =>
        alertmanager.receive(body, contextOf(sender, now())),
      ),
  }
}

/** Who sends, as readers need to know it. */
function contextOf(sender: string, now: Date): SenderContext {
  return { source: integrationSource(sender), now, newId: randomUUID }
}
