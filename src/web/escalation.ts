import type { Incident } from '../domain/incident.ts'
import { firewatch, type TimelineEntry } from '../domain/timeline.ts'

/** Where paging stands, as far as the records tell. */
export type EscalationStanding =
  | {
      readonly kind: 'waiting'
      readonly step: number
      readonly dueAt: string
      readonly following: readonly string[]
    }
  | { readonly kind: 'exhausted' }
  /** Nobody is being paged: not yet, or not any more. */
  | { readonly kind: 'idle' }

/** Read from the newest entry that began, ended or exhausted an escalation. */
export function escalationStanding(
  { state }: Pick<Incident, 'state'>,
  timeline: readonly TimelineEntry[],
): EscalationStanding {
  const idle = { kind: 'idle' } as const
  if (state !== 'open') return idle
  const newest = timeline.findLast(
    ({ kind, eventKey }) => kind === 'acknowledged' || kind === 'state' || eventKey.startsWith('escalation/'),
  )
  if (newest === undefined || newest.kind !== 'escalation') return idle
  if (newest.eventKey.endsWith('/exhausted')) return { kind: 'exhausted' }
  const { step, ackTimeoutMs, following } = newest.detail ?? {}
  if (typeof step !== 'number' || typeof ackTimeoutMs !== 'number' || ackTimeoutMs === 0) return idle
  return {
    kind: 'waiting',
    step,
    dueAt: new Date(Date.parse(newest.at) + ackTimeoutMs).toISOString(),
    following: Array.isArray(following) ? following.map(String) : [],
  }
}

/** Who stopped automation, from the record of the command; `null` while nobody has. */
export function automationStoppedBy(timeline: readonly TimelineEntry[]): string | null {
  const stop = timeline.find(
    ({ eventKey, actor, summary }) =>
      eventKey.startsWith('command/') &&
      actor !== firewatch &&
      summary.startsWith(`${actor} stopped automation`),
  )
  return stop?.actor ?? null
}
