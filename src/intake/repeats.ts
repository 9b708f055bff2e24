import type { AcceptedAlert } from '../domain/alert/alert.ts'

interface Acceptance {
  readonly accepted: number
  readonly duplicates: number
}

export interface RepeatDependencies {
  /** Returns only after the alerts are committed. */
  readonly accept: (alerts: readonly AcceptedAlert[]) => Promise<Acceptance>
  /** Of these events, those whose alert was reported as ended after they had been accepted, with the newest such end, ISO 8601 in UTC. */
  readonly endedSince: (eventIds: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Alerts that fire as before: until when, and what their annotations say, is as it is told now. */
  readonly refresh: (alerts: readonly AcceptedAlert[]) => Promise<void>
}

/**
 * Takes alerts of senders that repeat what lasts, as Prometheus and Alertmanager do. A repeat of a firing alert is no news, unless the alert had
 * ended in between: then it fires again.
 */
export function acceptRepeating({ accept, endedSince, refresh }: RepeatDependencies) {
  return async (alerts: readonly AcceptedAlert[]): Promise<Acceptance> => {
    const first = await accept(alerts)
    const firing = first.duplicates === 0 ? [] : alerts.filter(({ status }) => status === 'firing')
    if (firing.length === 0) return first
    const ends = await endedSince(firing.map(({ eventId }) => eventId))
    const lasting = firing.filter(({ eventId }) => !ends.has(eventId))
    if (lasting.length > 0) await refresh(lasting)
    const again = firing.flatMap((alert) => {
      const endedAt = ends.get(alert.eventId)
      return endedAt === undefined ? [] : [firingAgain(alert, endedAt)]
    })
    if (again.length === 0) return first
    const { accepted, duplicates } = await accept(again)
    // Of those that fire again for longer than since this request, too, the end moves.
    if (duplicates > 0) await refresh(again)
    return { accepted: first.accepted + accepted, duplicates: first.duplicates - accepted }
  }
}

/**
 * The same alert firing once more after its end was reported. It keeps its `startsAt` when Prometheus had only been out of reach; but it did end in
 * between, so for us it begins anew right after that end.
 */
export function firingAgain(alert: AcceptedAlert, endedAt: string): AcceptedAlert {
  const startsAt = new Date(Date.parse(endedAt) + 1).toISOString()
  return { ...alert, startsAt, eventId: eventIdOf({ ...alert, startsAt }) }
}

/**
 * Names the change of state that an event of a repeating sender tells of, so that it counts once.
 * @param event `startsAt` and `endsAt` are absent where the sender does not say
 */
export function eventIdOf({
  source,
  fingerprint,
  status,
  startsAt = '',
  endsAt,
}: Pick<AcceptedAlert, 'source' | 'fingerprint' | 'status' | 'endsAt'> & {
  readonly startsAt?: string
}): string {
  const change = `${source}/${fingerprint}/${startsAt}/${status}`
  return status === 'resolved' && endsAt !== undefined ? `${change}/${endsAt}` : change
}
