import { parseNotification } from './alertmanager.ts'
import type { IntakeReading, SenderContext } from './reading.ts'
import type { IntakeReceipt } from './reception.ts'

export interface AlertmanagerDependencies {
  /** Returns only after everything is committed. */
  readonly handIn: (reading: IntakeReading) => Promise<IntakeReceipt>
  readonly log: { warn(fields: object, message: string): void }
}

/** Takes notifications of Alertmanager and Grafana into the inbox. */
export function createAlertmanagerReceiver({ handIn, log }: AlertmanagerDependencies) {
  return {
    /**
     * Returns only after the alerts are committed.
     * @throws an error with `problems` when the body is no notification at all
     */
    receive(body: unknown, context: SenderContext): Promise<IntakeReceipt> {
      const { receiver, withheld, ...reading } = parseNotification(body, context)
      if (withheld > 0)
        log.warn(
          { receiver, withheld },
          'Alertmanager left alerts out of a notification: set max_alerts to 0',
        )
      return handIn(reading)
    },
  }
}
