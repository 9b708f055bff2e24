import { z } from 'zod'

/** How the configuration spells a secret; the configuration hands it over. */
export interface EmailFields {
  /** One reference; a literal is refused. */
  readonly secretReference: z.ZodType<string, string>
}

/**
 * One plain address: no quoted parts, no comments, no lists. What the grammar of RFC 5322 allows beyond that is where header injection lives.
 * https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1
 */
const addressPattern = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/

/** A line break in any part of a head begins another head field. */
const control = /\p{Cc}/u

const address = z
  .string()
  .refine((text) => !control.test(text), 'must be on one line, without control characters')
  .refine(
    (text) => control.test(text) || addressPattern.test(text),
    'is not an address: write name@example.org',
  )

/** `name@example.org`, or `Somebody <name@example.org>`. */
const mailbox = z
  .string()
  .refine((text) => !control.test(text), 'must be on one line, without control characters')
  .refine(
    (text) => control.test(text) || mailboxOf(text) !== undefined,
    'is not a sender: write name@example.org or Name <name@example.org>',
  )

export interface Mailbox {
  readonly name: string
  readonly address: string
}

/** The parts of a sender; `undefined` when it is none. */
export function mailboxOf(text: string): Mailbox | undefined {
  const { name = '', inner } = /^(?<name>[^<>"]*)<(?<inner>[^<>]*)>$/.exec(text)?.groups ?? { inner: text }
  const found = (inner ?? '').trim()
  return addressPattern.test(found) && !control.test(text) ? { name: name.trim(), address: found } : undefined
}

/** A person's contact `channel: email`. */
export function emailContactSchema() {
  return z.strictObject({ channel: z.literal('email'), address })
}

/** `integrations.email`: the server that takes our mail, and who we are. The whole URL is a secret, for it holds the password. */
export function emailIntegrationSchema({ secretReference }: EmailFields) {
  return z.strictObject({ url: secretReference, from: mailbox, replyTo: mailbox.exactOptional() })
}
