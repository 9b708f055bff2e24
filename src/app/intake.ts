import type { AcceptedAlert } from '../domain/alert/alert.ts'
import type { ChangeEvent } from '../domain/alert/change-event.ts'
import { readPostedAlerts } from '../intake/alertmanager-api.ts'
import { type AlertmanagerDependencies, createAlertmanagerReceiver } from '../intake/alertmanager-receiver.ts'
import { parseAlerts } from '../intake/firewatch-alerts.ts'
import { createReception } from '../intake/reception.ts'
import { acceptRepeating } from '../intake/repeats.ts'
import type { Intake } from '../web/intake.ts'
import { countedReceipt } from './counted.ts'
import { createProtocolIntake } from './protocol-intake.ts'
import { senderContexts } from './sender-context.ts'
import type { ServerParts } from './server-parts.ts'

interface IntakeParts extends Pick<ServerParts, 'records' | 'metrics' | 'running' | 'withinQuota'> {
  readonly log: AlertmanagerDependencies['log']
}

/** What takes alerts in: each request is read, stored and counted. */
export function createIntake(parts: IntakeParts, now: () => Date = () => new Date()): Intake {
  const { records, metrics, withinQuota, log } = parts
  const { inbox, alertRepeats, changeEvents } = records
  const contextOf = senderContexts(parts.running, now)
  const accept = (alerts: readonly AcceptedAlert[]) => inbox.acceptAlerts(alerts)
  const acceptRepeats = acceptRepeating({
    accept,
    endedSince: (eventIds) => alertRepeats.endedSince(eventIds),
    refresh: (alerts) => alertRepeats.refresh(alerts),
  })
  const keepChanges = (changes: readonly ChangeEvent[]) => changeEvents.keep(changes)
  const handIn = createReception({ accept, keepChanges, withinQuota })
  const repeats = { accept: acceptRepeats, keepChanges, withinQuota }
  const handInRepeats = createReception(repeats)
  const alertmanager = createAlertmanagerReceiver({ ...repeats, log })
  return {
    ...createProtocolIntake(parts),
    firewatch: (body, sender) =>
      countedReceipt('firewatch', metrics, async () => handIn(parseAlerts(body, contextOf(sender)))),
    alertmanager: (body, sender) =>
      countedReceipt('alertmanager', metrics, async () => alertmanager.receive(body, contextOf(sender))),
    alertmanagerApi: (body, sender) =>
      countedReceipt('alertmanager-api', metrics, async () =>
        handInRepeats(readPostedAlerts(body, contextOf(sender), parts.running().resolveTimeoutMs)),
      ),
  }
}
