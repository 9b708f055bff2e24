import { readPostedAlerts } from '../intake/alertmanager-api.ts'
import { type AlertmanagerDependencies, createAlertmanagerReceiver } from '../intake/alertmanager-receiver.ts'
import { parseAlerts } from '../intake/firewatch-alerts.ts'
import type { Intake } from '../web/intake.ts'
import { countedReceipt } from './counted.ts'
import { createProtocolIntake } from './protocol-intake.ts'
import { createReceptions, type ReceptionParts } from './receptions.ts'
import { senderContexts } from './sender-context.ts'
import type { ServerParts } from './server-parts.ts'

interface IntakeParts extends ReceptionParts, Pick<ServerParts, 'metrics' | 'running'> {
  readonly log: AlertmanagerDependencies['log']
}

/** What takes alerts in: each request is read, stored and counted. */
export function createIntake(parts: IntakeParts, now: () => Date = () => new Date()): Intake {
  const { metrics, running, log } = parts
  const contextOf = senderContexts(running, now)
  const { once, repeating } = createReceptions(parts)
  const alertmanager = createAlertmanagerReceiver({ handIn: repeating, log })
  return {
    ...createProtocolIntake(parts),
    firewatch: (body, sender) =>
      countedReceipt('firewatch', metrics, async () => once(parseAlerts(body, contextOf(sender)))),
    alertmanager: (body, sender) =>
      countedReceipt('alertmanager', metrics, async () => alertmanager.receive(body, contextOf(sender))),
    alertmanagerApi: (body, sender) =>
      countedReceipt('alertmanager-api', metrics, async () =>
        repeating(readPostedAlerts(body, contextOf(sender), running().resolveTimeoutMs)),
      ),
  }
}
