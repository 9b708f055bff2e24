import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type FakeAnswer, type FakeServer, startFakeServer } from './server.ts'

/** A request as it came in. */
export interface ReceivedWebhook {
  readonly key: string
  readonly headers: IncomingMessage['headers']
  /** What was sent, as far as it is JSON. */
  readonly body: Readonly<Record<string, unknown>>
  /** It took effect, now or at an earlier request with the same key. */
  readonly accepted: boolean
  /** Its key had taken effect before. */
  readonly repeated: boolean
  /** Why it was refused. */
  readonly errors: readonly string[]
}

export interface FakeWebhook extends FakeServer {
  readonly received: readonly ReceivedWebhook[]
  /** The first accepted request of each key: what a receiver acts on. */
  effects(): readonly ReceivedWebhook[]
}

export interface FakeWebhookOptions {
  readonly port?: number
  /** When given, only requests signed with it are taken. */
  readonly secret?: string
  readonly now?: () => Date
}

const largestAgeSeconds = 300

/** A webhook receiver on 127.0.0.1 that checks signature, age and `Idempotency-Key` as one should. */
export async function startFakeWebhook(options: FakeWebhookOptions = {}): Promise<FakeWebhook> {
  const { port = 0, secret, now = () => new Date() } = options
  const received: ReceivedWebhook[] = []

  function note(
    request: IncomingMessage,
    text: string,
    accepted: boolean,
    errors: readonly string[],
  ): boolean {
    const key = headerOf(request, 'idempotency-key')
    const repeated = received.some((one) => one.accepted && one.key === key)
    received.push({ key, headers: request.headers, body: parse(text) ?? {}, accepted, repeated, errors })
    return repeated
  }

  function take(request: IncomingMessage, text: string): FakeAnswer {
    const forged = secret === undefined ? [] : signatureErrors(request, text, secret, now())
    const errors = [...forged, ...requestErrors(request, text)]
    const repeated = note(request, text, errors.length === 0, errors)
    if (errors.length > 0) return { status: forged.length > 0 ? 401 : 400, body: { errors } }
    return { status: 200, body: { repeated } }
  }

  const server = await startFakeServer(port, take, (request, text) => void note(request, text, false, []))
  return { ...server, received, effects: () => received.filter((one) => one.accepted && !one.repeated) }
}

function requestErrors(request: IncomingMessage, text: string): string[] {
  const body = parse(text)
  const errors = []
  if (request.method !== 'POST') errors.push(`${request.method} is not POST`)
  if (request.headers['content-type'] !== 'application/json')
    errors.push('the content is not application/json')
  if (headerOf(request, 'idempotency-key') === '') errors.push('Idempotency-Key is missing')
  if (body === undefined) errors.push('the body is not a JSON object')
  else if (body['version'] !== 1) errors.push('the version of the body is not 1')
  return errors
}

function signatureErrors(request: IncomingMessage, text: string, secret: string, now: Date): string[] {
  const timestamp = headerOf(request, 'x-firewatch-timestamp')
  const expected = `sha256=${createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex')}`
  const given = headerOf(request, 'x-firewatch-signature')
  const age = Math.abs(now.getTime() / 1000 - Number(timestamp))
  const errors = []
  if (!/^\d+$/.test(timestamp) || age > largestAgeSeconds)
    errors.push('X-Firewatch-Timestamp is missing or not of now')
  if (!sameText(given, expected)) errors.push('X-Firewatch-Signature does not fit')
  return errors
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function headerOf({ headers }: IncomingMessage, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
