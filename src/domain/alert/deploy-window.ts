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

/** More than this within a window is no deploy any more, and holds nothing back. */
export const mostDeploys = 200

/** How code hosts say that a deployment came to nothing. Source: GitHub's deployment states, GitLab's deployment statuses. */
const failed: readonly string[] = [
  'failure',
  'error',
  'failed',
  'canceled',
  'cancelled',
  'inactive',
  'skipped',
  'blocked',
]

/** A push or a run of a workflow deploys nothing by itself; senders that know no kinds of changes report what they deploy. */
function isDeploy({ labels }: Pick<ChangeEvent, 'labels'>): boolean {
  const kind = labels['change'] ?? 'deployment'
  return kind === 'deployment' || kind === 'release'
}

/**
 * Holds pages back for a while after a deploy, so that what a restart shakes wakes nobody; `undefined` where nothing does. One that failed ends it: what
 * is wrong then needs people.
 * @param changes of the service, in any order, the newest {@link mostDeploys} of those of the last `atMostMs` and `holdMs`
 * @param at epoch milliseconds
 */
export function deployHold(
  { holdMs, atMostMs, severities }: DeployWindow,
  changes: readonly Pick<ChangeEvent, 'at' | 'summary' | 'labels'>[],
  severity: Severity,
  at: number,
): Hold | undefined {
  if (!severities.includes(severity) || changes.length >= mostDeploys) return undefined
  const newestFirst = changes
    .filter(isDeploy)
    .map(({ at: when, summary, labels }) => ({
      at: Date.parse(when),
      summary,
      status: labels['status'] ?? '',
    }))
    .filter((one) => one.at <= at)
    .toSorted((a, b) => b.at - a.at)
  const [newest] = newestFirst
  if (newest === undefined || failed.includes(newest.status)) return undefined
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
