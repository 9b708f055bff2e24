import type { Incident } from '../domain/incident.ts'
import type { TimelineEntry } from '../domain/timeline.ts'

/** Where paging stands, as far as the records tell. */
export type EscalationStanding =
  | {
      readonly kind: 'waiting'
      readonly step: number
      readonly dueAt: string
      readonly following: readonly string[]
    }
  /** A step is due, and something holds it back; `dueAt` `null`: until more alerts begin. */
  | { readonly kind: 'held'; readonly step: number; readonly reason: string; readonly dueAt: string | null }
  /** Somebody has it, and unless it is over by then it is escalated anew. */
  | { readonly kind: 'acknowledged'; readonly by: string; readonly until: string }
  | { readonly kind: 'exhausted' }
  /** Nobody is being paged: not yet, or not any more. */
  | { readonly kind: 'idle' }

const idle: EscalationStanding = { kind: 'idle' }

/** Read from the newest entry that began, held, ended or exhausted an escalation. */
export function escalationStanding(
  { state }: Pick<Incident, 'state'>,
  timeline: readonly TimelineEntry[],
): EscalationStanding {
  if (state !== 'open') return idle
  const newest = timeline.findLast(
    ({ kind, eventKey }) =>
      kind === 'acknowledged' || kind === 'state' || /^(escalation|held)\//.test(eventKey),
  )
  if (newest === undefined || newest.kind === 'state') return idle
  if (newest.kind === 'acknowledged') return whileAcknowledged(newest, timeline)
  if (newest.eventKey.startsWith('held/')) return whileHeld(newest)
  return newest.eventKey.endsWith('/exhausted') ? { kind: 'exhausted' } : whileWaiting(newest)
}

function whileAcknowledged(
  { actor, at, detail }: TimelineEntry,
  timeline: readonly TimelineEntry[],
): EscalationStanding {
  const until = detail?.['until']
  const isReleased = timeline.some((entry) => entry.eventKey.startsWith('released/') && entry.at >= at)
  if (typeof until !== 'string' || isReleased) return idle
  return { kind: 'acknowledged', by: actor, until }
}

function whileHeld({ detail }: TimelineEntry): EscalationStanding {
  const { step, held, dueAt } = detail ?? {}
  if (typeof step !== 'number' || typeof held !== 'string') return idle
  return { kind: 'held', step, reason: held, dueAt: typeof dueAt === 'string' ? dueAt : null }
}

function whileWaiting({ at, detail }: TimelineEntry): EscalationStanding {
  const { step, ackTimeoutMs, following } = detail ?? {}
  if (typeof step !== 'number' || typeof ackTimeoutMs !== 'number' || ackTimeoutMs === 0) return idle
  return {
    kind: 'waiting',
    step,
    dueAt: new Date(Date.parse(at) + ackTimeoutMs).toISOString(),
    following: Array.isArray(following) ? following.map(String) : [],
  }
}

/** The step that was entered last, as a command to escalate carries it (`r0/s2`): pressed on a page that was overtaken, it is refused. */
export function enteredStep(timeline: readonly TimelineEntry[]): string | null {
  const key = timeline.findLast(({ eventKey }) => /^escalation\/r\d+\/s\d+$/.test(eventKey))?.eventKey
  return key === undefined ? null : key.slice('escalation/'.length)
}

/** Since when somebody has it: their newest acknowledgement. */
export function ownedSince(
  { acknowledgedBy, acknowledgedAt }: Pick<Incident, 'acknowledgedBy' | 'acknowledgedAt'>,
  timeline: readonly TimelineEntry[],
): string | null {
  const taken = timeline.findLast(({ kind, actor }) => kind === 'acknowledged' && actor === acknowledgedBy)
  return taken?.at ?? acknowledgedAt
}
