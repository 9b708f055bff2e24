import type { Hold } from '../escalate/hold.ts'
import type { Severity } from '../values/severity.ts'
import { cutText, oneLine } from '../page/delivery.ts'
import type { ChangeEvent } from './change-event.ts'

/** What a service wants of its deploys: alerts of these severities page nobody for a while after each. Durations in milliseconds. */
export interface DeployWindow {
  readonly holdMs: number
  /** Deploys that follow each other are one; it ends so long after its first, whatever comes. */
  readonly atMostMs: number
  readonly severities: readonly Severity[]
}

const longestSummary = 200

/**
 * Holds pages back for a while after a deploy, so that what a restart shakes wakes nobody; `undefined` where nothing does.
 * @param changes of the service, in any order; those of the last `atMostMs` and `holdMs` are enough
 * @param at epoch milliseconds
 */
export function deployHold(
  { holdMs, atMostMs, severities }: DeployWindow,
  changes: readonly Pick<ChangeEvent, 'at' | 'summary'>[],
  severity: Severity,
  at: number,
): Hold | undefined {
  if (!severities.includes(severity)) return undefined
  const newestFirst = changes
    .map(({ at: when, summary }) => ({ at: Date.parse(when), summary }))
    .filter((one) => one.at <= at)
    .toSorted((a, b) => b.at - a.at)
  const [newest] = newestFirst
  if (newest === undefined) return undefined
  const gap = newestFirst.findIndex(
    (one, index) => one.at - (newestFirst[index + 1]?.at ?? -Infinity) > holdMs,
  )
  const first = newestFirst[gap] ?? newest
  const until = Math.min(newest.at + holdMs, first.at + atMostMs)
  if (until <= at) return undefined
  const cause = {
    kind: 'deploy',
    summary: cutText(oneLine(newest.summary), longestSummary),
    at: new Date(newest.at).toISOString(),
    until: new Date(until).toISOString(),
  } as const
  return { cause, inMs: until - at, firm: false }
}
