import { createHash } from 'node:crypto'
import type { AcceptedAlert } from '../domain/alert/alert.ts'
import type { SenderContext } from './reading.ts'
import { boundedId } from './texts.ts'

/*
 * Protocols in which an event has neither an id nor, as a rule, a time of its own: what it is told by is what it says, and when it came.
 */

/** Clients repeat what they got no answer to within seconds. What comes later is said anew. */
const repeatWindowMs = 60_000

/** The same content within the same minute has the same id. @param subject what it is about: the fingerprint of an alert */
export function arrivalId(
  protocol: string,
  subject: string,
  content: unknown,
  { source, now }: Pick<SenderContext, 'source' | 'now'>,
): string {
  const hash = createHash('sha256').update(JSON.stringify(content) ?? '')
  const window = Math.floor(now.getTime() / repeatWindowMs)
  return `${source}/${protocol}/${boundedId(subject)}/${hash.digest('hex').slice(0, 32)}/${window}`
}

export interface ArrivalDependencies {
  /** Returns only after the alerts are committed. */
  readonly accept: (alerts: readonly AcceptedAlert[]) => Promise<Acceptance>
  /** Of these events, those whose alert was reported as ended after they had been accepted, with the newest such end, ISO 8601 in UTC. */
  readonly endedSince: (eventIds: readonly string[]) => Promise<ReadonlyMap<string, string>>
}

interface Acceptance {
  readonly accepted: number
  readonly duplicates: number
}

/**
 * Takes alerts whose events are told apart by {@link arrivalId}. One that says the same as a minute ago is no repeat if its alert ended in between, and
 * it began after that end: it fires again, and somebody is to be paged.
 */
export function acceptArrivals({ accept, endedSince }: ArrivalDependencies) {
  return async (alerts: readonly AcceptedAlert[]): Promise<Acceptance> => {
    const first = await accept(alerts)
    const firing = alerts.filter(({ status }) => status === 'firing')
    if (first.duplicates === 0 || firing.length === 0) return first
    const ends = await endedSince(firing.map(({ eventId }) => eventId))
    const again = firing.flatMap((alert) => {
      const endedAt = ends.get(alert.eventId)
      const isAgain = endedAt !== undefined && Date.parse(alert.startsAt) > Date.parse(endedAt)
      return isAgain ? [{ ...alert, eventId: `${alert.eventId}/${endedAt}` }] : []
    })
    if (again.length === 0) return first
    const { accepted } = await accept(again)
    return { accepted: first.accepted + accepted, duplicates: first.duplicates - accepted }
  }
}
