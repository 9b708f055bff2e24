import type { Page } from './page.ts'
import { firewatch, type TimelineEntry } from './timeline.ts'
import { handOver, outsideSteps, type EscalationPosition } from './escalate.ts'
import type { Hold } from './escalate-hold.ts'
import { byName, type ResolvedTargets } from './escalate-targets.ts'
import { fnv1a64 } from './hash.ts'

const channelTitles: Readonly<Record<string, string>> = {
  email: 'e-mail',
  pagerduty: 'PagerDuty',
  slack: 'Slack',
  telegram: 'Telegram',
  webhook: 'webhook',
}

/**
 * The timeline entry of a page that came to its end, and `undefined` while it has not. A function of the stored row alone, so a repeated
 * activity writes what the first one would have.
 */
export function pageEntry(page: Page): TimelineEntry | undefined {
  const at = page.finishedAt ?? page.sentAt
  const summary = pageSummary(page)
  if (at === null || summary === undefined) return undefined
  const { incident, id, attempts, providerId } = page
  const detail = { page: id, attempts, ...(providerId === null ? {} : { providerId }) }
  return {
    incident,
    eventKey: `page/${id}/${page.state}`,
    at,
    kind: 'page',
    actor: firewatch,
    summary,
    detail,
  }
}

function pageSummary(page: Page): string | undefined {
  const channel = channelTitles[page.channel] ?? page.channel
  const by = `${page.person} by ${channel}`
  const why = page.lastError ?? 'no reason was recorded'
  switch (page.state) {
    case 'sent':
    case 'delivered':
      return page.kind === 'page' ? `Paged ${by} (${occasionOf(page)})` : `Told ${by}: ${page.kind}`
    case 'failed':
      return page.finishedAt === null ? undefined : `Could not reach ${by}: ${why}, ${triesOf(page)}`
    case 'unknown':
      return `Could not tell whether ${page.person} was reached by ${channel}: ${why}, ${triesOf(page)}`
    case 'cancelled':
      return `Did not ${page.kind === 'page' ? 'page' : 'tell'} ${by}: ${why}`
    case 'queued':
    case 'sending':
      return undefined
  }
}

function occasionOf({ step, contact }: Page): string {
  const occasion = step === outsideSteps ? 'fallback' : step === handOver ? 'handed over' : `step ${step}`
  return contact === 0 ? occasion : `${occasion}, contact ${contact + 1}`
}

function triesOf({ attempts }: Page): string {
  if (attempts === 0) return 'never tried'
  return attempts === 1 ? 'tried once' : `tried ${attempts} times`
}

/** What was worked out when a step was entered. */
export interface StepRecord {
  readonly incident: number
  readonly at: string
  readonly position: EscalationPosition
  readonly resolved: ResolvedTargets
  /** Those of them whom a page is queued for. */
  readonly paged: readonly string[]
  readonly ackTimeoutMs: number
  /** Whom the escalation pages after that, by the names of the targets. */
  readonly following: readonly string[]
}

/**
 * The entry of a step that was entered: whom it pages and why them, who could not be paged for want of a contact, which target is empty, and what it
 * waits for.
 */
export function stepEntry(record: StepRecord): TimelineEntry {
  const { incident, at, position, resolved, paged, ackTimeoutMs, following } = record
  const { step, round } = position
  const name = round === 0 ? `Step ${step}` : `Step ${step}, round ${round + 1}`
  const doing = paged.length === 0 ? 'skipped, nobody to page' : `paging ${whoAndWhy(resolved, paged)}`
  const { notified, empty } = resolved
  return {
    incident,
    eventKey: `escalation/r${round}/s${step}`,
    at,
    kind: 'escalation',
    actor: firewatch,
    summary: `${name}: ${doing}${missing(resolved, paged)}`,
    detail: { step, round, paged, notified, empty, ackTimeoutMs, following },
  }
}

/** The entry of a step that may not be entered yet. One per reason: it may be held for several, one after the other. */
export function holdEntry(
  incident: number,
  { step, round }: EscalationPosition,
  { reason, inMs }: Hold,
  at: string,
): TimelineEntry {
  const dueAt = inMs === null ? null : new Date(Date.parse(at) + inMs).toISOString()
  return {
    incident,
    eventKey: `held/r${round}/s${step}/${fnv1a64(reason)}`,
    at,
    kind: 'escalation',
    actor: firewatch,
    summary: `Step ${step} waits: ${reason}`,
    detail: { step, round, held: reason, dueAt },
  }
}

/** The entry of a policy that came to its end without an acknowledgement. */
export function exhaustedEntry(
  incident: number,
  { policy, round }: { policy: string; round: number },
  resolved: ResolvedTargets,
  paged: readonly string[],
  at: string,
): TimelineEntry {
  const fallback =
    paged.length === 0 ? 'there is no fallback to page' : `paging the fallback ${whoAndWhy(resolved, paged)}`
  const { notified, empty } = resolved
  return {
    incident,
    eventKey: `escalation/r${round}/exhausted`,
    at,
    kind: 'escalation',
    actor: firewatch,
    summary: `Policy ${policy} is exhausted, nobody acknowledged: ${fallback}${missing(resolved, paged)}`,
    detail: { round, paged, notified, empty },
  }
}

/** Those told of a P0 although they are not waited for. */
export function noticeEntry(
  incident: number,
  resolved: ResolvedTargets,
  paged: readonly string[],
  at: string,
): TimelineEntry {
  const { notified, empty } = resolved
  return {
    incident,
    eventKey: 'notice',
    at,
    kind: 'escalation',
    actor: firewatch,
    summary: `P0: notice to ${paged.length === 0 ? 'nobody' : whoAndWhy(resolved, paged)}${missing(resolved, paged)}`,
    detail: { paged, notified, empty },
  }
}

/** `ana (schedule primary), ben` */
function whoAndWhy({ notified }: ResolvedTargets, paged: readonly string[]): string {
  return notified
    .filter(({ person }) => paged.includes(person))
    .map(({ person, via }) => (via === byName || via === person ? person : `${person} (${via})`))
    .join(', ')
}

function missing({ notified, empty }: ResolvedTargets, paged: readonly string[]): string {
  const without = notified.map(({ person }) => person).filter((person) => !paged.includes(person))
  const contacts = without.length === 0 ? [] : [`no contact for ${without.join(', ')}`]
  return [...empty, ...contacts].map((text) => `; ${text}`).join('')
}
