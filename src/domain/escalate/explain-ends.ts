import { formatDuration } from '../values/duration.ts'
import { stampWords } from '../values/zoned-words.ts'
import type { ExplainedPerson } from './explain-people.ts'
import type { Fact, FactOf } from '../facts/fact.ts'
import type { TimelineEntry } from '../incident/timeline.ts'

/* What ended the wait of a step, and whom that spared. */

/** People who were not paged, because it did not come to that. */
export interface Spared {
  readonly targets: readonly string[]
  readonly why: string
}

const steps: ReadonlySet<Fact['type']> = new Set(['step-entered', 'step-held', 'exhausted'])
const stops: ReadonlySet<Fact['type']> = new Set([
  'acknowledged',
  'took-over',
  'snoozed',
  'cleared',
  'resolved',
])
/** What may bring the next step early. */
const escalationRequests: ReadonlySet<Fact['type']> = new Set([
  'escalated',
  'policy-applied',
  'severity-changed',
  'severity-set',
])

/** What a step came to; `null` while it waits. */
export function endOf(
  { at, fact }: TimelineEntry & { readonly fact: FactOf<'step-entered'> },
  after: readonly TimelineEntry[],
  people: readonly ExplainedPerson[],
): string | null {
  if (fact.paged.length === 0) return 'nobody to page: skipped'
  const index = after.findIndex((entry) => steps.has(entry.fact.type) || stops.has(entry.fact.type))
  const next = after[index]
  if (next === undefined) return null
  const lasted = Date.parse(next.at) - Date.parse(at)
  const since = (why: string) => `after ${formatDuration(lasted)}: ${why}`
  if (stops.has(next.fact.type)) return since(next.summary)
  if (lasted + 1_000 >= fact.ackTimeoutMs)
    return `nobody acknowledged within ${formatDuration(fact.ackTimeoutMs)}`
  const request = after.slice(0, index).findLast((entry) => escalationRequests.has(entry.fact.type))
  if (request !== undefined) return since(request.summary)
  return people.some(({ heard }) => heard)
    ? `left after ${formatDuration(lasted)}`
    : 'nobody was reached: the next step follows at once'
}

/** Whom the policy pages after the last step that was entered, when something stopped it first. */
export function sparedBy(timeline: readonly TimelineEntry[], timeZone: string): Spared | null {
  const index = timeline.findLastIndex(({ fact }) => fact.type === 'step-entered')
  const entered = timeline[index]?.fact
  if (entered?.type !== 'step-entered' || entered.following.length === 0) return null
  const next = timeline
    .slice(index + 1)
    .find(({ fact }) => fact.type === 'exhausted' || fact.type === 'policy-applied' || stops.has(fact.type))
  if (next === undefined || !stops.has(next.fact.type)) return null
  return {
    targets: entered.following,
    why: `${next.summary}, at ${stampWords(Date.parse(next.at), timeZone, 'second')}`,
  }
}
