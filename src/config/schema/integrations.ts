import { z } from 'zod'
import { emailIntegrationSchema } from '../../email/contact-schema.ts'
import { slackIntegrationSchema } from '../../slack/contact-schema.ts'
import { telegramIntegrationSchema } from '../../telegram/contact-schema.ts'
import type { Integrations } from '../../domain/configuration/integrations.ts'
import { named } from './fields.ts'
import { addressReference, secretReference } from './secret-fields.ts'
import { senderSchema, toSender } from './senders.ts'

const fields = { addressReference, secretReference }

export function toIntegrations({ senders, ...written }: z.output<typeof integrationsSchema>): Integrations {
  if (senders === undefined) return written
  const entries = Object.entries(senders).map(([name, sender]) => [name, toSender(name, sender)])
  return { ...written, senders: Object.fromEntries(entries) }
}

/** What channels share, each part from its edge. */
export const integrationsSchema = z.strictObject({
  slack: slackIntegrationSchema(fields).exactOptional(),
  email: emailIntegrationSchema(fields).exactOptional(),
  telegram: telegramIntegrationSchema(fields).exactOptional(),
  senders: named(senderSchema).exactOptional(),
})
