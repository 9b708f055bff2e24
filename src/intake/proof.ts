import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** A request as it came in. */
export interface RawRequest {
  /** @param name in lower case; `undefined` where it is missing or came more than once */
  readonly header: (name: string) => string | undefined
  /** Byte by byte, for a signature is over bytes. */
  readonly body: Uint8Array
}

/** Whether a text that was given is the secret. How long it takes tells nothing of either. */
export function isSecret(given: string | undefined, secret: string): boolean {
  if (given === undefined || secret === '') return false
  return timingSafeEqual(digestOf(given), digestOf(secret))
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Whether a signature in lower-case hex is the HMAC-SHA256 of these parts, one behind the other. Compared in constant time; an empty secret signs nothing. */
export function isSigned(
  signature: string | undefined,
  secret: string,
  parts: readonly (string | Uint8Array)[],
): boolean {
  if (signature === undefined || secret === '') return false
  const hmac = createHmac('sha256', secret)
  for (const part of parts) hmac.update(part)
  const [given, expected] = [Buffer.from(signature), Buffer.from(hmac.digest('hex'))]
  return given.length === expected.length && timingSafeEqual(given, expected)
}
