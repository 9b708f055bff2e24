import { z } from 'zod'

/** How the configuration spells what this contact needs; the configuration hands them over. */
export interface WebhookContactFields {
  /** An address, literal or with `${env:NAME}` or `${file:PATH}` in it. */
  readonly addressReference: z.ZodType<string, string>
  /** One reference; a literal is refused. */
  readonly secretReference: z.ZodType<string, string>
}

/** A person's contact `channel: webhook`: pages are posted to `url`, signed with `secret` when there is one. */
export function webhookContactSchema({ addressReference, secretReference }: WebhookContactFields) {
  return z.strictObject({
    channel: z.literal('webhook'),
    url: addressReference,
    secret: secretReference.exactOptional(),
  })
}
