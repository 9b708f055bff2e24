import { createHmac, timingSafeEqual } from 'node:crypto'

/** A request as it came in: its body byte by byte, for the signature is over bytes. */
export interface SignedRequest {
  /** `X-Slack-Request-Timestamp` */
  readonly timestamp: string | undefined
  /** `X-Slack-Signature` */
  readonly signature: string | undefined
  readonly body: Uint8Array
}

/** Older ones are replays: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const windowSeconds = 300

/** `v0=` and the HMAC-SHA256 of `v0:timestamp:body` in hex. */
export function signatureOf(secret: string, timestamp: string, body: Uint8Array): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`
}

/** Whether Slack sent it, within five minutes of now either way. Compared in constant time. */
export function isFromSlack(
  { timestamp, signature, body }: SignedRequest,
  secret: string,
  now: Date,
): boolean {
  if (timestamp === undefined || signature === undefined || secret === '') return false
  if (!/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > windowSeconds) return false
  const [given, expected] = [Buffer.from(signature), Buffer.from(signatureOf(secret, timestamp, body))]
  return given.length === expected.length && timingSafeEqual(given, expected)
}
