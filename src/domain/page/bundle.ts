import { severities, type Severity } from '../values/severity.ts'

/*
 * A lane is one person's one contact. Of many incidents at once it carries a few messages and then bundles: one message that names the
 * rest, so that a storm can be read.
 */

/** So many messages go out one by one; the next waits until the first of them is this old, and takes along whatever waits then. */
export const laneRules = { burst: 3, gapMs: 20_000 } as const

/**
 * How long a page waits for its lane; 0: it goes now, with all that wait. A P0 never waits.
 * @param begun when messages over this lane began to be sent, epoch milliseconds
 */
export function laneWaitMs(begun: readonly number[], now: number, severity: Severity): number {
  const recent = begun.filter((at) => at > now - laneRules.gapMs).toSorted((a, b) => a - b)
  const first = recent[recent.length - laneRules.burst]
  return severity === 'P0' || first === undefined ? 0 : first + laneRules.gapMs - now
}

/** A page that waits in a lane. */
export interface WaitingPage {
  readonly page: string
  readonly service: string
  readonly severity: Severity
  /** ISO 8601 in UTC. */
  readonly createdAt: string
}

/**
 * The order in which a lane names what waits: the most severe first, then whichever service was told of least recently, so that three hundred
 * pages of one service do not hide one of another; then the oldest. Source: GoAlert, engine/message/queue.go.
 * @param toldAt when each service was last told of over this lane; a service that is missing never was
 */
export function laneOrder(
  waiting: readonly WaitingPage[],
  toldAt: Readonly<Record<string, string>>,
): WaitingPage[] {
  const rank = ({ severity }: WaitingPage) => severities.indexOf(severity)
  const told = ({ service }: WaitingPage) => (Object.hasOwn(toldAt, service) ? (toldAt[service] ?? '') : '')
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
