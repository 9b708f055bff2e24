import { channelTraits } from '../domain/page/channel-traits.ts'
import type { Contact } from '../domain/configuration/people.ts'
import {
  errorText,
  failureText,
  type HttpPost,
  outcomeOfRefusal,
  type PostAnswer,
} from '../domain/page/delivery.ts'
import type { PageMessage, SendOutcome } from '../domain/page/page.ts'
import { bodyOf, eventOf, type PagerDutyEvent } from './event.ts'
import { pagerDutyLimits } from './limits.ts'

export type PagerDutyContact = Extract<Contact, { channel: 'pagerduty' }>

export interface PagerDutyChannelOptions {
  readonly post: HttpPost
  /** Where events go when a contact names no address of its own; may be a reference, as the contact's. */
  readonly defaultUrl?: string
  /** For one try, the answer included. */
  readonly timeoutMs: number
  /** Throws with a message that names the reference, never its value. */
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly now: () => Date
}

const eventsUrl = 'https://events.pagerduty.com/v2/enqueue'
const enqueuePath = '/v2/enqueue'

/**
 * Pages by PagerDuty's Events v2. Every fault of the network is worth another try, even one after the request was written: the same `dedup_key`
 * adds to the alert instead of opening a second one.
 */
export function createPagerDutyChannel(options: PagerDutyChannelOptions) {
  const { post, defaultUrl = eventsUrl, timeoutMs, resolveSecret, now } = options
  return {
    /** PagerDuty goes on calling until its own incident is acknowledged or resolved. */
    ...channelTraits.pagerduty,

    async send(contact: PagerDutyContact, message: PageMessage, signal: AbortSignal): Promise<SendOutcome> {
      const target = await targetOf(contact, defaultUrl, resolveSecret)
      if (target.kind === 'final') return target
      const event = eventOf(message, target.routingKey)
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': 'Firewatch',
      }
      const answer = await post({ url: target.url, headers, body: bodyOf(event), timeoutMs, signal })
      return classify(answer, event, now())
    },
  }
}

type Target =
  | { readonly kind: 'target'; readonly url: URL; readonly routingKey: string }
  | Extract<SendOutcome, { kind: 'final' }>

async function targetOf(
  contact: PagerDutyContact,
  defaultUrl: string,
  resolveSecret: PagerDutyChannelOptions['resolveSecret'],
): Promise<Target> {
  try {
    const url = endpointOf(await resolveSecret(contact.url ?? defaultUrl))
    if (url === undefined)
      return { kind: 'final', error: 'the PagerDuty address of this contact is not an http or https URL' }
    const routingKey = (await resolveSecret(contact.routingKey)).trim()
    if (routingKey.length === pagerDutyLimits.routingKeyLength) return { kind: 'target', url, routingKey }
    const expected = `an integration key has ${pagerDutyLimits.routingKeyLength} characters, this one ${routingKey.length}`
    return { kind: 'final', error: `the routing key of this contact cannot be right: ${expected}` }
  } catch (error) {
    return {
      kind: 'final',
      error: failureText(error, 'a secret of this contact cannot be read'),
    }
  }
}

/** `https://events.eu.pagerduty.com` is enough; an address with a path is taken as it is. */
function endpointOf(text: string): URL | undefined {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined
  return url.pathname === '/' ? new URL(enqueuePath, url) : url
}

/** By https://developer.pagerduty.com/docs/events-api-v2-overview, "Response codes & retry logic". */
function classify(answer: PostAnswer, event: PagerDutyEvent, now: Date): SendOutcome {
  if (answer.kind === 'no-answer') return { kind: 'retry', error: answer.reason }
  const { status, retryAfter } = answer
  const said = saidOf(answer.body)
  if (status >= 200 && status < 300) return outcomeOfAcceptance(answer, said, event)
  const reasons = status < 400 ? ': redirects are not followed' : reasonsOf(said)
  const text = errorText(`answered ${status}${reasons}`, [event.routing_key])
  return outcomeOfRefusal(status, text, retryAfter, now)
}

/**
 * 202 is PagerDuty's word for taken. A body that says otherwise, or that is not PagerDuty's at all (a proxy or a login page answers so), is believed
 * over the code: with the same key one try too many costs nothing, one too few a night.
 */
function outcomeOfAcceptance(
  { status, body, complete }: Extract<PostAnswer, { kind: 'answered' }>,
  said: Said | undefined,
  { dedup_key: dedupKey, routing_key: routingKey }: PagerDutyEvent,
): SendOutcome {
  const bare = !complete || body.trim() === ''
  if (said?.status === 'success' || (status === 202 && bare)) {
    return { kind: 'sent', providerId: typeof said?.dedup_key === 'string' ? said.dedup_key : dedupKey }
  }
  const what = said === undefined ? ', but not in the words of PagerDuty' : reasonsOf(said)
  const error = errorText(`answered ${status}${what}`, [routingKey])
  return said?.status === 'invalid event' ? { kind: 'final', error } : { kind: 'retry', error }
}

/** What PagerDuty says of an event, as far as it can be read. */
interface Said {
  readonly status?: unknown
  readonly message?: unknown
  readonly errors?: unknown
  readonly dedup_key?: unknown
}

function saidOf(body: string): Said | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function reasonsOf(said: Said | undefined): string {
  const errors: readonly unknown[] = Array.isArray(said?.errors) ? said.errors : []
  const texts = [said?.status, said?.message, ...errors].filter((part) => typeof part === 'string')
  return texts.length === 0 ? '' : `: ${texts.join('; ')}`
}
