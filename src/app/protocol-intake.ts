import type { IntakeReading, SenderContext } from '../intake/reading.ts'
import { opsgenieAlertId, readOpsgenieAlert, readOpsgenieClose } from '../intake/opsgenie.ts'
import { opsgenieRequestId, readOpsgenieRequestId } from '../intake/opsgenie-requests.ts'
import { readPagerDutyChange, readPagerDutyEvent } from '../intake/pagerduty.ts'
import type { Receiver } from '../metrics/server-metrics.ts'
import type { Intake, OpsgenieAlerts, PagerDutyEvents } from '../web/intake.ts'
import { countedReceipt } from './counted.ts'
import { createReceptions, type ReceptionParts } from './receptions.ts'
import { senderContexts } from './sender-context.ts'
import { type ServerParts, now } from './server-parts.ts'

type ReceivingParts = ReceptionParts & Pick<ServerParts, 'metrics' | 'running'>

/** What takes alerts in by the protocols of other systems: read, stored, counted. */
export function createProtocolIntake(parts: ReceivingParts): Pick<Intake, 'pagerDuty' | 'opsgenie'> {
  const { metrics, running } = parts
  const { arrivals: handIn } = createReceptions(parts)
  const contextOf = senderContexts(running)
  /** Reads a request and hands it in. */
  async function take<Reading extends IntakeReading>(
    receiver: Receiver,
    sender: string,
    read: (context: SenderContext) => Reading,
  ): Promise<Reading> {
    const { reading } = await countedReceipt(receiver, metrics, async () => {
      const reading = read(contextOf(sender))
      return { ...(await handIn(reading)), reading }
    })
    return reading
  }
  return { pagerDuty: pagerDutyEvents(take), opsgenie: opsgenieAlerts(take) }
}

type Take = <Reading extends IntakeReading>(
  receiver: Receiver,
  sender: string,
  read: (context: SenderContext) => Reading,
) => Promise<Reading>

function pagerDutyEvents(take: Take): PagerDutyEvents {
  return {
    enqueue: (body, sender) => take('pagerduty', sender, (context) => readPagerDutyEvent(body, context)),
    async enqueueChange(body, sender) {
      await take('pagerduty', sender, (context) => readPagerDutyChange(body, context))
    },
  }
}

function opsgenieAlerts(take: Take): OpsgenieAlerts {
  const idOf = (action: string, alertId: string) =>
    opsgenieRequestId({ action, processedAt: now().toISOString(), alertId })
  return {
    async create(body, sender) {
      const { alertId } = await take('opsgenie', sender, (context) => readOpsgenieAlert(body, context))
      return idOf('Create', alertId)
    },
    async close(identifier, action, sender) {
      const { alertId } = await take('opsgenie', sender, (context) => readOpsgenieClose(identifier, context))
      return idOf(action, alertId)
    },
    requestId: (identifier, action) => idOf(action, opsgenieAlertId(identifier)),
    request: readOpsgenieRequestId,
  }
}
