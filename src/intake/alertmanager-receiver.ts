import type { AcceptedAlert } from '../domain/alert/alert.ts'
import { firingAgain, parseNotification } from './alertmanager.ts'

interface Acceptance {
  readonly accepted: number
  readonly duplicates: number
}

export interface AlertmanagerDependencies {
  /** Returns only after the alerts are committed. */
  readonly accept: (alerts: readonly AcceptedAlert[]) => Promise<Acceptance>
  /** Of these events, those whose alert was reported as ended after they had been accepted, with the newest such end, ISO 8601 in UTC. */
  readonly endedSince: (eventIds: readonly string[]) => Promise<ReadonlyMap<string, string>>
  readonly now: () => Date
  readonly log: { warn(fields: object, message: string): void }
}

/** What became of a notification. */
export interface NotificationReceipt extends Acceptance {
  /** Why some of its alerts could not be taken; the others are stored. */
  readonly problems: readonly string[]
}

const problemsTold = 20

/** Takes notifications of Alertmanager into the inbox. */
export function createAlertmanagerReceiver({ accept, endedSince, now, log }: AlertmanagerDependencies) {
  /** A repeat of a firing alert is old news, unless the alert had ended in between: then it fires again. */
  async function acceptRefires(alerts: readonly AcceptedAlert[]): Promise<number> {
    const firing = alerts.filter(({ status }) => status === 'firing')
    if (firing.length === 0) return 0
    const ends = await endedSince(firing.map(({ eventId }) => eventId))
    const again = firing.flatMap((alert) => {
      const endedAt = ends.get(alert.eventId)
      return endedAt === undefined ? [] : [firingAgain(alert, endedAt)]
    })
    return again.length === 0 ? 0 : (await accept(again)).accepted
  }

  return {
    /**
     * Returns only after the alerts are committed.
     * @throws an error with `problems` when the body is no notification at all
     */
    async receive(body: unknown): Promise<NotificationReceipt> {
      const { alerts, problems, receiver, withheld } = parseNotification(body, now())
      if (withheld > 0)
        log.warn(
          { receiver, withheld },
          'Alertmanager left alerts out of a notification: set max_alerts to 0',
        )
      const first = await accept(alerts)
      const refires = first.duplicates === 0 ? 0 : await acceptRefires(alerts)
      const more = problems.length - problemsTold
      return {
        accepted: first.accepted + refires,
        duplicates: first.duplicates - refires,
        problems: more > 0 ? [...problems.slice(0, problemsTold), `and ${more} more`] : problems,
      }
    },
  }
}
