import type { Page } from './page.ts'
import { firewatch, type TimelineEntry } from './timeline.ts'
import { outsideSteps, type EscalationPosition } from './escalate.ts'

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
  const occasion = step === outsideSteps ? 'fallback' : `step ${step}`
  return contact === 0 ? occasion : `${occasion}, contact ${contact + 1}`
}

function triesOf({ attempts }: Page): string {
  if (attempts === 0) return 'never tried'
  return attempts === 1 ? 'tried once' : `tried ${attempts} times`
}

/** How long a step waits for an acknowledgement, and whom the escalation pages after that. */
export interface StepWait {
  readonly ackTimeoutMs: number
  readonly following: readonly string[]
}

/** The entry of a step that was entered: whom it pages, who could not be paged for want of a contact, and what it waits for. */
export function stepEntry(
  incident: number,
  { step, round }: EscalationPosition,
  people: readonly string[],
  paged: readonly string[],
  at: string,
  wait: StepWait,
): TimelineEntry {
  const name = round === 0 ? `Step ${step}` : `Step ${step}, round ${round + 1}`
  const doing = paged.length === 0 ? 'skipped, nobody to page' : `paging ${paged.join(', ')}`
  const summary = `${name}: ${doing}${withoutContact(people, paged)}`
  return {
    incident,
    eventKey: `escalation/r${round}/s${step}`,
    at,
    kind: 'escalation',
    actor: firewatch,
    summary,
    detail: { step, round, paged, ...wait },
  }
}

/** The entry of a policy that came to its end without an acknowledgement. */
export function exhaustedEntry(
  incident: number,
  { policy, round }: { policy: string; round: number },
  people: readonly string[],
  paged: readonly string[],
  at: string,
): TimelineEntry {
  const fallback =
    paged.length === 0 ? 'there is no fallback to page' : `paging the fallback ${paged.join(', ')}`
  const summary = `Policy ${policy} is exhausted, nobody acknowledged: ${fallback}${withoutContact(people, paged)}`
  return {
    incident,
    eventKey: `escalation/r${round}/exhausted`,
    at,
    kind: 'escalation',
    actor: firewatch,
    summary,
  }
}

function withoutContact(people: readonly string[], paged: readonly string[]): string {
  const missing = [...new Set(people)].filter((person) => !paged.includes(person))
  return missing.length === 0 ? '' : `; no contact for ${missing.join(', ')}`
}
