import { z } from 'zod'
import { emailIntegrationSchema } from '../../email/contact-schema.ts'
import { slackIntegrationSchema } from '../../slack/contact-schema.ts'
import { telegramIntegrationSchema } from '../../telegram/contact-schema.ts'
import type { Integrations } from '../../domain/configuration/integrations.ts'
import { named, text } from './fields.ts'
import { addressReference, secretReference } from './secret-fields.ts'

const fields = { addressReference, secretReference }

/** A program that hands in alerts. */
const senderSchema = z.strictObject({ title: text.exactOptional(), service: text.exactOptional() })

export function toIntegrations({ senders, ...written }: z.output<typeof integrationsSchema>): Integrations {
  if (senders === undefined) return written
  const named = Object.entries(senders).map(([name, sender]) => [name, { name, title: name, ...sender }])
  return { ...written, senders: Object.fromEntries(named) }
}

/** What channels share, each part from its edge. */
export const integrationsSchema = z.strictObject({
  slack: slackIntegrationSchema(fields).exactOptional(),
  email: emailIntegrationSchema(fields).exactOptional(),
  telegram: telegramIntegrationSchema(fields).exactOptional(),
  senders: named(senderSchema).exactOptional(),
})
