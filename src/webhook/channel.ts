import { channelTraits } from '../domain/page/channel-traits.ts'
import type { Contact } from '../domain/configuration/people.ts'
import { failureText, type HttpPost, outcomeOfRefusal, type PostAnswer } from '../domain/page/delivery.ts'
import type { PageMessage, SendOutcome } from '../domain/page/page.ts'
import { signatureOf } from './sign.ts'

export type WebhookContact = Extract<Contact, { channel: 'webhook' }>

export interface WebhookChannelOptions {
  readonly post: HttpPost
  /** For one try, the answer included. */
  readonly timeoutMs?: number
  /** Throws with a message that names the reference, never its value. */
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly now: () => Date
}

/** What a receiver is sent. A new field may appear; one that is there keeps its meaning within a version. */
export type WebhookBody = { readonly version: 1; readonly id: string } & Omit<PageMessage, 'idempotencyKey'>

const defaultTimeoutMs = 5_000

/**
 * Pages by a POST to any address. A try whose answer was lost is repeated, since every try of a page carries the same `Idempotency-Key`: a receiver
 * that looks at it acts once, one that does not may act twice, and neither misses a page.
 */
export function createWebhookChannel({
  post,
  timeoutMs = defaultTimeoutMs,
  resolveSecret,
  now,
}: WebhookChannelOptions) {
  return {
    ...channelTraits.webhook,

    async send(contact: WebhookContact, message: PageMessage, signal: AbortSignal): Promise<SendOutcome> {
      const target = await targetOf(contact, resolveSecret)
      if (target.kind === 'final') return target
      const body = webhookBodyOf(message)
      const headers = headersOf(message, body, target.secret, now())
      return classify(await post({ url: target.url, headers, body, timeoutMs, signal }), now())
    },
  }
}

type Target =
  | { readonly kind: 'target'; readonly url: URL; readonly secret: string | undefined }
  | Extract<SendOutcome, { kind: 'final' }>

async function targetOf(
  contact: WebhookContact,
  resolveSecret: WebhookChannelOptions['resolveSecret'],
): Promise<Target> {
  try {
    const url = URL.parse(await resolveSecret(contact.url))
    const problem = problemOf(url)
    if (url === null || problem !== undefined)
      return { kind: 'final', error: `the webhook URL of this contact ${problem}` }
    const secret = contact.secret === undefined ? undefined : await resolveSecret(contact.secret)
    if (secret === '') return { kind: 'final', error: 'the webhook secret of this contact is empty' }
    return { kind: 'target', url, secret }
  } catch (error) {
    return {
      kind: 'final',
      error: failureText(error, 'a secret of this contact cannot be read'),
    }
  }
}

function problemOf(url: URL | null): string | undefined {
  if (url === null) return 'is not a URL'
  if (!['http:', 'https:'].includes(url.protocol)) return 'is neither http nor https'
  return url.username === '' && url.password === ''
    ? undefined
    : 'carries a user or password, which is not sent; use its secret'
}

function webhookBodyOf({ idempotencyKey, ...facts }: PageMessage): string {
  const body: WebhookBody = { version: 1, id: idempotencyKey, ...facts }
  return JSON.stringify(body)
}

function headersOf({ idempotencyKey }: PageMessage, body: string, secret: string | undefined, now: Date) {
  const timestamp = String(Math.floor(now.getTime() / 1000))
  return {
    'content-type': 'application/json',
    'user-agent': 'Firewatch',
    'idempotency-key': idempotencyKey,
    'x-firewatch-timestamp': timestamp,
    ...(secret === undefined ? {} : { 'x-firewatch-signature': signatureOf(secret, timestamp, body) }),
  }
}

/** By its status line alone: what a receiver of any make writes below it has no agreed meaning, and may repeat our secrets. */
function classify(answer: PostAnswer, now: Date): SendOutcome {
  if (answer.kind === 'no-answer') return { kind: 'retry', error: answer.reason }
  const { status, retryAfter } = answer
  if (status >= 200 && status < 300) return { kind: 'sent' }
  const redirected = status >= 300 && status < 400
  const error = redirected
    ? `answered ${status}: redirects are not followed, configure the address they lead to`
    : `answered ${status}`
  return outcomeOfRefusal(status, error, retryAfter, now)
}
