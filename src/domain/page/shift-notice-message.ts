import type { Contact } from '../configuration/people.ts'
import type { ShiftNotice } from '../on-call/shift-notice.ts'
import type { Span } from '../on-call/schedule.ts'
import { datedWords } from '../values/instant-text.ts'
import { cutText, oneLine } from './delivery.ts'
import { longestLine, longestName, longestText } from './message-limits.ts'
import type { PageMessage } from './page.ts'

/** More shifts of a change than these are only counted. */
const mostTold = 10

/** Whether somebody can be told something over it without being called: to PagerDuty whatever is sent is an alert. */
export function takesNotices(channel: Contact['channel']): boolean {
  return channel !== 'pagerduty'
}

/**
 * The message of a notice: it calls nobody and is answered by nothing, since no incident is behind it.
 * @param reader in whose zone the times are
 * @param options.key stable over all tries, of this installation alone
 */
export function composeShiftNotice(
  notice: ShiftNotice,
  options: {
    readonly key: string
    readonly timeZone: string
    readonly publicUrl: string
    readonly at: string
  },
): PageMessage {
  const lines = linesOf(notice, options.timeZone)
  const [only] = lines
  const title =
    lines.length === 1 && only !== undefined ? only : `Your shifts for ${notice.title} have changed`
  return {
    idempotencyKey: options.key,
    conversationKey: options.key,
    kind: 'on-call',
    incident: '',
    title: cutText(oneLine(title), longestText),
    severity: 'P3',
    service: cutText(oneLine(notice.schedule), longestName),
    person: notice.person,
    lines: [...(lines.length === 1 ? [] : lines), madeWords(notice)].map((line) =>
      cutText(oneLine(line), longestLine),
    ),
    firingCount: 0,
    nowDoing: '',
    startedAt: options.at,
    incidentUrl: `${options.publicUrl}/on-call#schedule-${encodeURIComponent(notice.schedule)}`,
    links: [],
    responsible: [],
    bundled: [],
    position: { round: 0, step: 0 },
    possibleRepeat: false,
  }
}

function linesOf({ title, gained, lost }: ShiftNotice, timeZone: string): string[] {
  const when = ({ from, to }: Span) =>
    `from ${datedWords(from, timeZone)} to ${datedWords(to, timeZone)} (${timeZone})`
  const all = [
    ...gained.map((span) => ({ span, line: `You are on call for ${title} ${when(span)}` })),
    ...lost.map((span) => ({ span, line: `You are no longer on call for ${title} ${when(span)}` })),
  ].toSorted((a, b) => a.span.from - b.span.from)
  const told = all.slice(0, mostTold).map(({ line }) => line)
  return all.length > mostTold ? [...told, `and ${all.length - mostTold} more times`] : told
}

function madeWords({ by, reason }: ShiftNotice): string {
  return reason === '' ? `Changed by ${by}` : `Changed by ${by}: ${reason}`
}
