import { severities, type Severity } from '../values/severity.ts'
import { own } from '../values/own.ts'

/*
 * A delivery queue is one person's one contact. Of many incidents at once it carries a few messages and then bundles: one message that names the
 * rest, so that a storm can be read.
 */

/**
 * The first messages of a minute go out one by one. Each after those waits for a moment since the last, and bundles whatever waits then: everybody hears of
 * everything within seconds. Where it goes on and on, the pauses grow: a message that names a hundred incidents is worth more than ten that nobody reads.
 */
export const queueRules = {
  windowMs: 60_000,
  /** How long after the last message the next one goes, by how many there were within the window. */
  pauses: [
    { from: 0, ms: 0 },
    { from: 3, ms: 1_500 },
    { from: 11, ms: 10_000 },
    { from: 14, ms: 20_000 },
  ],
} as const

/**
 * How long a page waits for its queue; 0: it goes now, with all that wait. A P0 never waits.
 * @param begun when messages over this queue began to be sent, epoch milliseconds
 */
export function queueWaitMs(begun: readonly number[], now: number, severity: Severity): number {
  const recent = begun.filter((at) => at > now - queueRules.windowMs)
  const pause = queueRules.pauses.findLast(({ from }) => from <= recent.length)?.ms ?? 0
  return severity === 'P0' || pause === 0 ? 0 : Math.max(0, Math.max(...recent) + pause - now)
}

/** A page that waits in a queue. */
export interface WaitingPage {
  readonly page: string
  readonly service: string
  readonly severity: Severity
  /** ISO 8601 in UTC. */
  readonly createdAt: string
}

/**
 * The order in which a queue names what waits: the most severe first, then whichever service was told of least recently, so that three hundred
 * pages of one service do not hide one of another; then the oldest. Source: GoAlert, engine/message/queue.go.
 * @param toldAt when each service was last told of over this queue; a service that is missing never was
 */
export function queueOrder(
  waiting: readonly WaitingPage[],
  toldAt: Readonly<Record<string, string>>,
): WaitingPage[] {
  const rank = ({ severity }: WaitingPage) => severities.indexOf(severity)
  const told = ({ service }: WaitingPage) => own(toldAt, service) ?? ''
  return waiting.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      compare(told(a), told(b)) ||
      compare(a.createdAt, b.createdAt) ||
      compare(a.page, b.page),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
