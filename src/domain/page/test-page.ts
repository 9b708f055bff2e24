import type { Contact } from '../configuration/people.ts'
import { formatDuration } from '../values/duration.ts'
import { cutText, oneLine } from './delivery.ts'
import { longestName } from './message-limits.ts'
import type { PageMessage, SendOutcome } from './page.ts'

/** A test page to one contact that a worker is to send. */
export interface DueTestPage {
  readonly id: number
  /** One for all contacts of one request. */
  readonly request: string
  /** Whom it goes to: a user, or a shared channel. */
  readonly receiver: string
  /** As counted in the configuration of that revision; 0 for the one of a shared channel. */
  readonly contact: number
  readonly revision: string
  readonly by: string
  /** ISO 8601 in UTC. */
  readonly at: string
}

/** What became of the test page to one contact. Version 1. */
export interface TestedContact {
  readonly channel: Contact['channel']
  /** Counted from 1, as in the configuration; 0 for the one contact of a shared channel. */
  readonly contact: number
  readonly outcome: TestOutcome
}

export type TestOutcome =
  /** The provider took it. Only the person can tell that it arrived. */
  | { readonly kind: 'sent' }
  /** The provider refused it, or it could not be sent: the same try would end the same way. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** A real page would be tried again. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** The provider may have taken it. */
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'no-answer'; readonly afterMs: number }
  /** Nothing was sent: nobody was there to send it. */
  | { readonly kind: 'no-worker' }
  /** Nothing was sent: the worker runs another revision, in which the contact may be another one. */
  | { readonly kind: 'other-configuration'; readonly revision: string }

export function testOutcomeOf(outcome: SendOutcome): TestOutcome {
  switch (outcome.kind) {
    case 'sent':
      return { kind: 'sent' }
    case 'final':
      return { kind: 'refused', reason: outcome.error }
    case 'retry':
      return { kind: 'unavailable', reason: outcome.error }
    case 'unknown':
      return { kind: 'unknown', reason: outcome.error }
    case 'wait':
      return { kind: 'unavailable', reason: outcome.reason }
  }
}

/** A message that looks like a page, is plainly none, and can be answered by nothing: no incident is behind it. */
export function composeTestPage(asked: DueTestPage, publicUrl: string): PageMessage {
  const by = cutText(oneLine(asked.by), longestName)
  return {
    idempotencyKey: `test-page/${asked.request}/${asked.contact}`,
    conversationKey: `firewatch/test-page/${asked.request}`,
    kind: 'test',
    incident: 'TEST',
    title: 'Test page from Firewatch: nothing is wrong',
    severity: 'P3',
    service: 'Firewatch',
    person: asked.receiver,
    lines: [`${by} asked whether pages reach ${asked.receiver}. This one did.`],
    bundled: [],
    firingCount: 0,
    nowDoing: 'There is nothing to do',
    next: '',
    startedAt: asked.at,
    since: '',
    timeZone: 'UTC',
    incidentUrl: publicUrl,
    links: [],
    responsible: [],
    position: { round: 0, step: 0 },
    possibleRepeat: false,
  }
}

/** `webhook: sent`, or what went wrong and what to do. */
export function testOutcomeSentence(name: string, { channel, contact, outcome }: TestedContact): string {
  const what = contact === 0 ? channel : `contact ${contact}, ${channel}`
  const where = contact === 0 ? `channels.${name}.contact` : `users.${name}.contacts`
  switch (outcome.kind) {
    case 'sent':
      return channel === 'pagerduty'
        ? `${what}: sent. Did it arrive? Resolve it in PagerDuty then.`
        : `${what}: sent. Did it arrive?`
    case 'refused':
      return `${what}: failed: ${outcome.reason}. ${fixSentence(channel, where)}`
    case 'unavailable':
      return `${what}: failed: ${outcome.reason}. A page would be tried again; try this again in a minute.`
    case 'unknown':
      return `${what}: unknown: ${outcome.reason}. It may have arrived.`
    case 'no-answer':
      return `${what}: no answer within ${formatDuration(outcome.afterMs)}. Is ${placeWords[channel]} reachable from where the workers run?`
    case 'no-worker':
      return `${what}: not sent: no worker took it, so pages wait too. Is one running (firewatch worker)? Its log says what keeps it.`
    case 'other-configuration':
      return `${what}: not sent: the worker runs revision ${outcome.revision}, the server another one. Try again in a minute; firewatch config status says what runs where.`
  }
}

const placeWords: Readonly<Record<Contact['channel'], string>> = {
  webhook: 'the receiver',
  pagerduty: 'PagerDuty',
  telegram: 'Telegram',
  slack: 'Slack',
  email: 'the mail server',
}

function fixSentence(channel: Contact['channel'], where: string): string {
  switch (channel) {
    case 'webhook':
      return `Check the address and secret in ${where}, and what the receiver answers.`
    case 'pagerduty':
      return `Check the routing key in ${where}: it is that of an Events v2 integration.`
    case 'telegram':
      return `Check token and chatId in ${where}; the person must have written to the bot first.`
    case 'slack':
      return `Check integrations.slack and "to" in ${where}; the bot must be in the channel.`
    case 'email':
      return `Check integrations.email and the address in ${where}.`
  }
}
